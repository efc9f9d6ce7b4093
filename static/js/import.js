// People beside slots: a changed select checks every row again, one that is dragged onto another swaps with it, and
// Ctrl Enter books.
{
  const press = (form, what) => form?.querySelector(`[data-import-${what}]`)?.click();
  const selectIn = (place) => place?.querySelector("select");
  let dragged;

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-import]");
    if (form && event.target.matches("select")) press(form, "check");
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("[data-import]");
    if (!form || event.target.matches("textarea") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    press(form, "book");
  });

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-import-grip]") ?? undefined;
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });

  const target = (event) => {
    const row = event.target.closest?.("tr");
    const grip = row?.querySelector("[data-import-grip]");
    return dragged && grip !== dragged ? grip : undefined;
  };

  document.addEventListener("dragover", (event) => {
    const over = target(event);
    for (const grip of document.querySelectorAll(".grip--over")) grip.classList.remove("grip--over");
    if (!over) return;
    event.preventDefault();
    over.classList.add("grip--over");
  });

  document.addEventListener("drop", (event) => {
    const [one, other] = [selectIn(dragged), selectIn(target(event))];
    if (!one || !other) return;
    event.preventDefault();
    [one.value, other.value] = [other.value, one.value];
    press(one.form, "check");
  });

  document.addEventListener("dragend", () => (dragged = undefined));

  const offer = () => {
    for (const grip of document.querySelectorAll("[data-import-grip]")) grip.draggable = true;
  };
  document.addEventListener("htmx:after:swap", offer);
  offer();
}
