// A PgBouncer in front of a Postgres, as on managed platforms: each transaction may get a different server connection.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../sandbox/local-server.js";

const PLACES = [process.env.PGBOUNCER_PATH, "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
const PROGRAM = PLACES.find((place) => place !== undefined && existsSync(place));

/** Why the tests that need it are skipped; null when it is there. */
export const WITHOUT_PGBOUNCER =
  PROGRAM === undefined ? "skipped: no pgbouncer found (apt-get install pgbouncer, or PGBOUNCER_PATH)" : null;

export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** In transaction mode, with four connections that it deals out in turn, so that nobody keeps the one he had. */
  static async start(postgresPort: number): Promise<PgBouncer> {
    if (PROGRAM === undefined) throw new Error("no pgbouncer");
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "hex-bot-pgbouncer-"));
    const file = join(folder, "pgbouncer.ini");
    writeFileSync(
      file,
      `[databases]
* = host=127.0.0.1 port=${postgresPort} user=bot password=bot
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_round_robin = 1
query_wait_timeout = 10
`,
      { mode: 0o644 },
    );
    // It does not run as root.
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    if (user.length > 0) spawnSync("chmod", ["755", folder]);
    const child = spawn(PROGRAM, ["-q", ...user, file], { stdio: "ignore" });
    const bouncer = new PgBouncer(child, folder, port);
    await bouncer.#listening();
    return bouncer;
  }

  /** The same database, through the pooler. */
  through(url: string): string {
    const pooled = new URL(url);
    pooled.port = String(this.port);
    return pooled.toString();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill("SIGKILL");
      await once(this.child, "exit");
    }
    rmSync(this.folder, { recursive: true });
  }

  async #listening(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const socket = connect(this.port, "127.0.0.1");
      const isOpen = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (isOpen) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("pgbouncer does not listen");
  }
}
