// Camera with picture, microphone with level. Neither is recorded, and nothing of them is sent.
const [camera, microphone] = ["camera", "microphone"].map((id) => document.getElementById(id));
const video = camera.querySelector("video");
const meter = microphone.querySelector("meter");
const causes = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };
const FLOOR = -60, VOICE = -36;
let tracks = [], sound, run = 0;

const say = (part, name) => part.dispatchEvent(new CustomEvent("says", { bubbles: true, detail: name }));
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

document.addEventListener("check", async () => {
  const mine = ++run;
  for (const track of tracks) track.stop();
  tracks = [];
  video.hidden = meter.hidden = true;
  // Browsers let a page start one only while something is pressed.
  try {
    sound ??= new AudioContext();
    sound.resume().catch(() => {});
  } catch {
    sound = undefined;
  }
  for (const part of [camera, microphone]) say(part, "asks");
  const picture = await take(camera, { video: true }, mine);
  if (picture) show(picture, mine);
  const voice = await take(microphone, { audio: true }, mine);
  if (voice) listen(voice, mine).catch(() => mine === run && say(microphone, "unsupported"));
});

async function take(part, wanted, mine) {
  if (!isSecureContext) return say(part, "insecure") && null;
  if (!navigator.mediaDevices?.getUserMedia) return say(part, "unsupported") && null;
  try {
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    if (mine === run) return tracks.push(...stream.getTracks()) && stream;
    for (const track of stream.getTracks()) track.stop();
  } catch (error) {
    if (mine === run) say(part, causes[error.name] ?? "busy");
  }
}

async function show(stream, mine) {
  say(camera, "runs");
  video.srcObject = stream;
  video.hidden = false;
  video.play().catch(() => {});
  for (let looks = 0; looks < 50 && mine === run; looks++) {
    if (isBright()) return say(camera, "works");
    await wait(100);
  }
  if (mine === run) say(camera, "blank");
}

// A cover leaves a picture that is black all over.
function isBright() {
  if (!video.videoWidth) return false;
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 32, 24);
  return context.getImageData(0, 0, 32, 24).data.some((value, at) => at % 4 < 3 && value > 32);
}

async function listen(stream, mine) {
  say(microphone, "speak");
  meter.hidden = false;
  const analyser = sound.createAnalyser();
  sound.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  for (let looks = 0, loud = 0; mine === run; looks++) {
    analyser.getFloatTimeDomainData(samples);
    const decibels = 10 * Math.log10(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    meter.value = Math.max(0, 1 - decibels / FLOOR);
    if (decibels > VOICE && ++loud === 4) say(microphone, "works");
    if (looks === 200 && loud < 4) say(microphone, "silent");
    await wait(50);
  }
}
