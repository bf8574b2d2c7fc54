"use strict";

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function fillTimeZone() {
  for (const field of document.querySelectorAll("input[name=time_zone]")) field.value = browserZone;
  for (const button of document.querySelectorAll("[data-browser-zone]")) {
    const select = document.getElementById(button.dataset.browserZone);
    const known = [...select.options].some((option) => option.value === browserZone);
    if (!known || select.value === browserZone) continue;
    button.hidden = false;
    button.textContent = `Use this device’s: ${browserZone}`;
    button.addEventListener("click", () => {
      select.value = browserZone;
      select.form.requestSubmit();
    });
  }
}

// Enter sends, Shift+Enter breaks the line. On touch Enter breaks; while a word is being composed it belongs to that.
function sendOnEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

fillTimeZone();
document.getElementById("composer-text")?.addEventListener("keydown", sendOnEnter);
if (document.querySelector("[data-working]")) setTimeout(() => location.reload(), 2000);
