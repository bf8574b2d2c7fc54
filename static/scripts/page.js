// What every page has: the time zone, small buttons, counts that go on.

import { find, placeBeside, said } from "./dom.js";

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function fillTimeZone() {
  for (const field of document.querySelectorAll("input[name=time_zone]")) field.value = browserZone;
  for (const button of document.querySelectorAll("[data-browser-zone]")) {
    const select = document.getElementById(button.dataset.browserZone);
    const known = [...select.options].some((option) => option.value === browserZone);
    if (!known || select.value === browserZone) continue;
    button.hidden = false;
    button.textContent = said("useZone", { zone: browserZone });
    button.addEventListener("click", () => {
      select.value = browserZone;
      select.form.requestSubmit();
    });
  }
}

// Where the device goes by another clock than the todos, after a journey or a registration elsewhere, its own is offered.
const HALF_A_YEAR_MS = 182 * 24 * 3600 * 1000;

function tellsTheSame(zone) {
  const clock = (timeZone, moment) => moment.toLocaleString("en", { timeZone });
  const moments = [new Date(), new Date(Date.now() + HALF_A_YEAR_MS)];
  try {
    return moments.every((moment) => clock(zone, moment) === clock(browserZone, moment));
  } catch (error) {
    if (error instanceof RangeError) return true; // a zone that this browser does not know
    throw error;
  }
}

function offerZone() {
  const strip = find("#zone");
  if (!strip || tellsTheSame(strip.dataset.zone)) return;
  const pair = `${strip.dataset.zone} ${browserZone}`;
  strip.querySelector("p span").textContent = browserZone;
  strip.hidden = localStorage.getItem("zone kept") === pair;
  strip.querySelector("[data-keep-zone]").addEventListener("click", () => {
    localStorage.setItem("zone kept", pair);
    strip.hidden = true;
  });
}

async function copyText(button) {
  const source = document.getElementById(button.dataset.copy);
  const status = document.getElementById("status");
  status.textContent = "";
  // Only a page over https (or of this machine) may write to the clipboard; elsewhere the text is marked to be copied.
  if (!navigator.clipboard) getSelection().selectAllChildren(source);
  else await navigator.clipboard.writeText(source.innerText);
  status.textContent = said(navigator.clipboard ? "copied" : "marked");
  button.classList.toggle("copied", Boolean(navigator.clipboard));
  setTimeout(() => button.classList.remove("copied"), 1500);
}

function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
}

// What was revealed is sent, and kept by password managers, as the password it is.
document.addEventListener("submit", () => document.querySelectorAll("[data-reveal][aria-pressed=true]").forEach(reveal), true);

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-copy], [data-close], [data-reveal]");
  if (button?.dataset.reveal) reveal(button);
  if (button?.dataset.copy) copyText(button);
  if (button?.dataset.close) document.getElementById(button.dataset.close).close();
});

// “Try again in 0:42.” counts down.
setInterval(() => {
  for (const wait of document.querySelectorAll("[data-countdown]")) {
    const seconds = (wait.dataset.countdown -= 1);
    const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    wait.textContent = seconds > 0 ? said("tryIn", { time: left }) : said("tryNow");
  }
}, 1000);

// “Approve 4” counts what is ticked.
document.addEventListener("change", ({ target }) => {
  const ticked = target.closest(".approval")?.querySelectorAll("input:checked");
  if (ticked) target.closest(".approval").querySelector("[data-ticked]").textContent = ticked.length;
});

// “↓ New text” for who has scrolled up while an answer grows; it hides itself near the end.
document.addEventListener("htmx:after:swap", () => offerEnd(document.querySelector("#messages .working")));
document.addEventListener("scroll", () => offerEnd(false), true);
document.getElementById("to-end")?.addEventListener("click", () => document.querySelector(".transcript").scrollTo(0, 0));

function offerEnd(grows) {
  const button = document.getElementById("to-end");
  const away = document.querySelector(".transcript")?.scrollTop < -80;
  if (button && (grows || !away)) button.hidden = !away;
}

// The menu of a conversation opens beside its button, and is done with what is pressed in it.
const isMenu = (element) => element.matches?.(".conversation-menu");
document.addEventListener(
  "toggle",
  ({ target, newState }) => {
    if (newState === "open" && isMenu(target)) placeBeside(target, find(`[popovertarget="${target.id}"]`));
  },
  true,
);
document.addEventListener("submit", ({ target }) => isMenu(target.parentElement) && target.parentElement.hidePopover());

fillTimeZone();
offerZone();
