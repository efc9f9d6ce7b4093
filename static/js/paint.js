// Hours of the calendar can be dragged: from one half hour to another of the same column. Without this, two clicks do the same.
let from;

const cellOf = (target) => target.closest?.("[data-paint] a[data-at]");
const isTogether = (one, other) => one.dataset.seat === other.dataset.seat
  && one.dataset.at.slice(0, 10) === other.dataset.at.slice(0, 10)
  && one.parentElement.dataset.lane === other.parentElement.dataset.lane;

function between(until) {
  const [first, last] = [from.dataset.at, until.dataset.at].sort();
  return [...from.closest("ol").querySelectorAll("a[data-at]")]
    .filter((cell) => isTogether(cell, from) && first <= cell.dataset.at && cell.dataset.at <= last);
}

function paint(cells) {
  for (const cell of document.querySelectorAll(".week__cell--painted")) cell.classList.remove("week__cell--painted");
  for (const cell of cells) cell.parentElement.classList.add("week__cell--painted");
}

function address(cells) {
  const [first, last] = [cells[0].dataset.at, cells.at(-1).dataset.at];
  const end = new Date(`${last}Z`);
  end.setUTCMinutes(end.getUTCMinutes() + 30);
  const job = new URLSearchParams(location.search).get("job");
  const asked = new URLSearchParams({ dates: first.slice(0, 10), from_1: first.slice(11), until_1: end.toISOString().slice(11, 16),
    time_zone: from.closest("[data-paint]").dataset.zone });
  if (from.dataset.seat) asked.set(from.dataset.seat, "on");
  if (job) { asked.set("job", job); asked.set("preview", "painted"); }
  return `/series/new?${asked}`;
}

document.addEventListener("pointerdown", (event) => {
  from = event.button === 0 && event.pointerType === "mouse" ? cellOf(event.target) : undefined;
});
document.addEventListener("dragstart", (event) => cellOf(event.target) && event.preventDefault());
document.addEventListener("pointerover", (event) => {
  const cell = from && cellOf(event.target);
  if (cell && isTogether(cell, from)) paint(between(cell));
});
document.addEventListener("pointerup", (event) => {
  const until = from && cellOf(event.target);
  paint([]);
  if (until && until !== from && isTogether(until, from)) location.assign(address(between(until)));
  from = undefined;
});
