// Connection and clock: a few small requests to our own server are timed, and each brings the server's time.
const [connection, clock] = ["connection", "clock"].map((id) => document.getElementById(id));
const { page, now } = document.querySelector("#check").dataset;
const navigation = performance.getEntriesByType("navigation")[0];
const REQUESTS = 5, SLOW = 1000, LOST = 5000, WRONG = 120_000;
let ahead = performance.timeOrigin + (navigation?.responseStart ?? 0) - Number(now);
let run = 0;

const say = (part, name) => part.dispatchEvent(new CustomEvent("says", { bubbles: true, detail: name }));

document.addEventListener("check", async () => {
  const mine = ++run;
  for (const part of [connection, clock]) say(part, "runs");
  const times = [];
  for (let left = REQUESTS; left; left--) times.push(await time());
  if (mine !== run) return;
  // The first one may have to connect, and one may be late.
  const [, , median] = times.slice(1).sort((a, b) => a - b);
  say(connection, median < SLOW && !times.includes(Infinity) ? "works" : "weak");
  say(clock, Math.abs(ahead) < WRONG ? "works" : "wrong");
});

async function time() {
  const sent = performance.now();
  try {
    const answer = await fetch(page, { cache: "no-store", signal: AbortSignal.timeout(LOST) });
    const text = await answer.text();
    const took = performance.now() - sent;
    if (!answer.ok) return Infinity;
    ahead = Date.now() - Number(new DOMParser().parseFromString(text, "text/html").querySelector("#check").dataset.now);
    return took;
  } catch {
    return Infinity;
  }
}
