// After htmx swapped in a whole page, the focus goes where a loaded page would have it: to the field
// that asks for it (htmx does that), else to what the last request had to say, else to the heading.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target !== document.body) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  const place = document.querySelector("main [data-flash] > *") ?? document.querySelector("main h1");
  if (!place) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
});
