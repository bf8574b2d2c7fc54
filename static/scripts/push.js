// This device takes notices: asked for by a click, and by nothing else.

import { find, live, said } from "./dom.js";
import { fetchWithToken } from "./tokens.js";

const part = find("#this-device");
const say = (sentence) => (part.querySelector("[data-state]").textContent = sentence);
const button = part?.querySelector("[data-subscribe]");
const worker = navigator.serviceWorker;

async function showState() {
  if (!worker || !("PushManager" in window) || !("Notification" in window)) {
    say(said("appOnly"));
    return;
  }
  if (Notification.permission === "denied") {
    say(said("blocked"));
    return;
  }
  const subscription = await (await worker.ready).pushManager.getSubscription();
  button.hidden = Boolean(subscription);
  if (subscription) say(said("told"));
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") {
    say(said("blocked"));
    return;
  }
  button.disabled = true;
  say(said("oneMoment"));
  try {
    const { pushManager } = await worker.ready;
    const applicationServerKey = part.dataset.publicKey;
    await keep(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  } catch (error) {
    say(said("failed", { reason: error.message }));
  }
  button.disabled = false;
}

async function keep(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const body = JSON.stringify({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, device: deviceName() });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetchWithToken(part.dataset.address, { method: "POST", headers, body });
  if (answer.ok) {
    location.reload();
    return;
  }
  await subscription.unsubscribe();
  const { message, details } = await answer.json();
  throw new Error(Object.values(details ?? {}).join(" ") || message);
}

// “Firefox on Android”: what a person knows it by.
function deviceName() {
  const agent = navigator.userAgent;
  const browser = [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]];
  const name = (names) => names.find(([sign]) => agent.includes(sign))?.[1];
  const known = name(browser) ?? said("aBrowser");
  return name(system) ? said("device", { browser: known, system: name(system) }) : known;
}

if (part && live) {
  button.addEventListener("click", subscribe);
  showState();
}
