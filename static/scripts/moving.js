// Rows of todos that are selected, and rows that are moved by hand: within a day and to another one.

import { said } from "./dom.js";
import { menuRow } from "./todos.js";

const list = () => document.getElementById("todo-list");
const rowOf = (element) => element.closest?.("#todo-list .todo");
const boxOf = (row) => row?.querySelector(".select-box");

// Moving: the same button as in the menu of a row, pressed for a day and a place in it.

const placesNow = () => [...document.querySelectorAll("#todo-list .todo-group[data-to]")];
const idOf = (row) => row?.id.replace("todo-", "") ?? "";
const rowsOf = (group) => [...group.querySelectorAll(".todo")];

let isMoving = false;
let moved; // the id of the row, which keeps the focus that it had
let parts = []; // of the form, while it is on its way
let steps = []; // asked for while one is on its way

// Between two rows of the day; without any, wherever its time and priority put it.
function move(row, to, { after, before } = {}) {
  const field = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });
  // What waits to be sent has changed the version already.
  const version = row.classList.contains("todo-unsent") ? "" : row.dataset.version;
  const wish = { to, after: idOf(after), before: idOf(before), version };
  const fields = Object.entries(wish).map(([name, value]) => field(name, value));
  const address = row.querySelector(".check").getAttribute("formaction").replace(/\/\w+$/, "");
  const button = Object.assign(document.createElement("button"), { hidden: true });
  button.setAttribute("formaction", `${address}/move`);
  moved = row.contains(document.activeElement) ? row.id : undefined;
  isMoving = true;
  parts = [...fields, button];
  document.getElementById("todo-actions").append(...parts);
  button.click();
}

// One place up or down; at the end of a day, to the next one. Or to the first place of its day.
function step(id, by) {
  const row = document.getElementById(id);
  if (!row) return;
  const group = row.closest(".todo-group");
  const rows = rowsOf(group);
  if (by === "first") {
    const first = rows.find(({ dataset }) => dataset.day === row.dataset.day);
    if (first !== row) move(row, row.dataset.day, { before: first });
    return;
  }
  const next = rows[rows.indexOf(row) + by];
  if (next && next.dataset.day === row.dataset.day) {
    const beyond = rows[rows.indexOf(row) + 2 * by];
    const further = beyond?.dataset.day === row.dataset.day ? beyond : undefined;
    move(row, row.dataset.day, by > 0 ? { after: next, before: further } : { after: further, before: next });
    return;
  }
  const groups = [...document.querySelectorAll("#todo-list .todo-group")];
  const ahead = by > 0 ? groups.slice(groups.indexOf(group) + 1) : groups.slice(0, groups.indexOf(group)).reverse();
  const place = ahead.find((each) => each.dataset.to !== undefined);
  if (place) move(row, place.dataset.to, by > 0 ? { before: rowsOf(place)[0] } : { after: rowsOf(place).at(-1) });
}

function stepSoon(row, by) {
  if (isMoving) steps.push([row.id, by]);
  else step(row.id, by);
}

document.addEventListener("htmx:finally:request", ({ target }) => {
  if (target.id !== "todo-actions" || !isMoving) return;
  isMoving = false;
  for (const part of parts) part.remove();
  if (moved) document.querySelector(`#${moved} a.todo-title`)?.focus();
  const next = steps.shift();
  if (next) step(...next);
});

let dragged;
let byFinger = false;

// Before or behind the row under the pointer, where that is of the same day; else anywhere in the group of one day.
function dropAt({ target, clientY }) {
  const group = target.closest?.("#todo-list .todo-group");
  const row = rowOf(target);
  const day = group?.dataset.to ?? (row?.dataset.day === dragged.dataset.day ? row.dataset.day : undefined);
  if (day === undefined || row === dragged) return undefined;
  if (!row) return { group, day };
  const { top, height } = row.getBoundingClientRect();
  const isBehind = clientY > top + height / 2;
  const rows = rowsOf(group).filter((each) => each !== dragged && each.dataset.day === day);
  const place = rows.indexOf(row) + isBehind;
  return { group, day, row, isBehind, beside: { after: rows[place - 1], before: rows[place] } };
}

function markDrop(drop) {
  for (const name of ["drop-here", "drop-before", "drop-after"])
    for (const marked of document.querySelectorAll(`.${name}`)) marked.classList.remove(name);
  drop?.group.classList.toggle("drop-here", drop.day !== dragged.dataset.day);
  drop?.row?.classList.add(drop.isBehind ? "drop-after" : "drop-before");
}

document.addEventListener("dragstart", (event) => {
  const { target, dataTransfer } = event;
  dragged = rowOf(target);
  if (!dragged) return;
  // A finger that rests selects; the menu of the row moves it.
  if (byFinger) {
    event.preventDefault();
    dragged = undefined;
    return;
  }
  dataTransfer.effectAllowed = "move";
  dataTransfer.setData("text/plain", dragged.querySelector(".todo-title").textContent);
});
document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  const drop = dropAt(event);
  markDrop(drop);
  if (drop) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!dragged) return;
  event.preventDefault();
  // The list may have been drawn anew under the pointer.
  const drop = dropAt(event);
  const row = document.getElementById(dragged.id);
  if (drop && row && !isMoving) move(row, drop.day, drop.beside);
});
document.addEventListener("dragend", () => {
  markDrop();
  dragged = undefined;
});

// Selecting: Shift and a click, a long press, or space on a row; then a click on any row, or Shift for all up to it.

const isSelecting = () => document.querySelector(".select-box:checked");

let selectedLast; // the id of a row
let restedLong = false;

function toggle(row) {
  const box = boxOf(row);
  if (!box) return;
  box.checked = !box.checked;
  selectedLast = box.checked ? row.id : undefined;
  sayCount();
}

// All from the row that was selected last up to this one; without one, this one.
function selectUpTo(row) {
  const rows = [...document.querySelectorAll("#todo-list .todo:has(.select-box)")];
  const last = rows.findIndex(({ id }) => id === selectedLast);
  if (last < 0 || !isSelecting()) return toggle(row);
  const [from, to] = [last, rows.indexOf(row)].sort((one, other) => one - other);
  for (const each of rows.slice(from, to + 1)) boxOf(each).checked = true;
  selectedLast = row.id;
  sayCount();
}

function sayCount() {
  const count = document.querySelectorAll(".select-box:checked").length;
  const status = document.getElementById("selection-count");
  if (status) status.textContent = count ? said("selected", { count }) : "";
}

document.addEventListener(
  "click",
  (event) => {
    const row = rowOf(event.target);
    if (restedLong) {
      // The finger that selected is lifted: that is no tap.
      restedLong = false;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (!row || !(event.shiftKey || (isSelecting() && event.target.closest("a.todo-title, .todo-body")))) return;
    if (event.target.closest(".select-box, .check, .chip")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) selectUpTo(row);
    else toggle(row);
  },
  true,
);
document.addEventListener("change", ({ target }) => target.matches(".select-box") && sayCount());
document.addEventListener("htmx:after:swap", sayCount);

// The bar goes away with the selection. Who was on it goes on at the first row after it that was not selected, else at
// the last one before; where rows stay, at the first of them; where there are none, at the list.
let goingOnAt = []; // ids of rows

function goOn() {
  const at = document.activeElement;
  if (at !== document.body && !at.closest("#todo-selection")) return;
  const row = goingOnAt.map((id) => document.getElementById(id)).find(Boolean);
  (row?.querySelector("a.todo-title") ?? document.querySelector(".todo-scroll"))?.focus();
}
function rememberWhere() {
  const rows = [...document.querySelectorAll("#todo-list .todo")];
  const selected = rows.filter((row) => boxOf(row)?.checked);
  const [from, to] = [rows.indexOf(selected[0]), rows.indexOf(selected.at(-1))];
  const others = [...rows.slice(to + 1), ...rows.slice(0, from).reverse(), ...rows.slice(from, to)].filter((row) => !selected.includes(row));
  goingOnAt = (isDone ? [...others, ...selected] : selected).map(({ id }) => id);
}
let isDone = false;
document.addEventListener("htmx:before:request", ({ target }) => {
  if (target.id !== "todo-selection") return;
  isDone = true;
  rememberWhere();
});
document.addEventListener("htmx:finally:request", ({ target }) => target.id === "todo-selection" && target.reset());
document.addEventListener("reset", ({ target }) => {
  if (target.id === "todo-selection" && !isDone) rememberWhere();
  isDone = false;
  setTimeout(() => {
    sayCount();
    if (target.id === "todo-selection") goOn();
  });
});

document.getElementById("todo-menu")?.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-step]");
  if (!button) return;
  menuRow().querySelector("a.todo-title").focus();
  stepSoon(menuRow(), Number(button.dataset.step) || button.dataset.step);
});

let pressing;
const LONG_PRESS_MS = 500;
document.addEventListener("pointerdown", ({ target, pointerType }) => {
  clearTimeout(pressing);
  restedLong = false;
  byFinger = pointerType === "touch";
  const row = pointerType === "touch" && rowOf(target);
  if (row && !target.closest("button, a.chip, input")) pressing = setTimeout(() => selectByRest(row), LONG_PRESS_MS);
});
function selectByRest(row) {
  restedLong = true;
  toggle(row);
}
document.addEventListener("contextmenu", (event) => byFinger && rowOf(event.target) && event.preventDefault());
for (const end of ["pointerup", "pointercancel", "pointermove", "scroll"])
  document.addEventListener(end, () => clearTimeout(pressing), true);

document.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row || event.target.matches("textarea, select, input:not(.select-box)") || !list()) return;
  const by = event.altKey && { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const days = event.altKey && { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by) {
    event.preventDefault();
    stepSoon(row, by);
  } else if (days) {
    event.preventDefault();
    const places = placesNow();
    const place = places[places.indexOf(row.closest(".todo-group")) + days];
    if (place && !isMoving) move(row, place.dataset.to);
  } else if (event.key === " " && event.target.matches("a.todo-title")) {
    event.preventDefault();
    toggle(row);
  } else if (event.key === "Escape" && isSelecting()) document.getElementById("todo-selection").reset();
});
