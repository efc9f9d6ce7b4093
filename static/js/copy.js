// A button that copies the text above it. It is there only where the browser lets a page copy.
const offer = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Couldn't copy. Select the text instead.";
  }
  setTimeout(() => (button.textContent = said), 3000);
});
document.addEventListener("htmx:after:swap", offer);
offer();
