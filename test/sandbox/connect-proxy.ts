// A proxy like those of companies: it tunnels with CONNECT, can require a user and password, and can refuse hosts. On 127.0.0.1.

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { listen } from "./local-server.js";

export interface ConnectProxy {
  /** `http://127.0.0.1:PORT`, with user and password if it requires them. */
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  /** Every tunnel that a client asked for, as `host:port`, in order. */
  readonly asked: readonly string[];
  /** How many connections are open, including those to the targets of the tunnels. */
  readonly connections: number;
  /** What it answers instead of opening a tunnel: an HTTP status, or nothing at all. `null`: it opens tunnels. */
  refuses: number | "hangs" | null;
  /** Closes the open tunnels. */
  cut(): void;
  stop(): Promise<void>;
}

/** @param credentials `user:password`. Without them, it lets everybody through */
export async function startConnectProxy(credentials: string | null = null): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const server = createServer((_, response) => response.writeHead(405).end("This proxy takes CONNECT alone"));
  const expected = credentials === null ? null : `Basic ${Buffer.from(credentials).toString("base64")}`;
  const refusal = (request: IncomingMessage) => {
    if (proxy.refuses !== null) return proxy.refuses;
    return expected !== null && request.headers["proxy-authorization"] !== expected ? 407 : null;
  };
  server.on("connection", keep);
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    asked.push(request.url ?? "");
    const refused = refusal(request);
    if (refused === "hangs") return;
    if (refused !== null) {
      client.end(`HTTP/1.1 ${refused} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const [host = "", port] = (request.url ?? "").split(":");
    const target = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(client).pipe(target);
    });
    keep(target);
    target.on("close", () => client.destroy());
    client.on("close", () => target.destroy());
  });
  const host = `127.0.0.1:${await listen(server)}`;
  const user = credentials === null ? "" : `${credentials.split(":").map(encodeURIComponent).join(":")}@`;
  const proxy: ConnectProxy = {
    url: `http://${user}${host}`,
    host,
    asked,
    get connections() {
      return sockets.size;
    },
    refuses: null,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}
