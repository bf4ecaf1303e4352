// A way to a server on which its answers take longer, as over a long distance.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class DelayedAnswers {
  private constructor(
    private readonly server: Server,
    private readonly sockets: ReadonlySet<Socket>,
    /** Where the way begins, such as `http://127.0.0.1:4000`. */
    readonly origin: string,
  ) {}

  /** To a server on this machine, by one of its addresses; everything that comes from it arrives `delayMs` later. */
  static async of(address: string, delayMs: number): Promise<DelayedAnswers> {
    const { port } = new URL(address);
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(Number(port), "127.0.0.1");
      client.pipe(upstream);
      upstream.on("data", (bytes) => setTimeout(() => client.writable && client.write(bytes), delayMs));
      upstream.on("end", () => setTimeout(() => client.end(), delayMs));
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          sockets.delete(socket);
          if (socket === client) upstream.destroy();
        });
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const own = server.address();
    if (own === null || typeof own === "string") throw new Error("The server has no port");
    return new DelayedAnswers(server, sockets, `http://127.0.0.1:${own.port}`);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
