// The candidate is checked in, and there is no meeting link yet: asks again until there is one, and then shows it.
const form = document.querySelector("[data-waiting]");
let failures = 0;

async function ask() {
  try {
    const answer = await fetch(form.action, { method: "POST", cache: "no-store" });
    if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("[data-waiting]")) return form.submit();
    failures = 0;
  } catch {
    failures++;
  }
  setTimeout(ask, Math.min(30000, 4000 * 2 ** failures));
}

setTimeout(ask, 4000);
