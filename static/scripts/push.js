// This device takes notices: asked for by a click, and by nothing else.

import { find, live } from "./dom.js";
import { fetchWithToken } from "./tokens.js";

const part = find("#this-device");
const say = (sentence) => (part.querySelector("[data-state]").textContent = sentence);
const button = part?.querySelector("[data-subscribe]");
const worker = navigator.serviceWorker;

const WHY_NOT = "Notices are blocked for this site. Allow them in the browser’s settings of this site, and come back.";

async function showState() {
  if (!worker || !("PushManager" in window) || !("Notification" in window)) {
    say("This browser takes notices only from the app: add it to the home screen first, or use another browser.");
    return;
  }
  if (Notification.permission === "denied") {
    say(WHY_NOT);
    return;
  }
  const subscription = await (await worker.ready).pushManager.getSubscription();
  button.hidden = Boolean(subscription);
  if (subscription) say("This device is told.");
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") {
    say(WHY_NOT);
    return;
  }
  button.disabled = true;
  say("One moment …");
  try {
    const { pushManager } = await worker.ready;
    const applicationServerKey = part.dataset.publicKey;
    await keep(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  } catch (error) {
    say(`That did not work: ${error.message}`);
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
  return [name(browser) ?? "A browser", name(system)].filter(Boolean).join(" on ");
}

if (part && live) {
  button.addEventListener("click", subscribe);
  showState();
}
