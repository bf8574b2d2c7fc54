"use strict";

// What every page has: the time zone, small buttons, and the keyboard.

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function fillTimeZone() {
  for (const field of document.querySelectorAll("input[name=time_zone]")) field.value = browserZone;
  for (const button of document.querySelectorAll("[data-browser-zone]")) {
    const select = document.getElementById(button.dataset.browserZone);
    const known = [...select.options].some((option) => option.value === browserZone);
    if (!known || select.value === browserZone) continue;
    button.hidden = false;
    button.textContent = `Use this device’s: ${browserZone}`;
    button.addEventListener("click", () => {
      select.value = browserZone;
      select.form.requestSubmit();
    });
  }
}

async function copyText(button) {
  const source = document.getElementById(button.dataset.copy);
  const status = document.getElementById("status");
  status.textContent = "";
  // Only a page over https (or of this machine) may write to the clipboard; elsewhere the text is marked to be copied.
  if (!navigator.clipboard) getSelection().selectAllChildren(source);
  else await navigator.clipboard.writeText(source.innerText);
  status.textContent = navigator.clipboard ? "Copied." : "Selected; copy it by keyboard.";
  button.classList.toggle("copied", Boolean(navigator.clipboard));
  setTimeout(() => button.classList.remove("copied"), 1500);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-copy], [data-close]");
  if (button?.dataset.copy) copyText(button);
  if (button?.dataset.close) document.getElementById(button.dataset.close).close();
});

// “Try again in 0:42.” counts down.
setInterval(() => {
  for (const wait of document.querySelectorAll("[data-countdown]")) {
    const seconds = (wait.dataset.countdown -= 1);
    const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    wait.textContent = seconds > 0 ? `Try again in ${left}.` : "Try again now.";
  }
}, 1000);

// “Approve 4” counts what is ticked.
document.addEventListener("change", ({ target }) => {
  const ticked = target.closest(".approval")?.querySelectorAll("input:checked");
  if (ticked) target.closest(".approval").querySelector("[data-ticked]").textContent = ticked.length;
});

// “↓ New text” for who has scrolled up while an answer grows; it hides itself near the end.
document.addEventListener("htmx:after:swap", () => offerEnd(document.querySelector("#messages .working")));
document.addEventListener("scroll", () => offerEnd(false), true);
document.getElementById("to-end")?.addEventListener("click", () => document.querySelector(".transcript").scrollTo(0, 0));

function offerEnd(grows) {
  const button = document.getElementById("to-end");
  const away = document.querySelector(".transcript")?.scrollTop < -80;
  if (button && (grows || !away)) button.hidden = !away;
}

// Keyboard shortcuts

const switchBox = document.getElementById("shortcuts-on");
const shortcutsOn = () => localStorage.getItem("shortcuts") !== "off";
const press = (selector) => document.querySelector(selector)?.click();
const focusOn = (selector) => document.querySelector(selector)?.focus();
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
  next?.querySelector("a, button")?.focus();
}

// A row that is ticked off or deleted moves away: the focus goes to its neighbour, not along with it.
document.addEventListener("htmx:before:request", ({ target }) => {
  const rows = [...document.querySelectorAll(".todo-list .todo")];
  const place = rows.indexOf(rowInFocus());
  if (target.id !== "todo-actions" || place < 0) return;
  (rows[place + 1] ?? rows[place - 1])?.querySelector("button")?.focus({ preventScroll: true });
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

function pressShortcut(event) {
  if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open")) press("#composer-action.stop");
  if (!shortcutsOn() || event.isComposing || event.altKey) return;
  const search = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const typing = event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");
  if (!search && (typing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]"))) return;
  const action = search ? openSearch : (SHORTCUTS[`${before} ${event.key}`] ?? SHORTCUTS[event.key]);
  before = event.key;
  if (!action) return;
  event.preventDefault();
  action();
}

fillTimeZone();
document.addEventListener("keydown", pressShortcut);
if (switchBox) {
  switchBox.checked = shortcutsOn();
  switchBox.addEventListener("change", () => localStorage.setItem("shortcuts", switchBox.checked ? "on" : "off"));
}
