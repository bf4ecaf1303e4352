// A way to a server on which its answers take longer, as over a long distance.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { listen } from "../sandbox/local-server.js";

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
    });
    return new DelayedAnswers(server, sockets, `http://127.0.0.1:${await listen(server)}`);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
