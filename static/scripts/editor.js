// The panel of a todo: filled from the page that its row leads to, and saved while it is written in.

import { find, said } from "./dom.js";
import { askForLists } from "./todos.js";

const editor = find("#todo-editor");
const body = find("#todo-editor-body");
const form = () => find("#todo-editor #edit-todo");
const isOpen = () => editor && !editor.hidden;

// What cannot be saved as it is holds the panel open, and can be given up.
function say(words, { isRefused = false } = {}) {
  find("#editor-status").textContent = words;
  find("#editor-discard").hidden = !isRefused;
}

// Words are sent when the person goes on to something else, or rests.
const REST_MS = 2500;

let isUnsaved = false;
let isSaving = false;
let isOutOfReach = false;
let resting;
let pressed; // a button that was pressed while something was on its way
let afterwards; // what was asked for while something was unsaved
let opener; // the address of the row

const hasConflict = () => find("#todo-editor .conflict");
const rowLink = () => [...document.querySelectorAll("#todo-list a.todo-title")].find((link) => link.pathname === opener);

function markRow() {
  find(".todo-open")?.classList.remove("todo-open");
  if (isOpen()) rowLink()?.closest(".todo").classList.add("todo-open");
}

// Saving

function noteChange() {
  isUnsaved = true;
  say("");
  clearTimeout(resting);
  resting = setTimeout(save, REST_MS);
}

// What is half written, such as a day without a month, is no value yet.
const isHalfWritten = () => [...form().elements].find((field) => field.validity.badInput);

function save() {
  clearTimeout(resting);
  if (isSaving || !isUnsaved) return;
  if (hasConflict() || isHalfWritten()) {
    afterwards = undefined;
    return;
  }
  // The button may have been drawn anew meanwhile.
  const button = pressed && [...form().elements].find(({ name, value, type }) => type === "submit" && name === pressed.name && value === pressed.value);
  pressed = undefined;
  form().requestSubmit(button);
}

// Whatever leads away waits until all is saved; what was refused stays in the panel with the reason.
function whenSaved(act) {
  if (!isUnsaved && !isSaving) return act();
  afterwards = act;
  save();
}

function finish() {
  isSaving = false;
  if (isOutOfReach) {
    resting = setTimeout(save, REST_MS);
    return;
  }
  const failed = find("#todo-editor .field-problem, #todo-editor .conflict");
  if (failed) {
    failed.closest("details")?.setAttribute("open", "");
    afterwards = undefined;
    isUnsaved = true;
    say(said("notSaved"), { isRefused: true });
  } else if (isUnsaved && afterwards) save();
  else if (isUnsaved) noteChange();
  else {
    say(said("saved"));
    askForLists();
    const act = afterwards;
    afterwards = undefined;
    act?.();
  }
}

// One after the other: each names the version that the one before it made.
function beginSaving(event) {
  if (event.target !== form()) return;
  clearTimeout(resting);
  if (isSaving) {
    event.preventDefault();
    event.stopPropagation();
    if (event.submitter?.name) [pressed, isUnsaved] = [event.submitter, true];
    return;
  }
  isUnsaved = false;
  isOutOfReach = false;
  isSaving = true;
}
document.addEventListener("submit", beginSaving, true);

// While somebody writes on, an answer tells of a version alone: their words are newer than it.
let openPicker;
let focused;
let picked;

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (event.target !== form()) return;
  if (isUnsaved && ctx.response.status < 400) {
    event.preventDefault();
    const answer = new DOMParser().parseFromString(ctx.text, "text/html");
    form().elements.version.value = answer.querySelector("[name=version]").value;
    return;
  }
  openPicker = find("#todo-editor details[open]")?.id;
  focused = document.activeElement.closest("#edit-fields") && document.activeElement.id;
  picked = document.activeElement.closest("#edit-fields details")?.id;
});

document.addEventListener("htmx:after:swap", ({ target }) => {
  if (target === form()) {
    if (openPicker) find(`#${openPicker}`).open = true;
    // A button that was pressed has no name to be found by, nor has the head of a picker: its picker goes on.
    if (picked && document.activeElement === document.body)
      (document.getElementById(focused || "?") ?? find(`#${picked} summary`)).focus();
    openPicker = picked = undefined;
  }
  if (target.matches?.("#catch-up, #todo-actions")) followRow();
  markRow();
});

document.addEventListener("htmx:finally:request", ({ target }) => target === form() && finish());
document.addEventListener("htmx:error", ({ target }) => {
  if (target !== form()) return;
  isUnsaved = true;
  isOutOfReach = true;
  say(said("saveUnreached"), { isRefused: true });
});
addEventListener("online", () => isOpen() && save());

// Opening and closing

function show(address) {
  opener = new URL(address, location.origin).pathname;
  window.htmx.ajax("GET", address, { target: "#todo-editor-body", select: ".edit-todo", swap: "innerHTML" }).then(() => {
    if (!form()) return;
    editor.hidden = false;
    say("");
    isUnsaved = false;
    // Under a finger the keyboard would cover what there is to pick.
    (matchMedia("(pointer: coarse)").matches ? editor : form().elements.title).focus();
    markRow();
  });
}

function close() {
  // What is still on its way would not be told here any more, and come over what is opened next.
  form()?.dispatchEvent(new Event("htmx:abort"));
  isUnsaved = isSaving = isOutOfReach = false;
  pressed = afterwards = undefined;
  clearTimeout(resting);
  const back = rowLink();
  const hadFocus = editor.contains(document.activeElement) || document.activeElement === document.body;
  editor.hidden = true;
  body.replaceChildren();
  markRow();
  if (hadFocus) back?.focus();
}

// The todo was changed elsewhere, or an undo was pressed: who writes nothing sees it, who writes is asked when it is saved.
const ALL_PARTS = ["#edit-state", "#edit-title", "#edit-notes", "#edit-fields"];

function followRow() {
  const version = rowLink()?.closest(".todo").dataset.version;
  if (!isOpen() || isUnsaved || isSaving || !version || version === form().elements.version.value) return;
  const selectOOB = ALL_PARTS.map((part) => `${part}:outerHTML`).join();
  window.htmx.ajax("GET", opener, { source: "#todo-editor-body", target: "#todo-editor-body", swap: "none", selectOOB });
}

function pressLink(event) {
  const link = event.target.closest?.("#todo-list a.todo-title, #todo-editor [data-stored]");
  if (!link || !editor || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.matches("[data-stored]")) show(link.href);
  else whenSaved(() => show(link.href));
}

function pressClose({ target }) {
  const button = isOpen() && target.closest?.("[data-close-editor]");
  if (button?.form) close();
  else if (button) whenSaved(close);
}

// Over a sheet from below nothing else is pressed.
function pressBeside(event) {
  if (!isOpen() || !isSheet() || event.target.closest?.("#todo-editor, .notices")) return;
  event.preventDefault();
  event.stopPropagation();
  whenSaved(close);
}
const isSheet = () => matchMedia("(max-width: 699px)").matches;

find("#editor-discard")?.addEventListener("click", close);
document.addEventListener("click", pressLink);
document.addEventListener("click", pressClose);
document.addEventListener("click", pressBeside, true);

document.addEventListener("input", ({ target }) => target.form === form() && form() && noteChange());
document.addEventListener("change", ({ target }) => target.form === form() && form() && save());
document.addEventListener(
  "keydown",
  (event) => {
    if (!isOpen() || event.isComposing) return;
    if (event.key === "Escape" && !find("dialog[open], :popover-open")) {
      event.stopPropagation();
      whenSaved(close);
    } else if (event.key === "Enter" && event.target.matches("#edit-title")) {
      event.preventDefault();
      save();
    }
  },
  true,
);

// A page that is left sends what is unsaved on its way.
addEventListener("pagehide", () => {
  if (isOpen() && isUnsaved && !hasConflict()) navigator.sendBeacon(form().action, new FormData(form()));
});
