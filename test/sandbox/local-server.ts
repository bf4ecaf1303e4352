// Servers on 127.0.0.1, such as the local peers.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { createServer, type Server } from "node:net";

/** `port`: 0 for a free one. @returns the port. Rejects when it is taken. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}

/** Below the ports that Linux and macOS deal out themselves: nobody who listens on port 0, or connects, gets one of these. */
const FREE_PORTS = { from: 20_000, to: 32_767 };
/** How many of them are tried. */
const TRIES = 20;

/** A port on which nobody listens, and which nobody else gets before it is used, except with very bad luck. */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = randomInt(FREE_PORTS.from, FREE_PORTS.to + 1);
    const server = createServer();
    try {
      await listen(server, port);
    } catch (error) {
      if (tries === TRIES) throw error;
      continue;
    }
    const closed = once(server, "close");
    server.close();
    await closed;
    return port;
  }
}

/** Ends a server together with the connections that are open. Does nothing if it has been closed before. */
export async function closeServer(server: HttpServer): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
