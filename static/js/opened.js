// Tells the server once that somebody has the details before them. Not by loading the page: programs
// that check links for viruses do that too, and they do not stay.
const page = document.querySelector("[data-page]").dataset.page;
let told = false;

function tell() {
  if (told || document.hidden) return;
  told = true;
  fetch(`${page}/opened`, { method: "POST", keepalive: true }).catch(() => {});
}

setTimeout(() => {
  tell();
  document.addEventListener("visibilitychange", tell);
}, 2000);
