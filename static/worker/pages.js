// What is kept of the program: the files of this version, and the pages that a person saw last, for nobody else.

const PAGES_KEPT = 30;
const OWNER = "X-Kept-For";
const KEPT_AT = "X-Kept-At";
const NOTHING_KEPT = "/offline";
const NEW_TODO = "/todos/new";

// Set by each start of the worker: one that was asleep begins without its variables.
let version;
export const be = (its) => (version = its);
const shellCache = () => `shell ${version}`;
const pageCache = (owner) => `pages ${version} ${owner}`;

// A page that no person sees, so that it takes no notice away from the next that one does.
export const look = (address) => fetch(address, { cache: "no-store", headers: { Purpose: "prefetch" } });

export async function moveIn(addresses) {
  const cache = await caches.open(shellCache());
  await cache.addAll(addresses.map((address) => new Request(address, { cache: "reload" })));
}

// Pages of another version would meet files that they were not made for: they are asked for again.
export async function takeOver() {
  for (const name of await caches.keys()) {
    if (name === shellCache()) continue;
    const addresses = name.startsWith("pages ") ? (await (await caches.open(name)).keys()).map(({ url }) => url) : [];
    await caches.delete(name);
    for (const address of addresses) await keepPage(address, await look(address).catch(() => Response.error()));
  }
}

async function nameOfPages() {
  return (await caches.keys()).find((name) => name.startsWith(pageCache("")));
}

// Whose pages are kept here; undefined where nobody's are.
export async function owner() {
  return (await nameOfPages())?.split(" ").at(-1);
}

// Returns the owner of the page where it is one that may be kept.
export async function keepPage(address, response) {
  const its = response.ok && !response.redirected && response.headers.get(OWNER);
  // Once a newer worker has taken over, what is still on its way here is not for keeping.
  if (!its || !(await caches.has(shellCache()))) return undefined;
  const isAnothers = (name) => name.startsWith("pages ") && !name.endsWith(` ${its}`);
  for (const name of await caches.keys()) if (isAnothers(name)) await caches.delete(name);
  const cache = await caches.open(pageCache(its));
  const headers = new Headers(response.headers);
  headers.set(KEPT_AT, new Date().toISOString());
  const html = await response.text(); // it may break off, and the page before stays
  await cache.put(address, new Response(html, { headers })); // the page before makes way in one step
  const kept = await cache.keys();
  for (const oldest of kept.slice(0, Math.max(0, kept.length - PAGES_KEPT))) await cache.delete(oldest);
  return its;
}

// The page that brought the worker was not seen by it.
export async function keepFirst(address) {
  if (await nameOfPages()) return;
  await keepPage(address, await look(address).catch(() => Response.error()));
}

export async function keptAnswer(request) {
  const name = await nameOfPages();
  const cache = name && (await caches.open(name));
  const isForm = new URL(request.url).pathname === NEW_TODO;
  const page = await cache?.match(request.url, { ignoreSearch: isForm, ignoreVary: true });
  if (!page) return (await caches.match(NOTHING_KEPT)) ?? Response.error();
  // The page says since when it is as it stands.
  const html = (await page.text()).replace("<html ", `<html data-kept-at="${page.headers.get(KEPT_AT)}" `);
  return new Response(html, { headers: page.headers });
}

// The files as they are now; those of this version where there is no network.
export async function shellAnswer(request) {
  try {
    return await fetch(request.url, { cache: "no-cache" });
  } catch {
    return (await caches.match(request.url)) ?? Response.error();
  }
}

export async function forgetPages() {
  for (const name of await caches.keys()) if (name.startsWith("pages ")) await caches.delete(name);
}

// This device is told nothing more: the next who uses it may be somebody else.
export async function moveOut() {
  const subscription = await self.registration.pushManager?.getSubscription();
  await subscription?.unsubscribe();
  for (const notice of (await self.registration.getNotifications?.()) ?? []) notice.close();
  await navigator.clearAppBadge?.();
}
