// Who asks: an access token, in memory, made anew when it has expired.

import { cookie, live } from "./dom.js";

// In the place of a status: the server was not reached.
const UNREACHED = 0;

let token;
let asking;

// The login is gone, or all cookies were, also the one that forms are compared with. The sign-in page sets that anew.
const isSignedOut = (status, sent) => status === 401 || (status === 403 && !sent["X-CSRFToken"]);

async function askForToken() {
  const headers = { "X-CSRFToken": cookie("csrftoken") };
  const response = await fetch(live.dataset.tokenAddress, { method: "POST", headers }).catch(() => undefined);
  if (!response) return UNREACHED;
  if (isSignedOut(response.status, headers)) return 401;
  if (!response.ok) return response.status;
  const answer = await response.json();
  if (answer.user_id !== live.dataset.user) location.reload();
  token = answer.access_token;
  return response.status;
}

// However many requests need a new token, it is asked for once.
export function refreshToken() {
  asking ??= askForToken().finally(() => (asking = undefined));
  return asking;
}

async function refreshOrSignIn(request) {
  const status = await refreshToken();
  // The request itself finds out what becomes of it; by its cookie it is good too.
  if (status === UNREACHED) return true;
  if (status !== 401 || request.method === "GET") return status === 200;
  return (await signIn()) && (await refreshToken()) === 200;
}

// Sent once more after a refresh, with the same form_key: the server takes it for the same message.
export async function fetchWithToken(address, request) {
  let isLost;
  const send = async () => {
    const known = token ? { Authorization: `Bearer ${token}` } : {};
    const headers = { ...request.headers, ...known, "X-CSRFToken": cookie("csrftoken") };
    const response = await fetch(address, { ...request, headers });
    isLost = isSignedOut(response.status, headers);
    return response;
  };
  if (!token && !(await refreshOrSignIn(request))) return new Response(null, { status: 401 });
  const response = await send();
  return isLost && (await refreshOrSignIn(request)) ? send() : response;
}

// Resolves to whether the person signed in.
export function signIn() {
  const dialog = document.getElementById("sign-in");
  if (!dialog.open) {
    window.htmx.ajax("GET", live.dataset.signInAddress, { target: "#sign-in", swap: "innerHTML" });
    dialog.returnValue = "";
    dialog.showModal();
  }
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "signed in"), { once: true });
  });
}
