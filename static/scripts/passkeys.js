// Passkeys: asks the browser for one and puts its answer into a form, which the server takes like any other.

import { cookie, said } from "./dom.js";

const RENEW_MS = 480_000; // before a challenge is too old
const supported = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);
let waiting; // the request that stands behind the username field

const SENTENCES = {
  InvalidStateError: "passkeyKnown",
  NotAllowedError: "passkeyNone",
  SecurityError: "passkeyAddress",
};

async function ask(form, request = {}) {
  const response = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": cookie("csrftoken") },
    body: new FormData(form),
  });
  const options = await response.json();
  if (!response.ok) throw new Error(options.message);
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...request });
}

function send(form, credential) {
  localStorage.setItem("has passkey", "yes");
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.requestSubmit();
}

async function onPress(form) {
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  waiting?.abort();
  try {
    send(form, await ask(form));
  } catch (error) {
    problem.textContent = SENTENCES[error.name] ? said(SENTENCES[error.name]) : error.message;
    problem.hidden = false;
    offer(form);
  }
}

// Among what the browser offers to fill in at the username; no press of a button is needed.
async function offer(form) {
  if (form.dataset.passkey !== "get" || !document.querySelector("input[autocomplete~=webauthn]")) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const { signal } = (waiting = new AbortController());
  const renewal = setTimeout(() => {
    waiting.abort();
    offer(form);
  }, RENEW_MS);
  try {
    const credential = await ask(form, { mediation: "conditional", signal });
    if (form.isConnected) send(form, credential);
  } catch {
    // Somebody signs in another way: nothing to tell.
  } finally {
    clearTimeout(renewal);
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form || form.elements.credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    onPress(form);
  },
  true,
);

// First on a device that has used one.
function moveFirst(form) {
  if (form.dataset.passkey !== "get" || !localStorage.getItem("has passkey")) return;
  const others = form.parentElement.querySelector(":scope > form:has(button.wide)");
  if (!others || others === form) return;
  others.before(form);
  form.querySelector("button").classList.add("primary");
  others.querySelector("button.wide")?.classList.remove("primary");
}

function show(form) {
  form.hidden = false;
  moveFirst(form);
  for (const hint of document.querySelectorAll("[data-no-passkeys]")) hint.hidden = true;
  offer(form);
}

function showAll() {
  for (const form of document.querySelectorAll("form[data-passkey][hidden]")) show(form);
}

if (supported) {
  showAll();
  document.addEventListener("htmx:after:swap", showAll);
}
