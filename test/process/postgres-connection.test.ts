// How the bot connects to a Postgres, and what it says when it cannot: encryption, permissions, names, and the server's state.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFailure } from "../../src/startup-failure.js";
import { openShared } from "../../src/store/postgres.js";
import { selfSigned } from "../sandbox/certificate.js";
import { freePort, listen } from "../sandbox/local-server.js";
import { LocalPostgres } from "./fleet.js";

const ignore = () => undefined;
const SECRET = "s3cret";

/** Whether the connections of the store are encrypted. */
async function isEncrypted(url: string): Promise<boolean> {
  const { db, close } = await openShared(url, ignore);
  const { rows } = await sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(db);
  await close();
  return rows[0]?.ssl === true;
}

/** The sentence at the start when the store cannot be opened, and its kind. */
async function refusal(url: string): Promise<{ kind: string; sentence: string }> {
  const error = await openShared(url, ignore).catch((refused: unknown) => refused);
  if (!(error instanceof Error && "kind" in error)) throw new Error("it was opened");
  const sentence = startFailure(error, { port: 0, store: { kind: "shared" } }) ?? "";
  expect(sentence).not.toContain("HEX_BOT_DATA_DIR");
  expect(`${sentence} ${JSON.stringify(error)} ${error.stack}`).not.toContain(SECRET);
  return { kind: String(error.kind), sentence };
}

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url, ssl: false });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

// Side by side: the longest of them wait.
describe.concurrent("a server that requires TLS, with a self-signed certificate", () => {
  let folder: string;
  let postgres: LocalPostgres;
  let url: string;
  let authority: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hex-bot-tls-"));
    const { cert, key } = selfSigned(Date.now());
    authority = join(folder, "authority.pem");
    writeFileSync(authority, cert);
    // As managed platforms have it: nobody comes in without, but for whoever makes the databases.
    const hba =
      "hostnossl all owner 127.0.0.1/32 password\nhostnossl postgres bot all password\nhostssl all all all password\n";
    postgres = await LocalPostgres.start({ cert, key, hba });
    url = (await postgres.database("wants_tls")).replace("127.0.0.1", "localhost");
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(["", "?sslmode=prefer", "?sslmode=allow", "?sslmode=require", "?sslmode=no-verify"])(
    "'%s' is encrypted",
    async (mode) => {
      expect(await isEncrypted(`${url}${mode}`)).toBe(true);
    },
  );

  test("verify-full and verify-ca with the authority's certificate; only verify-ca accepts a name that is not in the server's certificate", async () => {
    const byNumber = url.replace("localhost", "127.0.0.1");
    const verified = `&sslrootcert=${authority}`;
    expect(await isEncrypted(`${url}?sslmode=verify-full${verified}`)).toBe(true);
    expect(await isEncrypted(`${byNumber}?sslmode=verify-ca${verified}`)).toBe(true);
    expect(await isEncrypted(`${byNumber}?sslmode=require${verified}`)).toBe(true);
    expect((await refusal(`${byNumber}?sslmode=verify-full${verified}`)).kind).toBe("tls_unverified");
  });

  test("the chosen encryption is never weakened, and each refusal says what to do", async () => {
    const unverified = await refusal(`${url}?sslmode=verify-full`);
    expect(unverified).toMatchObject({ kind: "tls_unverified" });
    expect(unverified.sentence).toContain("sslrootcert");
    const plain = await refusal(`${url}?sslmode=disable`);
    expect(plain.kind).toBe("login");
    expect(plain.sentence).toContain("sslmode=disable");
    const unreadable = await refusal(`${url}?sslmode=verify-full&sslrootcert=${folder}/nowhere.pem`);
    expect(unreadable).toMatchObject({ kind: "tls_file" });
  });

  test("a wrong password is reported as such, whatever the encryption", async () => {
    expect((await refusal(url.replace("bot:bot@", `bot:${SECRET}@`))).kind).toBe("password");
  });

  test("a connection in use lives longer than a silent one is allowed to", async () => {
    const { db, close } = await openShared(url, ignore);
    const end = Date.now() + 11_000;
    while (Date.now() < end) {
      await sql`select pg_sleep(0.5)`.execute(db);
    }
    await close();
  });
});

describe.concurrent("a server without TLS", () => {
  let postgres: LocalPostgres;
  let url: string;
  beforeAll(async () => {
    postgres = await LocalPostgres.start();
    url = await postgres.database("plain");
  });
  afterAll(() => postgres.stop());

  test("is used without TLS, unless TLS was asked for", async () => {
    for (const mode of ["", "?sslmode=prefer", "?sslmode=allow", "?sslmode=disable"]) {
      expect(await isEncrypted(`${url}${mode}`)).toBe(false);
    }
    for (const mode of ["require", "no-verify", "verify-full"]) {
      const { kind, sentence } = await refusal(`${url}?sslmode=${mode}`);
      expect(kind).toBe("tls_refused");
      expect(sentence).toContain("does not support encryption");
    }
  });

  test("over a Unix socket, nothing is encrypted, whatever sslmode says, as with psql", async () => {
    const login = url.replace(/@.*\//, "@localhost/");
    for (const mode of ["", "&sslmode=prefer", "&sslmode=require", "&sslmode=verify-full", "&sslrootcert=system"]) {
      expect(await isEncrypted(`${login}?host=/tmp&port=${postgres.port}${mode}`)).toBe(false);
    }
  });

  test("each failure has its own remedy", async () => {
    const said = new Set<string>();
    const expectKind = async (kind: string, place: string) => {
      const refused = await refusal(place);
      expect(refused.kind).toBe(kind);
      said.add(refused.sentence);
    };
    await expectKind("password", url.replace("bot:bot@", `bot:${SECRET}@`));
    await expectKind("password", url.replace("bot:bot@", "bot@"));
    await expectKind("database", url.replace("/plain", "/nowhere"));
    await expectKind("host", url.replace("127.0.0.1", "nowhere.invalid"));
    await expectKind("refused", url.replace(/:\d+\//, `:${await freePort()}/`));

    await run(url, "create role idle login password 'idle'", "alter role idle nologin");
    await expectKind("role", url.replace("bot:bot@", "idle:idle@"));
    await run(url, "create role few login password 'few' connection limit 0");
    await expectKind("too_many", url.replace("bot:bot@", "few:few@"));
    await run(
      url,
      "create role reader login password 'reader'",
      "alter role reader set default_transaction_read_only = on",
    );
    await run(url, "create schema reader authorization reader");
    await expectKind("read_only", url.replace("bot:bot@", "reader:reader@"));
    // Also where nothing is missing, as on a standby.
    await run(url, "alter role reader reset default_transaction_read_only");
    await (await openShared(url.replace("bot:bot@", "reader:reader@"), ignore)).close();
    await run(url, "alter role reader set default_transaction_read_only = on");
    await expectKind("read_only", url.replace("bot:bot@", "reader:reader@"));
    await run(url, "alter role reader reset default_transaction_read_only");
    // Two statements that meet: one of them would fail.
    for (const isolation of ["repeatable read", "serializable"]) {
      await run(url, `alter role reader set default_transaction_isolation = '${isolation}'`);
      await expectKind("isolation", url.replace("bot:bot@", "reader:reader@"));
    }
    await run(
      url,
      "create database latin encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' icu_rules '' template template0",
    );
    await expectKind("encoding", url.replace("/plain", "/latin"));
    expect(said.size).toBe(9);
  });

  test("while the server lets nobody else in, statements wait for the connections that are there", async () => {
    await run(url, "create role crowded login password 'crowded'", "create schema crowded authorization crowded");
    const { db, close } = await openShared(url.replace("bot:bot@", "crowded:crowded@"), ignore);
    const asked = async () => {
      const ask = () => sql<{ pid: number }>`select pg_backend_pid() as pid, pg_sleep(0.1)`.execute(db);
      const answers = await Promise.all(Array.from({ length: 8 }, ask));
      return new Set(answers.map(({ rows }) => rows[0]?.pid)).size;
    };
    await run(url, "alter role crowded connection limit 1");
    expect(await asked()).toBe(1);
    await run(url, "alter role crowded connection limit -1");
    expect(await asked()).toBe(4);
    await close();
  });

  test("a table that another program keeps locked, such as a backup, holds up neither the start nor other processes", async () => {
    const url = await postgres.database("dumped");
    await (await openShared(url, ignore)).close();
    const undo = "alter table cards drop column posting";
    await run(url, undo, "delete from hexbot_migration where name = '015_card_replies'");
    const backup = new Client({ connectionString: url, ssl: false });
    await backup.connect();
    try {
      for (const statement of ["begin", "lock table cards in access share mode"]) await backup.query(statement);
      const { kind, sentence } = await refusal(url);
      expect(kind).toBe("locked");
      expect(sentence).toContain("locked by another program, such as a backup: wait until that has ended, then start");
      // Whatever waits for the table would make everybody else wait behind it.
      await run(url, "set lock_timeout = '1s'", "select count(*) from cards");
    } finally {
      await backup.end();
    }
    await (await openShared(url, ignore)).close();
  });

  test("a server that does not answer", async () => {
    const silent = createServer(ignore);
    const port = await listen(silent);
    const { kind } = await refusal(`postgres://bot:${SECRET}@127.0.0.1:${port}/hexbot`);
    expect(kind).toBe("timeout");
    silent.close();
  });

  test("something other than Postgres", async () => {
    const other = createServer((socket) => socket.on("error", ignore).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const port = await listen(other);
    const { sentence } = await refusal(`postgres://bot:${SECRET}@127.0.0.1:${port}/hexbot`);
    expect(sentence).toContain("The Postgres at 127.0.0.1");
    other.close();
  });
});
