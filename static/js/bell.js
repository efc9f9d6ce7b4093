// While a candidate waits, the browser's tab says so as well: whoever works in another one sees it there.
const mark = "● ";

function ring() {
  const rings = document.querySelector("#bell > *") !== null;
  const title = document.title.replace(mark, "");
  document.title = rings ? mark + title : title;
}

document.addEventListener("htmx:after:swap", ring);
ring();
