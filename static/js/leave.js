// Whoever leaves a page takes back what it asked for: a look-up that is answered later, when the form is done, would be
// about what no longer is. Nothing new is asked for, either, until the answer to the leaving is there.
const asked = new Set();
let leaving;
const takeBack = () => {
  for (const lookUp of asked) lookUp.request.abort();
  asked.clear();
};

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.target === document.body) {
    leaving = ctx;
    takeBack();
  } else if (leaving?.status === "issuing") {
    event.preventDefault();
  } else {
    asked.add(ctx);
  }
});

document.addEventListener("htmx:finally:request", (event) => asked.delete(event.detail.ctx));

// A link that is loaded, not swapped, leaves too.
window.addEventListener("pagehide", takeBack);
