// Shortcuts of one or two letters, listed by ? with what each leads to. Whoever does not want them turns them off there;
// they never act in a field.
{
  const KEPT = "greenroom-keys";
  const list = () => document.getElementById("keys");
  // Storage may be blocked.
  const kept = (act) => { try { return act(localStorage); } catch { return undefined; } };
  const areOff = () => kept((storage) => storage.getItem(KEPT)) === "off";
  let before = "";
  let forget;

  document.addEventListener("keydown", (event) => {
    if (!list() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]") || document.querySelector("dialog[open]:not(#keys)")) return;
    if (event.key === "?" && !areOff()) {
      event.preventDefault();
      list().querySelector("[data-keys-on]").checked = true;
      return list().open ? list().close() : list().showModal();
    }
    if (areOff() || event.key.length !== 1) return;
    const typed = `${before} ${event.key.toLowerCase()}`.trim();
    clearTimeout(forget);
    before = event.key.toLowerCase();
    forget = setTimeout(() => (before = ""), 1000);
    const links = [...list().querySelectorAll("[data-keys]")];
    const link = links.find((link) => link.dataset.keys === typed) ?? links.find((link) => link.dataset.keys === before);
    if (!link) return;
    event.preventDefault();
    before = "";
    list().close();
    link.click();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) kept((storage) => storage.setItem(KEPT, event.target.checked ? "on" : "off"));
  });

  // The button in the menu is the way back for whoever turned them off.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-list]") || !list()) return;
    list().querySelector("[data-keys-on]").checked = !areOff();
    list().showModal();
  });
}
