// After htmx swapped in a whole page, the focus goes where a loaded page would have it: to the field
// that asks for it (htmx does that), else to the heading, so that a screen reader says where one is.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target !== document.body) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  const heading = document.querySelector("main h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
});
