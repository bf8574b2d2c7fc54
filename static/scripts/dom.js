// What the scripts of a page share: how to find things, and what is there.

export const find = (selector) => document.querySelector(selector);
export const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";

export const live = find("#live");
export const composer = find("#composer");
export const box = find("#composer-text");

export const isSending = () => find("#composer.htmx-request, #chat-actions.htmx-request");
export const isWorking = () => find("#messages .working");

// A menu under the right end of its button, or as far up as it has to be.
export function placeBeside(menu, button) {
  const { bottom, right } = button.getBoundingClientRect();
  menu.style.top = `${Math.max(8, Math.min(bottom, innerHeight - menu.offsetHeight - 8))}px`;
  menu.style.left = `${Math.max(8, Math.min(right, innerWidth - 8) - menu.offsetWidth)}px`;
}

// What scripts say stands in the page, in its language.
const words = Object.assign({}, ...[...document.querySelectorAll("script[id^=words-]")].map((part) => JSON.parse(part.textContent)));

// A sentence with values in its places; of two forms, the one for the `count`.
export function said(name, values = {}) {
  const sentence = Array.isArray(words[name]) ? words[name][values.count === 1 ? 0 : 1] : words[name];
  return sentence.replace(/\{(\w+)\}/g, (place, value) => values[value] ?? place);
}

export const language = document.documentElement.lang;

let isLeft = false;
addEventListener("beforeunload", () => (isLeft = true));
addEventListener("pageshow", () => (isLeft = false));

// Asks for the page again. One that is being left is let go: the person would be taken back from where they went.
export function renew() {
  if (!isLeft) location.reload();
}
