"use strict";

// The chat: who asks (an access token in memory), and the turn that is followed. What is written: composer.js.

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

// The first answer that leads away from the page is followed, and no other: a notice is shown by one page only.
let leaving = false;
addEventListener("pageshow", () => (leaving = false));

document.addEventListener("htmx:before:response", (event) => {
  const { response, hx } = event.detail.ctx;
  if (hx.redirect && leaving) {
    event.preventDefault();
    return;
  }
  leaving ||= Boolean(hx.redirect);
  // The conversation was deleted elsewhere: what was written in it waits in the new chat.
  if (hx.redirect === "/" && box?.value) localStorage.setItem(`draft ${live.dataset.user} /`, box.value);
  if (response.status === 204 && event.target.closest?.("#sign-in")) find("#sign-in").close("signed in");
  // The login has ended while something is written: the page stays, and asks for it in place.
  if (response.status !== 401 || !hx.refresh || !box?.value) return;
  event.preventDefault();
  signIn();
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
