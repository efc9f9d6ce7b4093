// The check of a device: starts its parts, shows what each says, and lets the result be saved when all are known. What the
// parts measure stays in the page.
const check = document.querySelector("#check");
const start = check.querySelector("[data-start]");
const save = check.querySelector("#save");
const results = Array.from(save.querySelectorAll("input"));

start.addEventListener("click", () => {
  start.textContent = start.dataset.again;
  // To save the result is what matters most then.
  start.classList.add("outline");
  document.dispatchEvent(new Event("check"));
});

check.addEventListener("says", ({ target: part, detail: name }) => {
  let result = "";
  for (const words of part.querySelectorAll("[data-says]")) {
    words.hidden = words.dataset.says !== name;
    if (!words.hidden) result = words.dataset.result ?? "";
  }
  save.elements[part.id].value = result;
  sum();
});

function sum() {
  const values = results.map((input) => input.value);
  const all = values.includes("failed") ? "failed" : "passed";
  for (const words of save.querySelectorAll("[data-sum]")) words.hidden = words.dataset.sum !== all;
  save.hidden = values.includes("");
}

document.querySelector("#by-hand").hidden = true;
check.hidden = false;
