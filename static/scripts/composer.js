// The box: what is written is kept until the server has it, and sent once.

import { box, composer, find, isWorking, language, live, said } from "./dom.js";
import { refreshToken } from "./tokens.js";

let unsent = false;
const draftKey = () => `draft ${live.dataset.user} ${location.pathname}`;

function watchText() {
  localStorage.setItem(draftKey(), box.value);
  if (!box.value) localStorage.removeItem(draftKey());
  const [length, limit] = [[...box.value.trim()].length, Number(box.dataset.limit)];
  const over = length > limit;
  find("#composer-count").textContent =
    length < 0.8 * limit ? "" : said("characters", { length: length.toLocaleString(language), limit: limit.toLocaleString(language) });
  find("#composer-count").classList.toggle("field-problem", over);
  box.toggleAttribute("aria-invalid", false);
  if (over) box.setAttribute("aria-invalid", "true");
  if (!CSS.supports("field-sizing", "content")) {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }
}

// Enter sends, Shift+Enter breaks the line. On touch Enter breaks; while a word is being composed it belongs to that.
// In the empty box the arrow writes the last message again, and with Ctrl edits it where it stands.
function pressKey(event) {
  if (event.key === "ArrowUp" && !box.value && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return find(".message-edit")?.click();
  }
  if (event.key === "ArrowUp" && !box.value) {
    box.value = [...document.querySelectorAll(".message-user .said")].at(-1)?.textContent ?? "";
    watchText();
  }
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  if (!isWorking()) composer.requestSubmit();
}

// The server has stored the message: only now may the box be emptied.
function clearText({ target }) {
  if (target !== composer) return;
  unsent = false;
  box.value = "";
  watchText();
  composer.elements.form_key.value = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  find(".transcript")?.scrollTo(0, 0);
}

function showProblem(sentence) {
  find("#composer-problem").replaceChildren(find("#problem").content.cloneNode(true));
  if (sentence) find("#composer-problem p").textContent = sentence;
}

function sayUnreachable({ target }) {
  if (target !== composer) return;
  showProblem();
  unsent = true;
}

// Once, when the connection is back; a message that arrived all the same is known by its form_key.
function sendUnsent() {
  if (unsent) composer.requestSubmit();
  else find("#composer-problem .offline")?.remove();
  unsent = false;
}

// Where a service worker keeps what is written, the page says so once.
function sayOffline() {
  if (navigator.serviceWorker?.controller) return;
  showProblem(said("offlineKept"));
  find("#composer-problem .problem").classList.add("offline");
}

// What is refused before the page's view sees it, such as a body that is too large, comes as the API's error.
function sayRefused({ target, detail: { ctx } }) {
  const isJson = ctx.response.headers.get("Content-Type")?.startsWith("application/json");
  if (target === composer && isJson) showProblem(JSON.parse(ctx.text).message);
}

box.value ||= localStorage.getItem(draftKey()) ?? "";
box.addEventListener("input", watchText);
box.addEventListener("keydown", pressKey);
document.addEventListener("htmx:sse:after:connection", clearText);
document.addEventListener("message:kept", () => clearText({ target: composer }));
document.addEventListener("htmx:error", sayUnreachable);
document.addEventListener("htmx:response:error", sayRefused);
addEventListener("offline", sayOffline);
addEventListener("online", sendUnsent);
// The socket is back, and so is the server.
document.addEventListener("htmx:before:swap", ({ target }) => target.id === "catch-up" && sendUnsent());
watchText();
refreshToken();
