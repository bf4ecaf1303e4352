// The built program on SIGHUP: it goes on with the secrets that somebody has written into their files.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/lib/clock.js";
import { openShared } from "../../src/store/postgres.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type LocalSlack, startSlack, visibleText } from "../sandbox/slack/server.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { DIST, Program } from "./program.js";

let dir: string;
let hex: SimulatedHex;
let slack: LocalSlack;
let program: Program;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  hex = await startHex({ clock: systemClock });
  slack = await startSlack({ clock: systemClock });
});
afterEach(async () => {
  await program.end();
  await slack.stop();
  await hex.stop();
  await rm(dir, { recursive: true });
});

/** Environment variables with the secrets in files. */
async function inFiles(secrets: Record<string, string>): Promise<Record<string, string>> {
  for (const [name, secret] of Object.entries(secrets)) await writeFile(join(dir, name), `${secret}\n`);
  return Object.fromEntries(Object.keys(secrets).map((name) => [`${name}_FILE`, join(dir, name)]));
}

describe.each(["http", "socket"] as const)("over %s", (mode) => {
  const secrets = () => ({
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === "http" ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
  });

  test("SIGHUP: all of them are new, and none is in the log", async () => {
    const token = hex.workspace.addToken({ kind: "workspace" });
    program = Program.start(process.execPath, [join(DIST, "main.js")], {
      dir,
      env: {
        ...(await inFiles({ ...secrets(), HEX_API_TOKEN: token, PAGERDUTY_ROUTING_KEY: "a".repeat(32) })),
        HEX_WORKSPACE_URL: hex.origin,
        SLACK_API_URL: slack.apiUrl,
        HEX_STATUS_URL: "off",
        LOG_LEVEL: "trace",
        PORT: "0",
      },
    });
    const port = await program.ready();
    if (mode === "http") slack.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
    // No request of the start is on its way any more.
    await program.printed("All projects have been read");
    hex.workspace.revokeToken(token);
    slack.renew("botToken", "token_revoked");
    slack.renew(mode === "http" ? "signingSecret" : "appToken");
    const renewed = {
      ...secrets(),
      HEX_API_TOKEN: hex.workspace.addToken({ kind: "workspace" }),
      PAGERDUTY_ROUTING_KEY: "b".repeat(32),
    };
    await inFiles(renewed);
    program.child.kill("SIGHUP");
    const other = mode === "http" ? "SLACK_SIGNING_SECRET" : "SLACK_APP_TOKEN";
    await program.printed(
      `SIGHUP: new from their files: HEX_API_TOKEN, ${other}, SLACK_BOT_TOKEN, PAGERDUTY_ROUTING_KEY`,
    );
    if (mode === "socket") await program.printed("SLACK_APP_TOKEN was renewed from its file");
    const { id } = await slack.command("status");
    expect(visibleText(await slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === id))).toContain("Connected");
    for (const secret of Object.values(renewed)) expect(program.output).not.toContain(secret);
    program.child.kill("SIGTERM");
    expect(await program.exit).toBe(0);
  });
});

describe("on Postgres", () => {
  const postgres = postgresForTests();

  test("SIGHUP: the database is used with the new login, which is not in the log", async () => {
    const url = await postgres.database("renewed");
    const admin = await openShared(url, () => undefined);
    const makeRole = (name: string) =>
      sql.raw(`create role ${name} superuser login password '${name}-password'`).execute(admin.db);
    await makeRole("first");
    program = Program.start(process.execPath, [join(DIST, "main.js")], {
      dir,
      env: {
        ...(await inFiles({ DATABASE_URL: url.replace("bot:bot@", "first:first-password@") })),
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
        HEX_API_TOKEN: hex.workspace.addToken({ kind: "workspace" }),
        HEX_WORKSPACE_URL: hex.origin,
        SLACK_API_URL: slack.apiUrl,
        HEX_STATUS_URL: "off",
        LOG_LEVEL: "trace",
        PORT: "0",
      },
    });
    const port = await program.ready();
    const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
    // The first probe of Hex has been stored. One whose connection is ended would be missing for a minute.
    await vi.waitUntil(isReady, { timeout: 20_000 });
    await makeRole("second");
    await inFiles({ DATABASE_URL: url.replace("bot:bot@", "second:second-password@") });
    program.child.kill("SIGHUP");
    await program.printed("SIGHUP: new from their files: DATABASE_URL");
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'first'`.execute(admin.db);
    await sql`drop role first`.execute(admin.db);
    const { id } = await slack.command("status");
    expect(visibleText(await slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === id))).toContain("Connected");
    // The connections that have just been ended make it not ready for a moment.
    await vi.waitUntil(isReady, { timeout: 20_000 });
    expect(program.output).not.toMatch(/first-password|second-password/);
    program.child.kill("SIGTERM");
    expect(await program.exit).toBe(0);
    await admin.close();
  });
});
