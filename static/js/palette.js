// The palette: Ctrl K, or the field in the menu, opens the search page over this one. htmx fetches that page's own results;
// Enter does the chosen one, Ctrl Enter goes and looks first.
{
  const palette = () => document.getElementById("palette");
  const line = () => palette().querySelector("input");
  const found = () => document.getElementById("palette-found");
  const options = () => [...found().querySelectorAll("[role=option]:not([aria-disabled])")];
  // What the options answer to; and Enter, pressed before they answered to what was typed.
  let shown, entered;

  const choose = (option) => {
    for (const other of options()) other.ariaSelected = other === option;
    line().setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  };

  // What is within a line of the page is nothing to press here: the line is.
  const offer = () => {
    for (const part of found().querySelectorAll("section, h2, ul")) part.role = part.matches("section") ? "group" : "presentation";
    for (const [at, option] of found().querySelectorAll("li, .panel__empty").entries()) {
      const link = option.querySelector("a");
      Object.assign(option, { id: `palette-${at}`, role: "option", ariaSelected: false });
      if (!option.matches("li:not([data-disabled])")) option.ariaDisabled = true;
      if (link) option.dataset.href = link.href;
      link?.removeAttribute("href");
      option.querySelector("form")?.setAttribute("hidden", "");
    }
    choose(options()[0]);
  };

  const run = (option, looksFirst) => {
    const act = option?.querySelector("form button");
    if (act && !looksFirst) act.click();
    else if (option?.dataset.href) location.assign(option.dataset.href);
  };

  const open = (event) => {
    event.preventDefault();
    line().value = "";
    shown = entered = undefined;
    palette().showModal();
    line().dispatchEvent(new Event("look"));
  };

  const when = (event, act) => document.addEventListener(`htmx:${event}`, ({ detail: { ctx } }) => ctx?.target?.id === "palette-found" && act(ctx));
  when("after:swap", (ctx) => {
    shown = new URL(ctx.request.action, location).searchParams.get("q") ?? "";
    offer();
    if (entered && shown === line().value) run(options()[0], entered.ctrlKey || entered.metaKey);
  });
  document.addEventListener("input", () => (entered = undefined));
  when("error", () => found().replaceChildren("The server did not answer. Try again in a moment."));
  // Signed out: the page says so itself.
  when("before:response", (ctx) => ctx.response.raw.redirected && location.assign(ctx.request.action));

  document.addEventListener("keydown", (event) => {
    if (!palette()) return;
    const isCtrl = event.ctrlKey || event.metaKey;
    if (isCtrl && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") return open(event);
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: 0 }[event.key];
    if (step === undefined || event.target !== line()) return;
    event.preventDefault();
    const all = options();
    const at = all.findIndex((option) => option.ariaSelected === "true");
    if (step) choose(all.at((at + step) % all.length));
    else if (shown === line().value) run(all[at], isCtrl);
    else entered = event;
  });

  document.addEventListener("click", (event) => {
    const isCtrl = event.ctrlKey || event.metaKey;
    if (palette() && event.target.closest("[data-palette]") && !isCtrl && !event.shiftKey) return open(event);
    if (event.target === palette()) return palette().close();
    const option = event.target.closest("#palette [role=option]:not([aria-disabled])");
    if (option && !event.target.closest("form")) run(option, isCtrl);
  }, true);
}
