// Stands before a Postgres and passes everything on, and knows how many connections wait for an answer.

import { createConnection, createServer, type Server, type Socket } from "node:net";
import { listen } from "../sandbox/local-server.js";

/**
 * The server's ReadyForQuery, which ends every answer: its type, its length, and in one more byte the state of the transaction.
 * Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

export class OpenStatements {
  readonly #sockets = new Set<Socket>();
  /** Those that have asked something, or have not logged in yet. */
  readonly #waiting = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(postgresPort: number): Promise<OpenStatements> {
    const server = createServer();
    const statements = new OpenStatements(server, await listen(server));
    server.on("connection", (near) => statements.#pass(near, createConnection(postgresPort, "127.0.0.1")));
    return statements;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /** The same database, through this. */
  through(url: string): string {
    const here = new URL(url);
    here.port = String(this.port);
    return here.toString();
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }

  #pass(near: Socket, far: Socket): void {
    this.#waiting.add(near);
    let tail = Buffer.alloc(0);
    near.on("data", (asked) => {
      this.#waiting.add(near);
      far.write(asked);
    });
    far.on("data", (answered) => {
      near.write(answered);
      tail = Buffer.concat([tail, answered]).subarray(-READY.length - 1);
      if (tail.subarray(0, READY.length).equals(READY)) this.#waiting.delete(near);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay();
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.#waiting.delete(near);
        other.end();
      });
    }
  }
}
