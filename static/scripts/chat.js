// The chat: what its requests carry, where answers lead, and the turn that is followed. What is written: composer.js.

import { box, cookie, find, isSending, isWorking, live, said } from "./dom.js";
import { fetchWithToken, signIn } from "./tokens.js";

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
  if (isWorking() && !isSending() && !find("[data-follow].htmx-request")) window.htmx.trigger("[data-follow]", "follow");
}

// What waits for the person is named above the box; only their own act leads to it.

const openApproval = find("#open-approval");
const approvals = () => [...document.querySelectorAll(".approval[data-open]")];

function nameApprovals() {
  // The same todos may be asked about twice.
  const boxes = [...document.querySelectorAll(".approval[data-open] input")];
  const todos = new Set(boxes.map(({ value }) => value)).size;
  openApproval.hidden = !todos;
  openApproval.lastElementChild.textContent = said("approvals", { count: todos });
}

function goToApproval() {
  const card = approvals().at(-1);
  card.scrollIntoView({ block: "center" });
  card.focus({ preventScroll: true });
}

if (openApproval) {
  openApproval.addEventListener("click", goToApproval);
  document.addEventListener("htmx:after:swap", nameApprovals);
  nameApprovals();
}

// One entry for a new conversation, although every frame of its stream names the address.
document.addEventListener("htmx:before:history:update", (event) => {
  if (event.detail.history.path === location.pathname) event.preventDefault();
});
