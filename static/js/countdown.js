// Counts down to the opening of the join link, and from then on to the start. The page says how long it is still, by the server's
// clock; the device only measures what has passed since, so it may believe what time it likes.
// After a pause, and when it is time, the server is asked again.
const clock = document.querySelector("[data-countdown]");
const spoken = document.querySelector("[data-countdown-spoken]");
const page = clock.dataset.page;
const plurals = new Intl.PluralRules(document.documentElement.lang);
const navigation = performance.getEntriesByType("navigation")[0];
let opensAt = (navigation?.responseStart ?? 0) + Number(clock.dataset.countdown);
let gap, failures = 0, step, ticking, asking;

function tick() {
  clearTimeout(ticking);
  // The two clocks part when the device slept and only one of them went on.
  const slept = Math.abs(Date.now() - performance.now() - gap) > 2000;
  const left = opensAt - performance.now();
  show(Math.max(0, Math.ceil(left / 1000)));
  if (left <= 0) return askIn(200 + Math.random() * 1300);
  ticking = setTimeout(tick, left % 1000 || 1000);
  if (slept) ask();
}

function show(seconds) {
  const days = Math.floor(seconds / 86400);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const text = parts.map((part) => String(part).padStart(2, "0")).join(":");
  clock.textContent = days ? `${counted(days, clock.dataset.days)} ${text}` : text;
  speak([1, 2, 5, 10, 15, 30, 60].find((minutes) => seconds <= minutes * 60) ?? 0);
}

// The page has the forms that its language has for a number: one day, 3 days.
function counted(count, forms) {
  const known = JSON.parse(forms);
  return (known[plurals.select(count)] ?? known.other).replace("{count}", count);
}

// Said aloud at these steps only: a clock that speaks every second drowns everything else.
function speak(minutes) {
  const { countdownSpoken: words, minutes: forms } = spoken.dataset;
  if (minutes && step !== undefined && minutes !== step) spoken.textContent = words.replace("{minutes}", counted(minutes, forms));
  step = minutes;
}

function askIn(milliseconds = 240000 + Math.random() * 120000) {
  clearTimeout(asking);
  gap = Date.now() - performance.now();
  asking = setTimeout(ask, milliseconds);
}

async function ask() {
  askIn();
  try {
    const answer = await fetch(page, { cache: "no-store" });
    const arrived = performance.now();
    if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
    const now = new DOMParser().parseFromString(await answer.text(), "text/html");
    const counts = now.querySelector("[data-countdown]");
    const told = (of) => of.querySelector("#interview")?.textContent;
    const isSame = counts?.dataset.until === clock.dataset.until;
    if (!isSame || told(now) !== told(document)) return location.replace(page);
    opensAt = arrived + Number(counts.dataset.countdown);
    failures = 0;
    spoken.classList.add("unseen");
    tick();
  } catch {
    spoken.classList.remove("unseen");
    spoken.textContent = spoken.dataset.lost;
    askIn(Math.min(30000, 1000 * 2 ** failures++));
  }
}

addEventListener("online", ask);
addEventListener("pageshow", (event) => event.persisted && ask());
document.addEventListener("visibilitychange", () => document.hidden || ask());
askIn();
tick();
