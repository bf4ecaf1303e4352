// The bodies of requests that anybody can send, all at a time.

import { once } from "node:events";
import { createServer } from "node:http";
import { createConnection, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RequestBodies } from "../../../src/slack/connection/request-bodies.js";
import { listen } from "../../sandbox/local-server.js";

const bodies = new RequestBodies();
/** Whether each request that could not be read was destroyed. */
const given: boolean[] = [];
const server = createServer((request, response) => {
  bodies.read(request).then(
    (body) => response.end(`read ${body.length}`),
    () => {
      given.push(request.destroyed);
      response.destroy();
    },
  );
});
let port: number;
let open: Socket[] = [];
beforeEach(async () => {
  port = await listen(server);
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  open = [];
  server.close();
  await once(server, "close");
});

/** Begins a request with a body of a megabyte, and sends all of it but the last byte. */
async function begin(): Promise<Socket> {
  const socket = createConnection(port, "127.0.0.1").on("error", () => undefined);
  open.push(socket);
  socket.write("POST / HTTP/1.1\r\nhost: bot.example.com\r\ncontent-length: 1000000\r\n\r\n");
  await new Promise<void>((resolve) => socket.write(Buffer.alloc(999_999), () => resolve()));
  return socket;
}

test("a body that turns out to be larger than Slack's is given up, without the rest", async () => {
  const socket = createConnection(port, "127.0.0.1").on("error", () => undefined);
  open.push(socket);
  socket.write("POST / HTTP/1.1\r\nhost: bot.example.com\r\ntransfer-encoding: chunked\r\n\r\nf4241\r\n");
  socket.write(Buffer.alloc(1_000_001));
  await once(socket, "close");
  expect(given).toEqual([true]);
});

test("if bodies never end, the ones that came first are given up, and a whole one is still read", async () => {
  const sockets: Socket[] = [];
  for (let at = 0; at < 60; at++) sockets.push(await begin());
  await vi.waitFor(() => expect(sockets.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(10), 20_000);
  expect(sockets[0]?.closed).toBe(true);
  expect(sockets.at(-1)?.closed).toBe(false);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "payload=1" });
  expect(await answer.text()).toBe("read 9");
  sockets.at(-1)?.write("a");
  const [text] = await once(sockets.at(-1) ?? server, "data");
  expect(String(text)).toContain("read 1000000");
});
