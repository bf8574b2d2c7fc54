// Without a network: how old the page is, and what waits to be sent. The service worker keeps and sends it.

import { remove } from "../worker/queue.js";
import { find, language, live, renew, said } from "./dom.js";

const worker = navigator.serviceWorker;
const strip = find("#offline");
const keptAt = document.documentElement.dataset.keptAt;
const TRY_AGAIN_MS = 5_000;
const ACTS = ["complete", "reopen", "delete", "restore", "move"];

let items = [];

function sentenceNow() {
  const waiting = items.filter(({ refused }) => !refused).length;
  const since = keptAt && sentenceOf(new Date(keptAt));
  const queued = waiting && said("waits", { count: waiting });
  const promise = !waiting && worker?.controller && said("willSend");
  if (!navigator.onLine) return [said("offline"), since, queued || promise].filter(Boolean).join(" ");
  if (keptAt) return [said("unreached"), since, queued].filter(Boolean).join(" ");
  const refused = items.length - waiting;
  return [queued, refused && said("refused", { count: refused })].filter(Boolean).join(" ");
}

// By the clock that the person is used to, and in English, which has both, with the day or the month first.
function sentenceOf(moment) {
  const { clock, monthFirst } = live?.dataset ?? {};
  const locale = language === "en" && !monthFirst ? "en-GB" : language;
  const time = { hour: clock === "12" ? "numeric" : "2-digit", minute: "2-digit", hour12: clock === "12" };
  if (moment.toDateString() === new Date().toDateString()) return said("asAt", { time: moment.toLocaleString(locale, time) });
  const day = { weekday: "long", day: "numeric", month: "long", ...time };
  return said("asOn", { moment: moment.toLocaleString(locale, day) });
}

function draw() {
  if (!strip) return;
  const sentence = sentenceNow();
  strip.hidden = !sentence;
  strip.querySelector("p").textContent = sentence;
  const details = strip.querySelector("details");
  details.hidden = !items.length;
  details.open ||= items.some(({ refused }) => refused);
  details.querySelector("summary").textContent = said("showAll", { count: items.length });
  details.querySelector("ul").replaceChildren(...items.map(rowOf));
  for (const row of document.querySelectorAll(".todo-unsent")) row.classList.remove("todo-unsent");
  for (const { path } of items) find(`#todo-${path.split("/")[2]}`)?.classList.add("todo-unsent");
}

function rowOf(item) {
  const row = strip.querySelector("template").content.cloneNode(true);
  row.querySelector("span").textContent = [item.words, ["gone", "notAccepted"].includes(item.refused) ? said(item.refused) : item.refused].filter(Boolean).join(" – ");
  const button = row.querySelector("button");
  button.setAttribute("aria-label", said("drop", { words: item.words }));
  button.addEventListener("click", () => remove(item.id).then(() => tell("what waits")));
  return row;
}

const tell = (what) => worker?.controller?.postMessage(what);

// What is kept for later looks as if it had been sent, but for the strip.
function clearForm({ path }) {
  if (path === "/c/send") document.dispatchEvent(new CustomEvent("message:kept"));
  if (path !== "/todos/add") return;
  find("#quick-add-form")?.reset();
  find("#quick-add-parts")?.replaceChildren();
}

function hear({ data }) {
  if (!live) return;
  items = data.items.filter(({ owner }) => owner === live.dataset.owner);
  if (data.kept && items.some(({ key }) => key === data.kept.key)) clearForm(data.kept);
  const waiting = items.some(({ refused }) => !refused);
  if (data.sent && navigator.onLine && keptAt && !waiting) renew();
  if (data.sent && navigator.onLine && waiting) setTimeout(() => tell("online"), TRY_AGAIN_MS);
  draw();
}

// The worker keeps it with the words of what was done, for the person to know it again.
function addWords({ detail: { ctx } }) {
  if (!worker?.controller || ctx.request.method !== "POST") return;
  const { action, body, headers } = ctx.request;
  const [, , id, act] = new URL(action, location.origin).pathname.split("/");
  const title = find(`#todo-${id} .todo-title`)?.textContent.trim();
  const words = ACTS.includes(act) ? said(act, { title: title ?? said("aTodo") }) : (body.get?.("text") ?? body.get?.("message") ?? "");
  headers["X-Words"] = encodeURIComponent(words.slice(0, 200));
}

// A page that was kept has the fields of another day: a share or a shortcut says what goes into them.
function fillForm() {
  const form = keptAt && find("#new-todo");
  if (!form) return;
  const shared = new URLSearchParams(location.search);
  form.elements.text.value = shared.get("title") ?? shared.get("text") ?? "";
  form.elements.plain.checked = Boolean(form.elements.text.value);
  form.elements.notes.value = [shared.get("text"), shared.get("link")].filter(Boolean).join("\n");
}

worker?.addEventListener("message", hear);
document.addEventListener("htmx:config:request", addWords);
addEventListener("offline", draw);
addEventListener("online", () => {
  tell("online");
  if (keptAt && !items.length) renew();
  draw();
});
fillForm();
draw();
tell("what waits");
