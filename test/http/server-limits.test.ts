// Clients that take too long, send too much, or open too many connections, before anything is known of them.

import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type RunningServer, type ServerLimits, startServer } from "../../src/http/server.js";

/** Real ms. */
const HURRIED = { requestMs: 400, answerMs: 600, connections: 100 };
const FEW = { requestMs: 60_000, answerMs: 60_000, connections: 3 };
/** More than the system keeps for a client that reads nothing. */
const LONG_ANSWER = "a".repeat(50_000_000);

let server: RunningServer;
/** Requests that reached the bot. */
let asked: number;

async function start(limits: ServerLimits): Promise<void> {
  asked = 0;
  const routes = {
    "/": (request: NodeJS.ReadableStream, response: { end: (text: string) => unknown }) => {
      asked += 1;
      request.on("error", () => undefined);
      request.resume().once("end", () => response.end("ok"));
    },
    "/long": (_: unknown, response: { end: (text: string) => unknown }) => response.end(LONG_ANSWER),
  };
  server = await startServer({ port: 0, routes, limits });
}
beforeEach(() => start(HURRIED));
afterEach(() => server.close());

/** A client that begins with this, and what it gets until the connection is closed. */
function client(beginning: string): { socket: Socket; got: Promise<string> } {
  const socket = createConnection(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  const chunks: string[] = [];
  socket.on("data", (data) => chunks.push(String(data)));
  socket.write(beginning);
  const got = new Promise<string>((resolve) => socket.once("close", () => resolve(chunks.join(""))));
  return { socket, got };
}

test.each([
  ["nothing", ""],
  ["half of its headers", "POST / HTTP/1.1\r\nhost: bot.example.com\r\n"],
  ["half of its body", "POST / HTTP/1.1\r\nhost: bot.example.com\r\ncontent-length: 10\r\n\r\nabc"],
])("a client that sends %s, and then no more, is cut off", async (_, beginning) => {
  expect(await client(beginning).got).not.toContain("200 OK");
});

test("so is one that sends a byte now and then", async () => {
  const { socket, got } = client("POST / HTTP/1.1\r\nhost: bot.example.com\r\ncontent-length: 100000\r\n\r\n");
  const dribble = setInterval(() => socket.write("a"), 20);
  const text = await got.finally(() => clearInterval(dribble));
  expect(text).toContain("408 Request Timeout");
});

test("clients that never read their answers do not keep their connections", async () => {
  await server.close();
  await start({ ...HURRIED, connections: FEW.connections });
  const held = Array.from({ length: FEW.connections }, () => createConnection(server.port, "127.0.0.1").pause());
  for (const socket of held)
    socket.on("error", () => undefined).write("GET /long HTTP/1.1\r\nhost: bot.example.com\r\n\r\n");
  await Promise.all(held.map((socket) => once(socket, "connect")));
  const request = "GET / HTTP/1.1\r\nhost: bot.example.com\r\nconnection: close\r\n\r\n";
  await vi.waitFor(async () => expect(await client(request).got).toContain("200 OK"), {
    timeout: 20_000,
    interval: 200,
  });
  for (const socket of held) socket.destroy();
});

test("a connection that a proxy keeps is not cut off for what was asked on it before", async () => {
  await server.close();
  await start({ ...HURRIED, requestMs: 100, answerMs: 100 });
  const { socket, got } = client("");
  for (let times = 1; times <= 5; times++) {
    socket.write("GET / HTTP/1.1\r\nhost: bot.example.com\r\n\r\n");
    await Promise.race([once(socket, "data"), got]);
    await setTimeout(80);
  }
  socket.destroy();
  expect(asked).toBe(5);
});

test("more headers than anybody needs are refused, and nothing is asked of the bot", async () => {
  const { got } = client(`GET / HTTP/1.1\r\nhost: bot.example.com\r\nx: ${"a".repeat(20_000)}\r\n\r\n`);
  expect(await got).toContain("431 ");
  expect(asked).toBe(0);
});

test("connections beyond the limit are closed, and those that are open are answered", async () => {
  await server.close();
  await start(FEW);
  const request = "GET / HTTP/1.1\r\nhost: bot.example.com\r\nconnection: close\r\n\r\n";
  const held = Array.from({ length: FEW.connections }, () => client(""));
  await Promise.all(held.map(({ socket }) => once(socket, "connect")));
  expect(await client(request).got).toBe("");
  held[0]?.socket.write(request);
  expect(await held[0]?.got).toContain("200 OK");
  for (const { socket } of held) socket.destroy();
});
