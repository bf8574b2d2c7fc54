// The official client of AG-UI: says something, has a bulk change approved, and reads the thread anew.
// Run as `agui.mjs <address> <token>`; writes what it saw as JSON.
import { HttpAgent, buildResumeArray } from "@ag-ui/client";

const [url, token] = process.argv.slice(2);
const options = { url, threadId: "groceries", headers: { Authorization: `Bearer ${token}` } };
const agent = new HttpAgent(options);
let number = 0;
const said = async (content, more = {}) => {
  if (content) agent.addMessage({ id: `m${++number}`, role: "user", content });
  return agent.runAgent(more);
};

const added = await said("Add milk, bread, eggs and salt");
await said("delete all my todos");
const questions = agent.pendingInterrupts;
const answers = Object.fromEntries(
  questions.map(({ id }) => [id, { status: "resolved", payload: { approve: "all" } }]),
);
const approved = await said("", { resume: buildResumeArray(questions, answers) });

const reader = new HttpAgent(options);
await reader.runAgent();
const roles = (messages) => messages.map(({ role }) => role);
console.log(
  JSON.stringify({
    added: roles(added.newMessages),
    status: added.result.status,
    asked: questions.map(({ metadata }) => metadata.todos.length),
    open: agent.pendingInterrupts.length,
    approved: approved.newMessages.at(-1).content,
    read: roles(reader.messages),
  }),
);
