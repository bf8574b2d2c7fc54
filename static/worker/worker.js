// The service worker: pages and files for when there is no network, what was written meanwhile, and notices.
// The program serves it as /worker.js, with its version and the addresses of what the pages need.

import { be, forgetPages, keepFirst, keepPage, keptAnswer, moveIn, moveOut, shellAnswer, takeOver } from "./pages.js";
import { isNotice, sayThat, showNotice, useNotice } from "./notices.js";
import { dropAll } from "./queue.js";
import { isQueueable, sendOrKeep, sendWaiting, tellPages } from "./sending.js";

const SIGN_IN = "/accounts/login";
const SIGN_OUT = "/accounts/logout";
const FILES = "/static/";

export function begin({ version, addresses, said }) {
  be(version);
  sayThat(said);
  addEventListener("install", (event) => event.waitUntil(moveIn(addresses).then(() => self.skipWaiting())));
  addEventListener("activate", (event) => event.waitUntil(takeOver().then(() => self.clients.claim())));
  addEventListener("fetch", (event) => answer(event));
  addEventListener("sync", (event) => event.waitUntil(sendWaiting()));
  addEventListener("message", (event) => event.waitUntil(hear(event)));
  addEventListener("push", (event) => event.waitUntil(showNotice(event)));
  addEventListener("notificationclick", (event) => event.waitUntil(useNotice(event)));
}

function answer(event) {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method === "POST" && address.pathname === SIGN_OUT) event.respondWith(signOut(request));
  else if (request.method === "POST" && isQueueable(address.pathname)) event.respondWith(sendOrKeep(event));
  else if (request.method !== "GET" || isNotice(address.pathname)) return;
  else if (address.pathname.startsWith(FILES)) event.respondWith(shellAnswer(request));
  else if (request.mode === "navigate") event.respondWith(page(event, address));
  else if (request.headers.has("HX-Request")) event.respondWith(part(event));
}

async function page(event, address) {
  let response;
  try {
    response = await fetch(event.request);
  } catch {
    return keptAnswer(event.request);
  }
  // Who asks for this has no login: what was kept may be another's soon.
  if (address.pathname === SIGN_IN && response.ok) event.waitUntil(forgetPages());
  event.waitUntil(keepPage(event.request.url, response.clone()).then((owner) => owner && sendWaiting()));
  return response;
}

// A page that asks for its own view again, because something changed, has the newest.
async function part(event) {
  const response = await fetch(event.request);
  const client = await self.clients.get(event.clientId);
  if (client?.url === event.request.url) event.waitUntil(keepPage(client.url, response.clone()));
  return response;
}

async function signOut(request) {
  await sendWaiting();
  const response = await fetch(request);
  await Promise.all([forgetPages(), dropAll(), moveOut()]);
  return response;
}

async function hear({ data, source }) {
  if (data === "here") {
    await self.clients.claim(); // a page that was on its way while this worker took over has none yet
    await keepFirst(source.url);
  }
  if (data === "here" || data === "online") await sendWaiting();
  if (data === "what waits") await tellPages();
}
