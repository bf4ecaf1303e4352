// The bot's own HTTP server.

import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";

export interface ServerOptions {
  /** 0: any free one. */
  port: number;
  /** By path, such as `/healthz`. Looked up at each request, so that more may come. */
  routes: Readonly<Record<string, RequestListener>>;
  /** Answers at every other path; looked up in the same way. */
  otherwise?: () => RequestListener;
}

export const notFound: RequestListener = (_, response) => {
  response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
};

export interface RunningServer {
  port: number;
  /** Takes no more requests and resolves when the last one is answered. */
  close: () => Promise<void>;
}

/** Rejects with the operating system's error when the port cannot be had. */
export async function startServer({ port, routes, otherwise }: ServerOptions): Promise<RunningServer> {
  // Opened ahead, as proxies do, and nobody has asked anything yet: Node would wait for them at the end.
  const silent = new Set<Socket>();
  const server = createServer((request, response) => {
    silent.delete(request.socket);
    // Whatever stands on the request line, such as "//" or "*", is nothing that could fail to be read.
    const [path = "/"] = (request.url ?? "/").split("?", 1);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    return (route ?? otherwise?.() ?? notFound)(request, response);
  });
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
