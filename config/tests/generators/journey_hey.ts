// A program on the client that @hey-api/openapi-ts makes: what a builder does in the first hour.
// Run as `journey_hey.js <address of the server>`; writes what it saw as JSON.
import { createClient, createConfig } from "./hey/client";
import * as api from "./hey";

declare const process: { argv: string[]; stdout: { write(text: string): void } };
const baseUrl = process.argv[2];
const titles = ["Buy milk", "Call mom", "Pay rent", "Water plants", "Read mail"];

async function main(): Promise<void> {
  const open = createClient(createConfig({ baseUrl }));
  const body = { username: "hey", password: "seven green bottles" };
  const { user_id, access_token } = (await api.register({ client: open, body })).data!;
  const client = createClient(createConfig({ baseUrl, auth: () => access_token }));
  const path = { user_id };
  const add = (title: string) => api.createTodo({ client, path, body: { title } });
  const first = await add(titles[0]);
  for (const title of titles.slice(1)) {
    await add(title);
  }
  const todo: api.Todo = first.data!;
  const change = () =>
    api.updateTodo({
      client,
      path: { user_id, todo_id: todo.id },
      headers: { "If-Match": first.response!.headers.get("ETag")! },
      body: { priority: "high" },
    });
  const [changed, conflict] = [await change(), await change()];
  const said = await api.sendMessage({ client, path, body: { message: "complete call mom" } });
  const asked = await api.sendMessage({ client, path, body: { message: "delete all my todos" } });
  const approval_id = asked.data!.approval!.id;
  const decided = await api.decideApproval({ client, path: { user_id, approval_id }, body: { approve: "all" } });
  const undone = await api.undoChanges({ client, path, body: { message_id: asked.data!.message_id } });
  const exported = await api.exportAccount({ client, path });

  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.listTodos({ client, path, query: { limit: 2, ...(cursor ? { cursor } : {}) } });
    found.push(...page.data!.items.map((each) => each.title));
    cursor = page.data!.next ?? undefined;
  } while (cursor);

  const message = { message: "add take a nap", stream: true };
  const streamed = await api.sendMessage({ client, path, body: message, parseAs: "text" });
  const events = String(streamed.data).split("\n").filter((line) => line.startsWith("event: "));
  process.stdout.write(
    JSON.stringify({
      titles: found.sort(),
      changed: changed.data!.priority,
      conflict: conflict.error!.error,
      said: said.data!.status,
      events: events.map((line) => line.replace("event: ", "")),
      asked: asked.data!.status,
      decided: decided.data!.approval.status,
      undone: undone.data!.results.map((result) => result.outcome).sort(),
      exported: (exported.data as { todos?: unknown[] }).todos!.length,
    }),
  );
}

void main();
