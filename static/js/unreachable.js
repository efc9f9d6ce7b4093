// A link or form that got no answer says so: without htmx the browser would. What was typed is still there.
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.target !== document.body) return;
  const notice = document.querySelector("[data-unreachable]");
  if (!notice) return;
  notice.hidden = false;
  notice.scrollIntoView({ block: "nearest" });
});
