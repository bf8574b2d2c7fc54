// The pages as an app: the service worker, a new version of it, the offer to install, the count on the icon.

import { find, renew } from "./dom.js";

const worker = navigator.serviceWorker;
const HOUR_MS = 3_600_000;
const SEEN = "install offered";

// A new version takes over at once; the page that is open is of the old one.
function followVersions(registration) {
  const hadWorker = Boolean(worker.controller);
  let outdated = false;
  let lookedAt = Date.now();
  worker.addEventListener("controllerchange", () => {
    if (!hadWorker) return;
    outdated = true;
    if (document.hidden && !isBeingWritten()) renew();
    else find("#notices")?.append(find("#new-version").content.cloneNode(true));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && outdated && !isBeingWritten()) renew();
    if (document.hidden || Date.now() - lookedAt < HOUR_MS) return;
    lookedAt = Date.now();
    registration.update().catch(() => undefined);
  });
}

// What is written in the box of the chat is kept by itself.
function isBeingWritten() {
  const fields = document.querySelectorAll("input:not([type=hidden]), textarea:not(#composer-text)");
  return [...fields].some((field) => field.value !== field.defaultValue);
}

function showCount() {
  const count = Number(find("[data-today]")?.dataset.today ?? NaN);
  if (Number.isNaN(count)) return;
  if (count) navigator.setAppBadge?.(count).catch(() => undefined);
  else navigator.clearAppBadge?.().catch(() => undefined);
}

// Once on a phone, where it is not installed: by the browser's own way, or in words where it has none.
let asking;
const isPhone = matchMedia("(max-width: 699px) and (pointer: coarse)").matches;
const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone;

function offerToInstall() {
  const offer = find("#install");
  if (!offer || !isPhone || isInstalled || localStorage.getItem(SEEN)) return;
  offer.querySelector("[data-install]").hidden = !asking;
  offer.querySelector("[data-by-hand]").hidden = Boolean(asking);
  offer.hidden = false;
}

function endOffer() {
  localStorage.setItem(SEEN, "yes");
  find("#install").hidden = true;
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  asking = event;
  offerToInstall();
});
addEventListener("appinstalled", endOffer);
document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-reload]")) location.reload();
  if (target.closest?.("[data-not-now]")) endOffer();
  if (target.closest?.("[data-install]")) {
    asking.prompt();
    endOffer();
  }
});
if ("standalone" in navigator) offerToInstall(); // Safari asks nothing by itself

document.addEventListener("htmx:after:swap", showCount);
showCount();

if (worker) {
  const options = { type: "module", updateViaCache: "none" };
  worker.register("/worker.js", options).then((registration) => registration && followVersions(registration), () => undefined);
  worker.ready.then(({ active }) => active.postMessage("here"));
}
