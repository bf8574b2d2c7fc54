// Speaks with the host that shows it, and with nobody else. Every word of a person is set as text.

const APPROVAL = "todo-chat/approval";
const FIRST_ROWS = 10;

const [said, shown, foot] = ["said", "shown", "foot"].map((id) => document.getElementById(id));
const waiting = new Map();
let last = 0;
let may = {};
const sentences = JSON.parse(document.getElementById("words").textContent);
let words = sentences.en;
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// The host

const send = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
const ask = (method, params) =>
  new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    send({ id: last, method, params });
  });
const callTool = (name, args) => ask("tools/call", { name, arguments: args });

addEventListener("message", ({ source, data }) => {
  if (source !== parent || data?.jsonrpc !== "2.0") return;
  if (data.method === undefined) {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (asked) data.error ? asked.reject(data.error) : asked.resolve(data.result);
  } else if (data.method === "ui/notifications/tool-result") {
    show(data.params);
  } else if (data.method === "ui/notifications/host-context-changed") {
    look(data.params);
  } else if (data.id !== undefined) {
    send({ id: data.id, result: {} });
  }
});

function look(context) {
  if (context?.theme) document.documentElement.dataset.theme = context.theme;
  const language = context?.locale?.split("-")[0].toLowerCase();
  if (!sentences[language]) return;
  words = sentences[language];
  document.documentElement.lang = language;
}

// What is shown

const textOf = (result) => (result?.content ?? []).find((part) => part.type === "text")?.text ?? "";

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function say(text) {
  said.textContent = text;
  said.hidden = !text;
}

function atFoot(...parts) {
  foot.replaceChildren(...parts);
  foot.hidden = !parts.length;
}

function show(result) {
  const approval = result?._meta?.[APPROVAL];
  if (approval) return openApproval(approval);
  const content = result?.structuredContent ?? {};
  const found = content.tasks ?? (content.results ?? []).filter((item) => item.task);
  const list = element("ul", {}, ...found.map((item) => (item.task ? todoRow(item.task, item.outcome) : todoRow(item))));
  list.setAttribute("aria-label", words.todos);
  shown.replaceChildren(list);
  say(result?.isError ? textOf(result) : (content.message ?? (found.length ? "" : words.nothing)));
  const page = result?.isError && textOf(result).match(/https?:\/\/\S+\/approvals\/[0-9a-f-]{36}/)?.[0];
  if (page && may.openLinks) atFoot(pageButton(page));
  else atFoot(...(content.more ? [filled(words.more, { count: content.more })] : []));
}

const pageButton = (page) =>
  element("button", { className: "button", textContent: words.decide, onclick: () => ask("ui/open-link", { url: page }) });

function todoRow(todo, outcome) {
  const gone = outcome === "deleted";
  const title = element("span", { textContent: todo.title, dir: "auto", className: todo.done || gone ? "card-done" : "" });
  const marks = [gone && words.trashed, todo.due_text, todo.overdue && words.overdue, todo.repeats];
  marks.push(todo.priority !== "none" && todo.priority, ...todo.tags.map((tag) => `#${tag}`));
  const mark = element("div", { className: "card-mark", textContent: marks.filter(Boolean).join(" · ") });
  const item = element("li", { className: "card-todo" });
  if (!gone) item.append(checkOf(todo, item));
  item.append(element("div", { className: "card-body" }, title, mark));
  return item;
}

function checkOf(todo, item) {
  const check = element("button", { className: "card-check", textContent: todo.done ? "☑" : "☐" });
  check.setAttribute("aria-label", filled(todo.done ? words.reopen : words.complete, todo));
  check.disabled = !may.serverTools;
  check.onclick = () =>
    busy([check], async () => {
      const answer = await callTool("complete_task", { tasks: [todo.id], reopen: todo.done });
      const written = answer.structuredContent?.results?.[0]?.task;
      if (written) item.replaceWith(todoRow(written));
      say(written ? "" : textOf(answer) || words.failed);
    });
  return check;
}

async function busy(buttons, act) {
  for (const button of buttons) button.disabled = true;
  try {
    await act();
  } catch {
    say(words.failed);
  }
  for (const button of buttons) button.disabled = false;
}

// What waits for the person

// A card that is opened again shows what became of the question meanwhile, at whatever door.
async function openApproval(approval) {
  showApproval(approval);
  if (!may.serverTools || !approval.key) return;
  const follow = () => decide(approval, {}).catch(() => {});
  addEventListener("focus", follow);
  await follow();
}

// `choice` is what the person did; without one it is only looked at.
async function decide(approval, choice) {
  const answer = await callTool("decide", { key: approval.key, ...choice });
  const now = answer.structuredContent?.approval;
  if (!now) return say(textOf(answer) || words.failed);
  const changed = now.status !== approval.status || now.undo !== approval.undo;
  if (changed || answer.structuredContent.message) {
    showApproval(Object.assign(approval, now), answer.structuredContent.message);
    if (changed && may.updateModelContext) {
      ask("ui/update-model-context", { content: [{ type: "text", text: said.textContent }] }).catch(() => {});
    }
  }
}

function showApproval(approval, message = "") {
  const open = approval.status === "pending";
  const rows = approval.rows.map((row) => approvalRow(row, approval, open));
  const section = element("section", { className: "approval" }, rowsOf(rows.slice(0, FIRST_ROWS)));
  section.setAttribute("aria-label", filled(words.approval, { count: rows.length }));
  if (rows.length > FIRST_ROWS) {
    const all = element("summary", { textContent: filled(words.all, { count: rows.length }) });
    section.append(element("details", {}, all, rowsOf(rows.slice(FIRST_ROWS))));
  }
  section.append(approvalFoot(approval, open, section));
  shown.replaceChildren(section);
  say(message || (open ? `${approval.question} ${words.open}` : approval.said));
  atFoot();
}

const rowsOf = (rows) => element("ul", { className: "approval-rows" }, ...rows);

function approvalRow(row, approval, open) {
  const title = element("span", { textContent: row.title, dir: "auto" });
  const box = element("input", { type: "checkbox", value: row.todo_id, checked: true });
  const named = open && may.serverTools ? element("label", {}, box, title) : title;
  const outcome = approval.approved.includes(row.todo_id) ? words.approved : words.leftAlone;
  const marks = [row.action, row.due_text, approval.status === "approved" && outcome];
  const action = { className: "approval-action", textContent: marks.filter(Boolean).join(" · ") };
  return element("li", {}, named, element("span", action));
}

function approvalFoot(approval, open, section) {
  const line = element("p", { className: "approval-foot" });
  if (open) line.append(...(may.serverTools ? choices(approval, section) : elsewhere(approval)));
  else if (approval.undo && may.serverTools) line.append(undoButton(approval));
  line.hidden = !line.hasChildNodes();
  return line;
}

function choices(approval, section) {
  const ticked = () => [...section.querySelectorAll("input:checked")].map((box) => box.value);
  const decline = element("button", { className: "button quiet", textContent: words.decline });
  const approve = element("button", { className: "button" });
  const count = () => {
    const { length } = ticked();
    approve.textContent = length ? filled(words.approve, { count: length }) : words.approveNone;
    approve.disabled = !length;
  };
  const send = (chosen) => busy([decline, approve], () => decide(approval, { approve: chosen }));
  decline.onclick = () => send([]);
  approve.onclick = () => send(ticked());
  section.onchange = count;
  approve.textContent = filled(words.approve, { count: approval.rows.length });
  const time = new Date(approval.expires_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return [decline, approve, element("span", { textContent: filled(words.until, { time }) })];
}

function elsewhere(approval) {
  if (may.openLinks) return [pageButton(approval.page)];
  return [`${words.decideAt} `, element("span", { className: "address", textContent: approval.page })];
}

function undoButton(approval) {
  const button = element("button", { className: "button", textContent: words.undo });
  button.onclick = () => busy([button], () => decide(approval, { undo: true }));
  return button;
}

// Begin

new ResizeObserver(() => {
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  send({ method: "ui/notifications/size-changed", params: { height } });
}).observe(document.body);

ask("ui/initialize", {
  protocolVersion: "2026-01-26",
  appInfo: { name: "todo-chat", version: "1" },
  appCapabilities: {},
}).then((host) => {
  may = host.hostCapabilities ?? {};
  look(host.hostContext);
  send({ method: "ui/notifications/initialized", params: {} });
});
