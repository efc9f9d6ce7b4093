// Whoever opens the meeting of an interview is there: said to the server, so that its bell stops ringing for the others.
for (const press of ["click", "auxclick"]) {
  document.addEventListener(press, (event) => {
    const link = event.target.closest("[data-attend]");
    // Every button but the first is an auxclick; the right one opens a menu.
    const opens = event.type === "click" || event.button === 1;
    if (link && opens) fetch(link.dataset.attend, { method: "POST", redirect: "manual", keepalive: true }).catch(() => {});
  });
}
