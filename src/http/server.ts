// The bot's own HTTP server.

import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { SECOND } from "../lib/time.js";

/** How much time any client may take before it is cut off: nothing that it has sent yet says who it is. */
export interface ServerLimits {
  /** How long it may take to send its request, in ms. */
  requestMs: number;
  /** How long it may take from then on to read its answer, in ms. */
  answerMs: number;
  /** How many connections may be open at a time. More are closed at once. */
  connections: number;
}

/** Slack sends a request at once and in one piece, and closes what it does not use. Twenty times what it needs. */
const LIMITS: ServerLimits = {
  requestMs: 20 * SECOND,
  answerMs: 20 * SECOND,
  connections: 500,
};

export interface ServerOptions {
  /** 0 for any free port. */
  port: number;
  /** Listeners by path, such as `/healthz`. Looked up at each request, so routes can be added later. */
  routes: Readonly<Record<string, RequestListener>>;
  /** Answers at every other path. Looked up in the same way. */
  otherwise?: () => RequestListener;
  limits?: ServerLimits;
}

export const notFound: RequestListener = (_, response) => {
  response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
};

export interface RunningServer {
  port: number;
  /** Accepts no more requests, and resolves when the last one has been answered. */
  close: () => Promise<void>;
}

/** Rejects with the operating system's error when the port is not available. */
export async function startServer({ port, routes, otherwise, limits = LIMITS }: ServerOptions): Promise<RunningServer> {
  // Connections that proxies open in advance, without a request so far. Node would wait for them when it stops.
  const silent = new Set<Socket>();
  const { requestMs, answerMs, connections } = limits;
  const options = {
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(requestMs, SECOND),
  };
  const server = createServer(options, (request, response) => {
    silent.delete(request.socket);
    // Node waits forever for a client that does not read.
    const late = setTimeout(() => request.socket.destroy(), requestMs + answerMs);
    response.once("close", () => clearTimeout(late));
    // The request line may be anything, such as "//" or "*", so it is not parsed in a way that could fail.
    const [path = "/"] = (request.url ?? "/").split("?", 1);
    return (routes[path] ?? otherwise?.() ?? notFound)(request, response);
  });
  server.maxConnections = connections;
  server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.listen(port);
  await once(server, "listening");
  return { port: portOf(server), close: () => close(server, silent) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function close(server: Server, silent: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  for (const socket of silent) socket.destroy();
  await closed;
}
