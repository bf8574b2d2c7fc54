// What the scripts of a page share: how to find things, and what is there.

export const find = (selector) => document.querySelector(selector);
export const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";

export const live = find("#live");
export const composer = find("#composer");
export const box = find("#composer-text");

export const isSending = () => find("#composer.htmx-request, #chat-actions.htmx-request");
export const isWorking = () => find("#messages .working");
