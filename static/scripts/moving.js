// Rows of todos that are selected, and rows that are moved to another day by hand.

const list = () => document.getElementById("todo-list");
const rowOf = (element) => element.closest?.("#todo-list .todo");
const placeOf = (element) => element.closest?.("#todo-list .todo-group[data-to]");
const boxOf = (row) => row?.querySelector(".select-box");

// Moving: the same button as in the menu of a row, pressed for the place.

function move(row, place) {
  if (!row || !place || row.closest(".todo-group") === place) return;
  const button = Object.assign(document.createElement("button"), { name: "to", value: place.dataset.to, hidden: true });
  const address = row.querySelector(".check").getAttribute("formaction").replace(/\/\w+$/, "");
  button.setAttribute("form", "todo-actions");
  button.setAttribute("formaction", `${address}/move`);
  document.body.append(button);
  button.click();
  button.remove();
}

let dragged;

function markPlace(place) {
  for (const marked of document.querySelectorAll(".drop-here")) if (marked !== place) marked.classList.remove("drop-here");
  place?.classList.add("drop-here");
}

document.addEventListener("dragstart", ({ target, dataTransfer }) => {
  dragged = rowOf(target);
  if (!dragged) return;
  dataTransfer.effectAllowed = "move";
  dataTransfer.setData("text/plain", dragged.querySelector(".todo-title").textContent);
});
document.addEventListener("dragover", (event) => {
  const place = dragged && placeOf(event.target);
  markPlace(place);
  if (place) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!dragged) return;
  event.preventDefault();
  move(dragged, placeOf(event.target));
});
document.addEventListener("dragend", () => {
  dragged = undefined;
  markPlace();
});

// Selecting: Shift and a click, a long press, or space on a row; after that a click on any row.

const isSelecting = () => document.querySelector(".select-box:checked");

function toggle(row) {
  const box = boxOf(row);
  if (!box) return;
  box.checked = !box.checked;
  sayCount();
}

function sayCount() {
  const count = document.querySelectorAll(".select-box:checked").length;
  const status = document.getElementById("selection-count");
  if (status) status.textContent = count ? `${count} selected` : "";
}

document.addEventListener(
  "click",
  (event) => {
    const row = rowOf(event.target);
    if (!row || !(event.shiftKey || (isSelecting() && event.target.closest("a.todo-title, .todo-body")))) return;
    if (event.target.closest(".select-box, .check, .chip")) return;
    event.preventDefault();
    event.stopPropagation();
    toggle(row);
  },
  true,
);
document.addEventListener("change", ({ target }) => target.matches(".select-box") && sayCount());
document.addEventListener("reset", () => setTimeout(sayCount));
document.addEventListener("htmx:after:swap", sayCount);
document.addEventListener("htmx:finally:request", ({ target }) => target.id === "todo-selection" && target.reset());

let pressing;
const LONG_PRESS_MS = 500;
document.addEventListener("pointerdown", ({ target, pointerType }) => {
  clearTimeout(pressing);
  const row = pointerType === "touch" && rowOf(target);
  if (row && !target.closest("button, a.chip, input")) pressing = setTimeout(() => toggle(row), LONG_PRESS_MS);
});
for (const end of ["pointerup", "pointercancel", "pointermove", "scroll"])
  document.addEventListener(end, () => clearTimeout(pressing), true);

document.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row || event.target.matches("textarea, select, input:not(.select-box)") || !list()) return;
  const step = event.altKey && { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step) {
    const places = [...document.querySelectorAll("#todo-list .todo-group[data-to]")];
    event.preventDefault();
    move(row, places[places.indexOf(row.closest(".todo-group")) + step]);
  } else if (event.key === " " && event.target.matches("a.todo-title")) {
    event.preventDefault();
    toggle(row);
  } else if (event.key === "Escape" && isSelecting()) document.getElementById("todo-selection").reset();
});
