// A part of a page that renews itself stays as it is when the answer does not contain it: the server is
// away for a moment, or somebody signed out elsewhere. The next answer that does contain it replaces it.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const part = tasks.find((task) => task.type === "main");
  if (ctx.select && part?.fragment.childElementCount === 0) event.preventDefault();
});
