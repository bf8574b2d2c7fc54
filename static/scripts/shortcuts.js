// The keyboard: shortcuts, which a person can switch off.

import { find } from "./dom.js";

const switchBox = document.getElementById("shortcuts-on");
const shortcutsOn = () => localStorage.getItem("shortcuts") !== "off";
const press = (selector) => find(selector)?.click();
const focusOn = (selector) => find(selector)?.focus();
// On a title the space bar selects; on the ring before it, it would complete.
const titleOf = (row) => row?.querySelector("a.todo-title") ?? row?.querySelector("button");
const rowInFocus = () => document.activeElement.closest?.(".todo-list .todo");

// Where the column of conversations is a drawer, it opens for that.
function openSearch() {
  const search = document.querySelector("#conversations [name=find]");
  if (search && !search.checkVisibility()) document.getElementById("conversations").showPopover();
  search?.select();
}

function moveFocus(step) {
  const rows = [...document.querySelectorAll(".todo-list .todo")];
  const next = rows[Math.max(0, rows.indexOf(rowInFocus()) + step)] ?? rows.at(-1);
  titleOf(next)?.focus();
}

// A row that is ticked off or deleted goes away: the focus goes to its neighbour. With one that is moved it goes along,
// and what is done to others, or undone, leaves it where it is.
document.addEventListener("htmx:before:request", ({ target, detail: { ctx } }) => {
  const rows = [...document.querySelectorAll(".todo-list .todo")];
  const row = rowInFocus();
  const place = rows.indexOf(row);
  const { action } = ctx.request;
  if (target.id !== "todo-actions" || place < 0 || action.includes("/move")) return;
  if (!action.includes(row.id.replace("todo-", ""))) return;
  titleOf(rows[place + 1] ?? rows[place - 1])?.focus({ preventScroll: true });
});

const SHORTCUTS = {
  q: () => focusOn("#quick-add"),
  "/": () => focusOn("#composer-text"),
  n: () => location.assign("/"),
  j: () => moveFocus(1),
  k: () => moveFocus(-1),
  x: () => rowInFocus()?.querySelector(".check")?.click(),
  e: () => rowInFocus()?.querySelector("a.todo-title")?.click(),
  Delete: () => rowInFocus()?.querySelector(".todo-delete")?.click(),
  z: () => press(".notice button"),
  "?": () => document.getElementById("shortcuts")?.showModal(),
  "g t": () => location.assign("/todos"),
  "g c": () => location.assign("/"),
};
let before = "";
// Who types into the box and loses the focus goes on typing: for a moment letters are letters.
const TYPING_MS = 2000;
let typedAt = 0;

// Esc stops what runs, else it leaves the field that is written in, so that letters are shortcuts again.
function escape({ target }) {
  const stop = find("#composer-action.stop");
  if (stop) stop.click();
  else if (target.matches("#composer-text, #quick-add, [type=search]")) target.blur();
  typedAt = 0;
}

function pressShortcut(event) {
  if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open], :popover-open")) escape(event);
  if (!shortcutsOn() || event.isComposing || event.altKey) return;
  const isCommand = event.ctrlKey || event.metaKey;
  const search = isCommand && event.key.toLowerCase() === "k";
  const typing = event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");
  const isLetter = event.key.length === 1 && !isCommand;
  if (isLetter && event.target.id === "composer-text") typedAt = Date.now();
  const goesOn = isLetter && Date.now() - typedAt < TYPING_MS;
  if (!search && (typing || goesOn || isCommand || document.querySelector("dialog[open]"))) return;
  const action = search ? openSearch : (SHORTCUTS[`${before} ${event.key}`] ?? SHORTCUTS[event.key]);
  before = event.key;
  if (!action) return;
  event.preventDefault();
  action();
}

document.addEventListener("keydown", pressShortcut);
if (switchBox) {
  switchBox.checked = shortcutsOn();
  switchBox.addEventListener("change", () => localStorage.setItem("shortcuts", switchBox.checked ? "on" : "off"));
}
