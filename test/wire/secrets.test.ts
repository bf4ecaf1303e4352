// Secrets never leak. These tests take every path and every failure, with peers that repeat what they were sent, at the most
// verbose log level, and then search everything that the bot has said and stored.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, type TestContext, test, vi } from "vitest";
import { readConfig } from "../../src/config/config.js";
import { secretsOf } from "../../src/config/secrets.js";
import { connectionFacts, connectionLines } from "../../src/connection-report.js";
import { AllProjects } from "../../src/hex/all-projects.js";
import { Prober } from "../../src/hex/prober.js";
import { terminalClient } from "../../src/hex/terminal-client.js";
import { systemClock } from "../../src/lib/clock.js";
import { createLogger } from "../../src/log/logger.js";
import { startFailure } from "../../src/startup-failure.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import type { FaultKind as HexFault } from "../sandbox/hex/types.js";
import { listen } from "../sandbox/local-server.js";
import type { FaultKind as SlackFault } from "../sandbox/slack/server.js";
import { Harness, MODES } from "./harness.js";

const FOREVER = Number.POSITIVE_INFINITY;
const page = (secret: string) =>
  `<html><body>Authorization: Bearer ${secret} <a href="?token=${secret}">x</a></body></html>`;
const echo = (secret: string) => ({
  reason: `Token ${secret} is wrong`,
  message: `Bearer ${secret}`,
  details: encodeURIComponent(`token=${secret}`),
  traceId: `trace-${secret}`,
  issues: [{ message: secret, path: [secret] }],
  invalid: [{ paramName: secret, paramValue: secret, dataType: secret }],
  notFound: [secret],
});
const headers = (secret: string) => ({
  "x-trace-id": secret,
  "set-cookie": `session=${secret}`,
  "www-authenticate": `Bearer ${secret}`,
  "x-oauth-scopes": secret,
});

/** The ways in which Hex, or a proxy in front of it, repeats the token. */
function hexFaults(token: string): HexFault[] {
  const statuses = [400, 401, 403, 404, 422, 429, 503];
  return [
    ...statuses.map((status): HexFault => ({ type: "status", status, body: echo(token), headers: headers(token) })),
    { type: "status", status: 502, body: page(token), headers: headers(token) },
    { type: "status", status: 200, body: page(token), headers: headers(token) },
    { type: "status", status: 200, body: { title: token }, headers: headers(token) },
    { type: "status", status: 302, body: "", headers: { location: `https://login.invalid/?token=${token}` } },
    { type: "bareText", status: 500, text: `no such token: ${token}` },
    { type: "reset" },
    { type: "truncated" },
    { type: "hang" },
  ];
}

/** The ways in which Slack, or a proxy in front of it, repeats a token. */
function slackFaults(token: string): SlackFault[] {
  const extra = { needed: token, provided: token, response_metadata: { messages: [`bad ${token}`] } };
  return [
    { type: "error", error: token, extra },
    ...["missing_scope", "invalid_auth", "not_in_channel", "invalid_blocks"].map(
      (error): SlackFault => ({ type: "error", error, extra }),
    ),
    { type: "status", status: 200, body: page(token), headers: headers(token) },
    { type: "status", status: 500, body: page(token), headers: headers(token) },
    { type: "ratelimited", retryAfter: 1 },
    { type: "reset" },
  ];
}

/** What the process wrote to its own outputs. */
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  }
});

/** Any 16 characters of a secret, so that one that was cut off is also found, and its beginning in Basic authentication. */
function leaks(secrets: readonly string[], places: Record<string, string>): string[] {
  const parts = (secret: string) =>
    Array.from({ length: Math.max(1, secret.length - 15) }, (_, start) => secret.slice(start, start + 16));
  const marks = secrets.flatMap((secret) => [...parts(secret), Buffer.from(secret).toString("base64").slice(0, 20)]);
  return Object.entries(places).flatMap(([place, text]) =>
    marks
      .filter((mark) => text.includes(mark))
      .map((mark) => `${place}: …${text.slice(Math.max(0, text.indexOf(mark) - 80)).slice(0, 160)}`),
  );
}

function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map((file) => [file.name, readFileSync(join(file.parentPath, file.name), "latin1")]));
}

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode, { idle: true });
    // One mode with lines for machines, the other with lines for people.
    await harness.startBot({ LOG_PRETTY: String(mode === "http"), HEX_REQUESTS_PER_MINUTE: "600" });
  });
  afterEach(() => harness.stop());

  const slackSecrets = () => [
    harness.slack.botToken,
    mode === "socket" ? harness.slack.appToken : harness.slack.signingSecret,
  ];
  const secrets = () => [harness.token, ...slackSecrets()];
  /** Everything that a person, a machine or a thief of the disk can read. */
  async function everything(): Promise<Record<string, string>> {
    return {
      log: harness.log.join(""),
      output: printed.join(""),
      Slack: JSON.stringify(harness.slack.messages.filter(({ via }) => via !== "person")),
      calls: JSON.stringify(harness.slack.calls.map(({ args }) => args)),
      metrics: (await harness.get("/metrics")).text,
      ready: (await harness.get("/readyz")).text,
      ...filesIn(harness.dataDir),
    };
  }

  const ABOUT_RUNS = ["runs ID", "run ID days=1", "run ID --dry-run", "cancel ID ID"];
  const ASKS_HEX = ["status", "projects", ...ABOUT_RUNS];
  const EVERYTHING = [...ASKS_HEX, "help", "nonsense"];

  /** These commands, with the id of a project, and a button, whatever comes of it. @returns the secret part of each response_url */
  async function everyPath(commands: readonly string[]): Promise<string[]> {
    const { workspace } = harness.hex;
    const project =
      workspace.projects[0] ?? workspace.addProject({ title: "Revenue", inputs: { days: { dataType: "NUMBER" } } });
    const sent = [];
    for (const text of commands) {
      sent.push(await harness.slack.command(text.replaceAll("ID", project.id)));
      await harness.pass(1_000);
    }
    const card = harness.cards.findLast((one) => JSON.stringify(one.blocks).includes("cancel_run"));
    if (card) sent.push(await harness.slack.click(card, "cancel_run"));
    await harness.pass(6_000);
    return sent.map(({ responseUrl }) => new URL(responseUrl).pathname.split("/").at(-1) ?? "");
  }

  test("when all is well", async () => {
    const urls = await everyPath(EVERYTHING);
    await harness.cardShows(/Completed|Cancelled/);
    const places = await everything();
    expect(leaks(secrets(), places)).toEqual([]);
    expect(leaks(urls, { log: places.log ?? "", metrics: places.metrics ?? "", ...filesIn(harness.dataDir) })).toEqual(
      [],
    );
    // The search finds what is there.
    expect(leaks(["/hex status"], { Slack: places.Slack ?? "" })).not.toEqual([]);
  });

  test("when Hex repeats the token in every answer", async () => {
    harness.hex.workspace.addProject({ title: "Revenue" });
    for (const kind of hexFaults(harness.token)) {
      harness.hex.faults.add({ kind, times: FOREVER });
      await everyPath(ASKS_HEX);
      harness.hex.faults.clear();
      // Only some requests fail. The others bring the bot to places where failures are reported differently.
      for (const endpoint of ["runProject", "listRuns", "cancelRun", "getRun"] as const) {
        harness.hex.faults.add({ kind, endpoint, times: 3 });
      }
      await everyPath(ABOUT_RUNS);
      harness.hex.faults.clear();
    }
    await harness.pass(90_000);
    expect(leaks(secrets(), await everything())).toEqual([]);
  });

  test("when Slack repeats its tokens in every answer", async () => {
    for (const token of slackSecrets()) {
      for (const kind of slackFaults(token)) {
        for (const method of ["chat.postMessage", "chat.update", "response_url"]) {
          harness.slack.faults.add({ method, kind, times: 2 });
        }
        // Two answers, a card, its edits and a click, which is as much as these faults hit.
        await everyPath(["status", "projects", "run ID days=1"]);
        harness.slack.faults.clear();
      }
    }
    await harness.pass(90_000);
    await harness.ask("status");
    expect(leaks(secrets(), await everything())).toEqual([]);
  });

  test("when Slack refuses the start and repeats the token", async () => {
    await harness.stopBot();
    const method = mode === "socket" ? "apps.connections.open" : "auth.test";
    const token = mode === "socket" ? harness.slack.appToken : harness.slack.botToken;
    // In Socket Mode, the bot retries after any other word, and the start keeps waiting.
    const kinds = slackFaults(token).filter(
      (kind) => mode === "http" || ("error" in kind && kind.error === "invalid_auth"),
    );
    for (const [index, kind] of kinds.entries()) {
      // In start.ts, the process ends and so releases the store.
      const env = { HEX_BOT_DATA_DIR: join(harness.dataDir, String(index)) };
      harness.slack.faults.add({ method, kind });
      // Text that is not one of Slack's words may not pass.
      if ("error" in kind && kind.error !== token) await failedStart(env);
      else await lateStart(env);
      harness.slack.faults.clear();
    }
    await harness.startBot();
    expect(leaks(secrets(), await everything())).toEqual([]);
  });

  test("when a database repeats its password, and when there is none", async () => {
    await harness.stopBot();
    const password = "Marked%40Passw0rd%2FInThe%3AUrl";
    const database = await echoingPostgres();
    for (const port of [database.port, 1]) {
      await failedStart({ DATABASE_URL: `postgres://bot:${password}@127.0.0.1:${port}/hexbot` });
    }
    await database.stop();
    const places = { log: harness.log.join(""), output: printed.join("") };
    expect(places.log).toContain("does not accept the password in DATABASE_URL");
    expect(places.log).toContain("accepts no connections");
    expect(leaks([password, decodeURIComponent(password)], places)).toEqual([]);
    await harness.startBot();
  });

  /** A start that waits until Slack is well again. */
  async function lateStart(env: Record<string, string>): Promise<void> {
    const from = harness.log.length;
    let isUp = false;
    const starting = harness.startBot(env).then(() => {
      isUp = true;
    });
    await harness.until(() => harness.log.slice(from).some((line) => line.includes('"level":"warn"')));
    harness.slack.faults.clear();
    await harness.until(() => isUp);
    await starting;
    await harness.stopBot();
  }

  /** What start.ts does when the start fails. */
  async function failedStart(env: Record<string, string>): Promise<void> {
    const error = await harness.startBot(env).then(
      () => new Error("It started."),
      (reason: unknown) => reason,
    );
    const reading = readConfig({ ...harness.env(), ...env });
    if (!reading.ok) throw new Error("unreadable");
    const destination = { write: (line: string) => harness.log.push(line) };
    const log = createLogger({ level: "trace", pretty: false, destination, secrets: secretsOf(reading.config) });
    log.fatal({ err: error }, "%s", startFailure(error, { port: 0, store: { kind: "embedded" } }) ?? "cannot start");
    expect(error).not.toMatchObject({ message: "It started." });
  }
});

/** The first words of Postgres' protocol: it asks for the password in clear text, and repeats it in its refusal. */
async function echoingPostgres(): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => {
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      socket.once("data", (data) => {
        const password = data.subarray(5, -1).toString();
        const fields = Buffer.from(`SFATAL\0C28P01\0Mpassword ${password} does not match\0\0`);
        const head = Buffer.alloc(5);
        head.write("E");
        head.writeInt32BE(fields.length + 4, 1);
        socket.end(Buffer.concat([head, fields]));
      });
    });
  });
  return {
    port: await listen(server),
    stop: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

describe("when npm run verify asks a Hex that repeats the token", () => {
  const AS_TEXT: string[] = [];
  const AS_JSON = ["--json"];

  async function startedHex(
    onTestFinished: TestContext["onTestFinished"],
  ): Promise<{ hex: SimulatedHex; token: string }> {
    const hex = await startHex({ clock: systemClock });
    onTestFinished(() => hex.stop());
    hex.workspace.addProject();
    return { hex, token: hex.workspace.addToken({ kind: "workspace" }) };
  }

  test("in any way, neither what people read nor what scripts read has it", async ({ onTestFinished }) => {
    const kinds = hexFaults("").filter(({ type }) => type === "status");
    /** What is said while Hex answers in one of these ways. */
    async function verify(index: number): Promise<void> {
      const { hex, token } = await startedHex(onTestFinished);
      for (const kind of hexFaults(token)
        .filter(({ type }) => type === "status")
        .slice(index, index + 1))
        hex.faults.add({ kind, endpoint: "me", times: FOREVER });
      const place = { token, origin: hex.origin, workspace: null };
      const client = terminalClient(place, { userAgent: "hex-bot/test", fetch, clock: systemClock });
      const prober = new Prober(client, new AllProjects(client), systemClock);
      const found = await prober.probe({ reference: "verify", priority: "command", timeoutMs: 20_000 });
      const said = { text: connectionLines(found), json: JSON.stringify(connectionFacts(found)) };
      expect(said.text).toContain("Hex");
      expect(said.json).toContain('"ok"');
      expect(leaks([token], said)).toEqual([]);
    }
    // Side by side: they wait before they ask again.
    await Promise.all(kinds.map((_, index) => verify(index)));
  });

  test.for([
    ["people", AS_TEXT],
    ["scripts", AS_JSON],
  ] as const)("the program does not tell it to %s", async ([, args], { onTestFinished }) => {
    const folder = mkdtempSync(join(tmpdir(), "hex-bot-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { hex, token } = await startedHex(onTestFinished);
    const kind: HexFault = { type: "status", status: 401, body: echo(token), headers: headers(token) };
    hex.faults.add({ kind, endpoint: "me", times: FOREVER });
    const env = { PATH: process.env.PATH, HEX_API_TOKEN: token, HEX_WORKSPACE_URL: hex.origin };
    const child = spawn(process.execPath, [join(import.meta.dirname, "../../dist/verify.js"), ...args], {
      cwd: folder,
      env,
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(String(chunk)));
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(said.join("")).toMatch(/Hex|"ok"/);
    expect(leaks([token], { verify: said.join("") })).toEqual([]);
  });
});
