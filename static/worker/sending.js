// What a person does without a network is kept, and sent once, in order, with the moment that it was typed.

import { look, owner } from "./pages.js";
import * as queue from "./queue.js";

const TODO = "/todos/[0-9a-f-]{36}/(complete|reopen|delete|restore|move)";
const QUEUEABLE = new RegExp(`^(/todos/add|/c/send|${TODO})$`);
const SEND = "/c/send";
const SIGN_IN = "/accounts/login";
const TOKEN = "csrfmiddlewaretoken";
const WORDS = "X-Words";
// A turn that still runs, a token that was just replaced; but not for ever.
const PASSING = [401, 403, 408, 409];
const TRIES = 20;
const PROBE = "/todos/new";

export const isQueueable = (path) => QUEUEABLE.test(path);

// What was written earlier goes first; a new key and moment make each request one that may be sent again.
export async function sendOrKeep(event) {
  const { request } = event;
  const form = await request.clone().formData();
  const item = await itemOf(event, form);
  if (!item.owner) return fetch(request);
  if ((await waiting(item.owner)).length) await sendWaiting();
  if (!(await waiting(item.owner)).length) {
    try {
      return await fetch(sendable(item, { ...asAsked(request), token: form.get(TOKEN) }));
    } catch {
      // There is no network, or it went while this was on its way: with its key it can be sent again.
    }
  }
  await queue.add(item);
  await self.registration.sync?.register("waiting").catch(() => undefined);
  await tellPages({ kept: item });
  return request.mode === "navigate" ? Response.redirect("/todos?filter=today", 303) : new Response(null, { status: 204 });
}

async function itemOf({ request, clientId }, form) {
  return {
    owner: await owner(),
    page: clientId,
    path: request.url.slice(location.origin.length),
    fields: [...form].filter(([name, value]) => name !== TOKEN && typeof value === "string"),
    words: decodeURIComponent(request.headers.get(WORDS) ?? ""),
    key: crypto.randomUUID(),
    typedAt: new Date().toISOString(),
    refused: "",
    tries: 0,
  };
}

function asAsked(request) {
  const headers = new Headers(request.headers);
  for (const name of ["Content-Type", WORDS]) headers.delete(name);
  return { headers, redirect: request.redirect, typed: false };
}

function sendable(item, { headers, redirect, typed, token }) {
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  headers.set("Idempotency-Key", item.key);
  if (typed) headers.set("X-Typed-At", item.typedAt);
  if (token) headers.set("X-CSRFToken", token);
  return new Request(item.path, { method: "POST", headers, body, redirect, credentials: "same-origin" });
}

const waiting = async (of) => (await queue.all(of)).filter((item) => !item.refused);

// One at a time, whoever asks for it.
export const sendWaiting = () => navigator.locks.request("sending", sendInOrder);

async function sendInOrder() {
  const of = await owner();
  const items = of ? await waiting(of) : [];
  if (!items.length) return;
  const token = await tokenFor(of);
  // Each is read anew: the one before may have said where it goes.
  for (const { id } of token ? items : []) {
    const item = (await waiting(of)).find((each) => each.id === id);
    if (item && !(await isSettled(item, token))) break;
  }
  await tellPages({ sent: true });
}

// Only while the person who wrote it is signed in: the token is of the page that says whose it is.
async function tokenFor(of) {
  try {
    const page = await look(PROBE);
    if (page.headers.get("X-Kept-For") !== of) return undefined;
    return (await page.text()).match(/name="csrfmiddlewaretoken" value="(\w+)"/)?.[1];
  } catch {
    return undefined;
  }
}

// Whether the next may follow. What is refused for good stays, with the reason, until the person drops it.
async function isSettled(item, token) {
  let response;
  try {
    response = await fetch(sendable(item, { headers: new Headers(), redirect: "follow", typed: true, token }));
  } catch {
    return false;
  }
  if (new URL(response.url).pathname === SIGN_IN) return false;
  if (response.ok) {
    await queue.remove(item.id);
    await leadOn(item, new URL(response.url).pathname);
    return true;
  }
  if (response.status === 429 || response.status >= 500) return false;
  const tries = item.tries + 1;
  if (PASSING.includes(response.status) && tries < TRIES) {
    await queue.update({ ...item, tries });
    return false;
  }
  await queue.update({ ...item, refused: await reasonIn(response) });
  return true;
}

// What was said on one page goes into one conversation, also where that was opened by the first of it.
async function leadOn(item, path) {
  const id = path.match(/^\/c\/([0-9a-f-]{36})$/)?.[1];
  if (item.path !== SEND || !id) return;
  for (const later of await waiting(item.owner)) {
    const field = later.fields.find(([name, value]) => name === "conversation_id" && !value);
    if (later.path !== SEND || later.page !== item.page || !field) continue;
    field[1] = id;
    await queue.update(later);
  }
}

// The sentence of the server; else the name of one that the pages have.
async function reasonIn(response) {
  const text = await response.text();
  if (response.headers.get("Content-Type")?.startsWith("application/json")) {
    const { message, details } = JSON.parse(text);
    return Object.values(details ?? {}).join(" ") || message;
  }
  const sentence = text.match(/class="field-problem"[^>]*>(?:\s*<svg[^]*?<\/svg>)?([^<]+)/)?.[1];
  return sentence?.trim() || (response.status === 404 ? "gone" : "notAccepted");
}

// Each open page hears what is waiting, and what just became of it.
export async function tellPages(news = {}) {
  const items = await queue.all(await owner());
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage({ ...news, items });
}
