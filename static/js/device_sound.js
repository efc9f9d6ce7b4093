// The speaker: a tone, and the candidate says whether they hear it.
const speaker = document.getElementById("speaker");
const answers = speaker.querySelectorAll("[data-heard]");
let sound;

const say = (name) => speaker.dispatchEvent(new CustomEvent("says", { bubbles: true, detail: name }));

speaker.querySelector("[data-play]").addEventListener("click", () => {
  sound ??= new AudioContext();
  sound.resume().catch(() => {});
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  const [now, end] = [sound.currentTime, sound.currentTime + 1.5];
  // Without a click at either end.
  volume.gain.setValueAtTime(0, now);
  volume.gain.linearRampToValueAtTime(.3, now + .1);
  volume.gain.setValueAtTime(.3, end - .2);
  volume.gain.linearRampToValueAtTime(0, end);
  tone.frequency.value = 440;
  tone.connect(volume).connect(sound.destination);
  tone.start(now);
  tone.stop(end);
  for (const answer of answers) answer.hidden = false;
});

for (const answer of answers) answer.addEventListener("click", () => say(answer.dataset.heard));
