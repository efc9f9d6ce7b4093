// The palette: Ctrl K, or the field in the menu, opens the search page over this one. What it shows is that page's own
// results; Enter does the chosen one, Ctrl Enter goes and looks first.
{
  const palette = () => document.getElementById("palette");
  const part = (selector) => palette().querySelector(selector);
  const options = () => [...palette().querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosen = () => palette().querySelector("[aria-selected=true]");
  let timer, asked;

  const choose = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    part("input").setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  };

  const element = (name, role, className) => {
    const made = document.createElement(name);
    if (role) made.setAttribute("role", role);
    if (className) made.className = className;
    return made;
  };

  const optionOf = (line, number) => {
    const option = element("li", "option");
    option.id = `palette-${number}`;
    if (line.hasAttribute("data-disabled")) option.setAttribute("aria-disabled", "true");
    else option.setAttribute("aria-selected", "false");
    const [link, small, form] = ["a", "small", "form"].map((name) => line.querySelector(name));
    const words = element("span");
    words.append((link ?? line.querySelector("span")).firstChild?.textContent ?? "");
    if (small) words.append(document.importNode(small, true));
    option.append(words);
    if (link) option.dataset.href = link.getAttribute("href");
    if (form) {
      const own = document.importNode(form, true);
      own.hidden = true;
      option.append(own);
    }
    return option;
  };

  const show = (page) => {
    let number = 0;
    const groups = [...page.querySelectorAll("#found section")].map((section) => {
      const group = element("ul", "group", "found");
      const heading = section.querySelector("h2").textContent;
      group.setAttribute("aria-label", heading);
      const head = element("li", "presentation", "palette__head");
      head.textContent = heading;
      group.append(head, ...[...section.querySelectorAll("li")].map((line) => optionOf(line, number++)));
      return group;
    });
    part("[role=listbox]").replaceChildren(...groups);
    choose(options()[0]);
  };

  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const query = new URLSearchParams({ q: part("input").value });
      const answer = await fetch(`/search?${query}`, { signal: asked.signal });
      // Signed out: the page says so itself.
      if (answer.redirected) return location.assign(`/search?${query}`);
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      if (error.name !== "AbortError") part("[role=listbox]").replaceChildren("The server did not answer. Try again in a moment.");
    }
  };

  const run = (option, looksFirst) => {
    const form = option?.querySelector("form");
    if (form && !looksFirst) form.querySelector("button").click();
    else if (option?.dataset.href) location.assign(option.dataset.href);
  };

  const open = () => {
    if (!palette() || palette().open) return;
    part("input").value = "";
    palette().showModal();
    look();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k" && palette()) {
      event.preventDefault();
      open();
    } else if (palette()?.open && event.target === part("input")) {
      const all = options();
      const at = all.indexOf(chosen());
      if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
      else if (event.key === "ArrowUp") choose(all[(at - 1 + all.length) % all.length]);
      else if (event.key === "Enter") run(chosen(), event.ctrlKey || event.metaKey);
      else return;
      event.preventDefault();
    }
  });

  document.addEventListener("input", (event) => {
    if (!palette() || event.target !== part("input")) return;
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-palette]") && palette() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open();
    } else if (palette()?.open) {
      if (event.target === palette()) palette().close();
      const option = event.target.closest?.("#palette [role=option]:not([aria-disabled])");
      if (option && !event.target.closest("form")) run(option, event.ctrlKey || event.metaKey);
    }
  }, true);
}
