// An event source takes up a stream that was cut, at another process: after some of its events, then after the last.
// Run as `resume.mjs <address of a process> <address of another> <user id> <token>`; writes what each reader had, and what stopped it, as JSON.
import { EventSource } from "eventsource";

const [first, second, user, token] = process.argv.slice(2);
const authorization = { Authorization: `Bearer ${token}` };

async function cutAfter(count, message) {
  const cut = new AbortController();
  const answer = await fetch(`${first}/api/${user}/chat`, {
    method: "POST",
    headers: { ...authorization, "Content-Type": "application/json" },
    body: JSON.stringify({ message, stream: true }),
    signal: cut.signal,
  });
  const had = [];
  let received = "";
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const frames = (received + text).split("\n\n");
    received = frames.pop();
    for (const frame of frames) {
      const [, id, type, data] = frame.match(/^id: (.+)\nevent: (.+)\ndata: (.+)/m) ?? [];
      if (id && had.length < count) had.push({ id, type, data: JSON.parse(data) });
    }
    if (had.length === count) break;
  }
  cut.abort();
  return had;
}

const TYPES = ["turn.started", "message.delta", "tool_call.started", "tool_call.finished", "turn.completed"];

function theRest(had) {
  const url = `${second}/api/${user}/turns/${had[0].data.message_id}/events`;
  const resumed = (address, init) =>
    fetch(address, {
      ...init,
      headers: { ...authorization, "Last-Event-ID": had.at(-1).id, ...init.headers },
    });
  return new Promise((resolve, reject) => {
    const rest = [];
    const source = new EventSource(url, { fetch: resumed });
    source.onerror = (error) => {
      source.close();
      reject(new Error(error.message ?? "the stream broke"));
    };
    for (const type of TYPES)
      source.addEventListener(type, ({ lastEventId, data }) => {
        rest.push({ id: lastEventId, type, data: JSON.parse(data) });
        if (type !== "turn.completed") return;
        source.close();
        resolve(rest);
      });
  });
}

// A source that comes back after the last event must hear that there is no more, and close itself; else it never would.
function whatStops(had) {
  const url = `${second}/api/${user}/turns/${had[0].data.message_id}/events`;
  const headers = { ...authorization, "Last-Event-ID": had.at(-1).id };
  const source = new EventSource(url, { fetch: (address, init) => fetch(address, { ...init, headers }) });
  return new Promise((resolve) => {
    source.onerror = ({ code }) => resolve(source.readyState === EventSource.CLOSED ? code : "comes back");
  });
}

async function reader(count) {
  const had = await cutAfter(count, `Create a todo: Thing ${count}`);
  const whole = [...had, ...(await theRest(had))];
  return [count, whole, await whatStops(whole)];
}

console.log(JSON.stringify(await Promise.all([1, 2, 3, 4, 7].map(reader))));
