// A Better Auth server with its jwt plugin. Says its address when it listens; POST /rotate forgets its keys.

import http from "node:http";

import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
let handle;

const server = http.createServer((request, response) => {
  if (request.method !== "POST" || request.url !== "/rotate") return handle(request, response);
  tables.jwks.length = 0;
  response.end();
});

server.listen(0, "127.0.0.1", () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  const auth = betterAuth({
    baseURL: address,
    secret: "a secret of forty characters for the tests",
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    plugins: [jwt()],
    telemetry: { enabled: false },
  });
  handle = toNodeHandler(auth);
  console.log(address);
});
