// Notices that come by push: shown, and answered by their buttons.

const ACTIONS = "/r/";

// The pages behind signed addresses are nobody's to keep.
export const isNotice = (path) => path.startsWith(ACTIONS);

const NOTHING_SAID = { title: "Todo Chat" };

// In the language that the browser asks for: who is told by a notice that cannot be read is not known.
export function sayThat({ reminder }) {
  NOTHING_SAID.body = reminder;
}

// A second notice with the same tag replaces the first.
export async function showNotice({ data }) {
  const notice = read(data);
  if (Number.isInteger(notice.badge)) await navigator.setAppBadge?.(notice.badge);
  await self.registration.showNotification(notice.title, {
    body: notice.body,
    tag: notice.tag,
    renotify: Boolean(notice.tag),
    icon: "/static/icons/icon-192.png",
    badge: "/static/icons/badge-96.png",
    actions: (notice.actions ?? []).map(({ action, title }) => ({ action, title })),
    data: { url: notice.url ?? "/todos", actions: notice.actions ?? [] },
  });
}

// A push that shows nothing would cost the permission.
function read(data) {
  try {
    return { ...NOTHING_SAID, ...data.json() };
  } catch {
    return NOTHING_SAID;
  }
}

// A button acts without a page, by its own signed address; without a network, or refused, its page says why.
export async function useNotice({ action, notification }) {
  notification.close();
  const { url, actions } = notification.data;
  const address = actions.find((each) => each.action === action)?.url;
  if (address && (await acted(address))) return;
  await openPage(address ?? url);
}

async function acted(address) {
  try {
    return (await fetch(address, { method: "POST", credentials: "omit" })).ok;
  } catch {
    return false;
  }
}

async function openPage(address) {
  const target = new URL(address, location.origin);
  if (target.origin !== location.origin) return;
  const open = (await self.clients.matchAll({ type: "window" })).find((client) => client.url === target.href);
  if (open) await open.focus();
  else await self.clients.openWindow(target.href);
}
