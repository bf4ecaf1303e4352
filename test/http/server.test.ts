// The bot's own server: what it answers, whatever the request line says.

import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createConnection } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { healthz } from "../../src/http/healthz.js";
import { type RunningServer, startServer } from "../../src/http/server.js";

const TURNS = 2_000;

let server: RunningServer;
/** Lets `/slow` answer. */
let answer: (() => void) | null;
beforeEach(async () => {
  answer = null;
  const slow: RequestListener = (_, response) => {
    answer = () => response.end("at last");
  };
  server = await startServer({ port: 0, routes: { "/healthz": healthz, "/slow": slow } });
});
afterEach(() => server.close());

/** The status line for a request whose target no URL has to be. */
async function statusOf(target: string): Promise<string> {
  const socket = createConnection(server.port, "127.0.0.1");
  socket.write(`GET ${target} HTTP/1.1\r\nhost: bot.example.com\r\nconnection: close\r\n\r\n`);
  let text = "";
  socket.on("data", (data) => {
    text += data.toString();
  });
  await once(socket, "close");
  return text.split("\r\n")[0] ?? "";
}

test.each(["//", "http://x/", "http://x:y/", "*", "/nothing", "/healthz/"])("%s is not found", async (target) => {
  expect(await statusOf(target)).toBe("HTTP/1.1 404 Not Found");
  expect(await statusOf("/healthz")).toBe("HTTP/1.1 200 OK");
});

test.each(["constructor", "__proto__?a=b"])("%s is no path, and does not reach the routes", async (target) => {
  expect(await statusOf(target)).toBe("HTTP/1.1 400 Bad Request");
});

test("a path with a query is the same path", async () => {
  expect(await statusOf("/healthz?from=somewhere&to=//")).toBe("HTTP/1.1 200 OK");
});

test("it ends when the last request has been answered, without waiting for connections that made no request", async () => {
  const silent = createConnection(server.port, "127.0.0.1");
  await once(silent, "connect");
  await statusOf("/healthz");
  const slow = statusOf("/slow");
  for (let turns = 0; turns < TURNS && answer === null; turns++) await turn();
  let isClosed = false;
  const closed = server.close().then(() => {
    isClosed = true;
  });
  await once(silent, "close");
  expect(isClosed).toBe(false);
  answer?.();
  expect(await slow).toBe("HTTP/1.1 200 OK");
  await closed;
});
