"use strict";

// The chat: who asks (an access token in memory), what is written, and the turn that is followed.

const live = document.getElementById("live");
const composer = document.getElementById("composer");
const box = document.getElementById("composer-text");
const find = (selector) => document.querySelector(selector);
const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";

// Tokens

let token;
let asking;

async function askForToken() {
  const headers = { "X-CSRFToken": cookie("csrftoken") };
  const response = await fetch(live.dataset.tokenAddress, { method: "POST", headers });
  if (!response.ok) return response.status;
  const answer = await response.json();
  if (answer.user_id !== live.dataset.user) location.reload();
  token = answer.access_token;
  return response.status;
}

// However many requests need a new token, it is asked for once.
function refreshToken() {
  asking ??= askForToken().finally(() => (asking = undefined));
  return asking;
}

async function refreshOrSignIn(request) {
  const status = await refreshToken();
  if (status !== 401 || request.method === "GET") return status === 200;
  return (await signIn()) && (await refreshToken()) === 200;
}

// Sent once more after a refresh, with the same form_key: the server takes it for the same message.
async function fetchWithToken(address, request) {
  const send = () => {
    const headers = { ...request.headers, Authorization: `Bearer ${token}`, "X-CSRFToken": cookie("csrftoken") };
    return fetch(address, { ...request, headers });
  };
  if (!token && !(await refreshOrSignIn(request))) return new Response(null, { status: 401 });
  const response = await send();
  return response.status === 401 && (await refreshOrSignIn(request)) ? send() : response;
}

// Resolves to whether the person signed in.
function signIn() {
  const dialog = document.getElementById("sign-in");
  if (!dialog.open) {
    htmx.ajax("GET", live.dataset.signInAddress, { target: "#sign-in", swap: "innerHTML" });
    dialog.returnValue = "";
    dialog.showModal();
  }
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "signed in"), { once: true });
  });
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { body, headers, action } = ctx.request;
  if (body.has("next")) body.set("next", location.pathname + location.search);
  body.delete("csrfmiddlewaretoken"); // the cookie's is never stale
  headers["X-CSRFToken"] = cookie("csrftoken");
  if (action.startsWith("/c/")) ctx.fetch = fetchWithToken;
});

document.addEventListener("htmx:before:response", ({ target, detail: { ctx } }) => {
  if (ctx.response.status === 204 && target.closest?.("#sign-in")) find("#sign-in").close("signed in");
});

// Following a turn

const isSending = () => find("#composer.htmx-request, #chat-actions.htmx-request");
const isWorking = () => find("#messages .working");

document.addEventListener("htmx:before:request", (event) => {
  if (event.target.matches?.("[data-follow]") && isSending()) event.preventDefault();
});

document.addEventListener("htmx:finally:request", ({ target }) => {
  if (!target.matches?.("#composer, #chat-actions, [data-follow]")) return;
  if (box && document.activeElement === document.body) box.focus();
  setTimeout(followOn, 1000);
});

// Where the connection broke, the turn goes on.
function followOn() {
  if (isWorking() && !isSending() && !find("[data-follow].htmx-request")) htmx.trigger("[data-follow]", "follow");
}

// One entry for a new conversation, although every frame of its stream names the address.
document.addEventListener("htmx:before:history:update", (event) => {
  if (event.detail.history.path === location.pathname) event.preventDefault();
});

// The box

const draftKey = () => `draft ${live.dataset.user} ${location.pathname}`;

function watchText() {
  localStorage.setItem(draftKey(), box.value);
  if (!box.value) localStorage.removeItem(draftKey());
  const [length, limit] = [[...box.value.trim()].length, Number(box.dataset.limit)];
  const over = length > limit;
  find("#composer-count").textContent =
    length < 0.8 * limit ? "" : `${length.toLocaleString("en")} of ${limit.toLocaleString("en")} characters`;
  find("#composer-count").classList.toggle("field-problem", over);
  box.toggleAttribute("aria-invalid", false);
  if (over) box.setAttribute("aria-invalid", "true");
  if (!CSS.supports("field-sizing", "content")) {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }
}

// Enter sends, Shift+Enter breaks the line. On touch Enter breaks; while a word is being composed it belongs to that.
function pressKey(event) {
  if (event.key === "ArrowUp" && !box.value) {
    box.value = [...document.querySelectorAll(".message-user .bubble")].at(-1)?.lastChild.textContent ?? "";
    watchText();
  }
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  if (!isWorking()) composer.requestSubmit();
}

// The server has stored the message: only now may the box be emptied.
function clearText({ target }) {
  if (target !== composer) return;
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
  addEventListener("online", () => composer.requestSubmit(), { once: true });
}

// What is refused before the page's view sees it, such as a body that is too large, comes as the API's error.
function sayRefused({ target, detail: { ctx } }) {
  const isJson = ctx.response.headers.get("Content-Type")?.startsWith("application/json");
  if (target === composer && isJson) showProblem(JSON.parse(ctx.text).message);
}

if (box) {
  box.value ||= localStorage.getItem(draftKey()) ?? "";
  box.addEventListener("input", watchText);
  box.addEventListener("keydown", pressKey);
  document.addEventListener("htmx:sse:after:connection", clearText);
  document.addEventListener("htmx:error", sayUnreachable);
  document.addEventListener("htmx:response:error", sayRefused);
  watchText();
  refreshToken();
}
