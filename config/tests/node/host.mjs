// A host of MCP Apps in a page, by the official client and bridge: it calls a tool as for its model, and shows the card.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { AppBridge, PostMessageTransport, getToolUiResourceUri } from "@modelcontextprotocol/ext-apps/app-bridge";

const EXTENSIONS = { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html;profile=mcp-app"] } };
// What a host grants to a resource that names no domains (SEP-1865, “sandbox”).
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";

const told = { model: [], context: [], opened: [] };
let client;

async function connect(token) {
  client = new Client({ name: "host", version: "1" }, { capabilities: { extensions: EXTENSIONS } });
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", location.href), { requestInit }));
}

async function call(name, args, { capabilities, ...context }) {
  const { tools } = await client.listTools();
  const result = await client.callTool({ name, arguments: args });
  told.model.push({ content: result.content, structuredContent: result.structuredContent });
  const uri = getToolUiResourceUri(tools.find((tool) => tool.name === name));
  const [card] = (await client.readResource({ uri })).contents;
  await show(card.text, result, capabilities, { theme: "light", ...context });
}

async function show(html, result, capabilities, hostContext) {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  frame.style = "width: 100%; height: 480px; border: 0";
  frame.title = "Card";
  document.querySelector("main").replaceChildren(frame);
  const forwarded = capabilities.serverTools ? client : null;
  const bridge = new AppBridge(forwarded, { name: "host", version: "1" }, capabilities, { hostContext });
  bridge.onopenlink = async ({ url }) => (told.opened.push(url), {});
  bridge.onupdatemodelcontext = async ({ content }) => (told.context.push(content[0].text), {});
  bridge.onsizechange = ({ height }) => (frame.style.height = `${height}px`);
  bridge.oninitialized = () => bridge.sendToolResult(result);
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.srcdoc = html.replace("<head>", `<head><meta http-equiv="Content-Security-Policy" content="${POLICY}">`);
}

window.host = { connect, call, told };
