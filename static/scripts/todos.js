// The rows of todos: their menu, and a mark on those that changed.

import { placeBeside } from "./dom.js";

// One menu for all rows: its buttons mean the row that it was opened at, and it opens beside that row's button.
const menu = document.getElementById("todo-menu");
let openedAt;
export const menuRow = () => openedAt;

function aimMenu(opener) {
  openedAt = opener.closest(".todo");
  const address = openedAt.querySelector(".check").getAttribute("formaction").replace(/\/\w+$/, "");
  for (const button of menu.querySelectorAll("[data-action]")) button.setAttribute("formaction", `${address}/${button.dataset.action}`);
  menu.setAttribute("aria-label", opener.getAttribute("aria-label"));
}

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[popovertarget=todo-menu]");
  if (opener) aimMenu(opener);
});
menu?.addEventListener("toggle", ({ newState }) => newState === "open" && placeBeside(menu, openedAt.querySelector(".todo-more")));
menu?.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) menu.hidePopover();
  if (button?.dataset.action === "edit") openedAt.querySelector("a.todo-title").click();
});

// Who adds by the button goes on writing: the field keeps the focus, and on a phone it stays open.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.(".quick-add .icon-button")) event.preventDefault();
});

// Who leaves the field by a tap finds everything where it was until the tap is done: it closes after that, not under
// the finger.
const TAP_MS = 500;
document.addEventListener("focusout", ({ target }) => {
  const form = target.closest?.("#quick-add-form");
  if (!form) return;
  const close = () => form.removeAttribute("data-leaving");
  form.setAttribute("data-leaving", "");
  document.addEventListener("click", () => setTimeout(close), { once: true });
  setTimeout(close, TAP_MS);
});

// Rows that changed by themselves, by what a socket told, are marked for a moment; on a phone the tab of the todos is.
let rowsBefore;
const rowsNow = () =>
  new Map([...document.querySelectorAll("#todo-list .todo")].map((row) => [row, row.id + row.className + row.textContent]));

document.addEventListener("htmx:before:swap", ({ target }) => {
  if (target.id === "catch-up") rowsBefore = new Set(rowsNow().values());
});
document.addEventListener("htmx:after:swap", ({ target }) => {
  if (target.id !== "catch-up" || !rowsBefore) return;
  const now = rowsNow();
  const changed = [...now.keys()].filter((row) => !rowsBefore.has(now.get(row)));
  if (changed.length || now.size !== rowsBefore.size) document.getElementById("todos-changed").hidden = false;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const row of changed) row.animate([{ background: "var(--accent-soft)" }, { background: "none" }], 2000);
});

// Rows that nobody changed: one becomes overdue, the day ends. How long that is says the server, whose clock counts.
const LONGEST_WAIT_MS = 2 ** 31 - 1;
let turnsAt;
let turning;

function awaitTurn() {
  const { turnsAt: next, turnsIn } = document.getElementById("todo-list")?.dataset ?? {};
  if (next === turnsAt) return;
  turnsAt = next;
  clearTimeout(turning);
  if (next) turning = setTimeout(askForLists, Math.min(turnsIn * 1000 + 500, LONGEST_WAIT_MS));
}

export function askForLists() {
  const selectOOB = "#list-head:outerMorph,#todo-filters:outerMorph,#todo-list:outerMorph";
  window.htmx.ajax("GET", location.pathname + location.search, { source: "#catch-up", target: "#catch-up", swap: "none", selectOOB });
}

document.addEventListener("htmx:after:swap", awaitTurn);
awaitTurn();
