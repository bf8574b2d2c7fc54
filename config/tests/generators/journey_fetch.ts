// A program on the types that openapi-typescript makes, with openapi-fetch: what a builder does in the first hour.
// Run as `journey_fetch.js <address of the server>`; writes what it saw as JSON.
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

// The same operation also answers as text/event-stream, which is read as text below.
type Json = "application/json";
declare const process: { argv: string[]; stdout: { write(text: string): void } };
const address = process.argv[2];
const titles = ["Buy milk", "Call mom", "Pay rent", "Water plants", "Read mail"];

async function main(): Promise<void> {
  const open = createClient<paths, Json>({ baseUrl: address });
  const registration = { username: "fetch", password: "seven green bottles" };
  const registered = await open.POST("/api/auth/register", { body: registration });
  const { user_id, access_token } = registered.data!;
  const api = createClient<paths, Json>({ baseUrl: address, headers: { Authorization: `Bearer ${access_token}` } });
  const add = (title: string) =>
    api.POST("/api/{user_id}/todos", { params: { path: { user_id } }, body: { title } });
  const first = await add(titles[0]);
  for (const title of titles.slice(1)) {
    await add(title);
  }
  const todo: components["schemas"]["Todo"] = first.data!;
  const change = () =>
    api.PATCH("/api/{user_id}/todos/{todo_id}", {
      params: {
        path: { user_id, todo_id: todo.id },
        header: { "If-Match": first.response.headers.get("ETag")! },
      },
      body: { priority: "high" },
    });
  const [changed, conflict] = [await change(), await change()];
  const say = (message: string) =>
    api.POST("/api/{user_id}/chat", { params: { path: { user_id } }, body: { message } });
  const said = await say("complete call mom");
  const asked = await say("delete all my todos");
  const decided = await api.POST("/api/{user_id}/approvals/{approval_id}", {
    params: { path: { user_id, approval_id: asked.data!.approval!.id } },
    body: { approve: "all" },
  });
  const undone = await api.POST("/api/{user_id}/undo", {
    params: { path: { user_id } },
    body: { message_id: asked.data!.message_id },
  });
  const exported = await api.GET("/api/{user_id}/export", { params: { path: { user_id } } });

  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 2, ...(cursor ? { cursor } : {}) };
    const page = await api.GET("/api/{user_id}/todos", { params: { path: { user_id }, query } });
    found.push(...page.data!.items.map((each) => each.title));
    cursor = page.data!.next ?? undefined;
  } while (cursor);

  const streamed = await api.POST("/api/{user_id}/chat", {
    params: { path: { user_id } },
    body: { message: "add take a nap", stream: true },
    parseAs: "text",
  });
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
