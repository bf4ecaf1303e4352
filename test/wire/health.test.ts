// What monitoring sees: /readyz and /metrics of the real bot, while things go wrong and recover.

import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Readiness } from "../../src/http/readyz.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { StoreCheck } from "../../src/store/store-check.js";
import { checkWrite } from "../../src/store/write-check.js";
import { ManualClock } from "../sandbox/clock.js";
import { breathe, Harness, MODES } from "./harness.js";

/** The sample of a metric, such as `hexbot_commands_total{command="status",outcome="ok"}`. */
function sample(text: string, series: string): number | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const ready = async () => {
    const { status, text } = await harness.get("/readyz");
    const body: unknown = JSON.parse(text);
    return { status, body };
  };
  const metric = async (series: string) => sample((await harness.get("/metrics")).text, series);
  const labelled = (name: string, labels: Record<string, string>) =>
    `${name}{${Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(",")}}`;

  describe("/readyz", () => {
    test("is not ready until Hex has been probed", async () => {
      await harness.stopBot();
      await harness.forgetHealth();
      let release: () => void = () => undefined;
      const until = new Promise<void>((resolve) => {
        release = resolve;
      });
      harness.hex.faults.add({ kind: { type: "delay", until }, endpoint: "me" });
      await harness.startBot();
      expect(await ready()).toMatchObject({
        status: 503,
        body: { ok: false, slack: { ok: true }, store: { ok: true }, hex: { ok: false, why: "not_probed_yet" } },
      });
      release();
      for (let i = 0; i < 500 && (await ready()).status !== 200; i++) await breathe();
      const at = new Date(harness.clock.now()).toISOString();
      expect(await ready()).toMatchObject({ status: 200, body: { ok: true, hex: { ok: true, at } } });
    });

    test("names a dead token as the reason why it is not ready, and is ready again when the token works", async () => {
      await harness.stopBot();
      await harness.startBot({ HEX_PROBE_SECONDS: "60" });
      await harness.pass(1_000);
      const { clock, hex, token } = harness;
      hex.workspace.setExpiry(token, clock.now());
      await harness.pass(62_000);
      const asked = hex.requests.length;
      const dead = await ready();
      expect(dead).toMatchObject({ status: 503, body: { ok: false, hex: { ok: false, why: "unauthorized" } } });
      expect(JSON.stringify(dead)).not.toContain("127.0.0.1");
      // Health endpoints never send requests to Hex.
      expect(hex.requests).toHaveLength(asked);
      hex.workspace.setExpiry(token, null);
      await harness.pass(62_000);
      expect(await ready()).toMatchObject({ status: 200, body: { ok: true, hex: { ok: true } } });
    });

    test("is not ready while Slack refuses the bot token", async () => {
      await harness.ask("status");
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.slack.faults.add({ method: "*", times: 1, kind: { type: "error", error: "token_revoked" } });
      await harness.slack.command(`run ${project.id}`);
      for (let i = 0; i < 500 && (await ready()).status === 200; i++) await breathe();
      expect(await ready()).toMatchObject({ status: 503, body: { slack: { ok: false, why: "token_revoked" } } });
      expect(harness.log.join("")).toContain("SLACK_BOT_TOKEN was revoked: no form opens, no mention is answered");
      await harness.cardShows("Completed");
      expect(await ready()).toMatchObject({ status: 200, body: { slack: { ok: true } } });
    });

    test("writes to the store only once a second, however often it is asked", async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => harness.get("/readyz")));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    });
  });

  describe("/metrics", () => {
    test("counts commands by name and outcome, and anything else that is typed as unknown", async () => {
      await harness.ask("status");
      await harness.ask("");
      for (const typed of ["launch the rocket", "U123 <script>", "stauts"]) await harness.ask(typed);
      // The list of projects that the status has read is no longer fresh.
      await harness.pass(61_000);
      harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
      const { id } = await harness.slack.command("projects");
      await harness.until(() => harness.slack.messages.some((message) => message.responseUrlOf === id), 200);
      const failed = labelled("hexbot_commands_total", { command: "projects", outcome: "hex_failed" });
      for (let i = 0; i < 500 && (await metric(failed)) === undefined; i++) await breathe();
      const { text } = await harness.get("/metrics");
      const count = (command: string, outcome: string) =>
        sample(text, labelled("hexbot_commands_total", { command, outcome }));
      expect(count("status", "ok")).toBe(1);
      expect(count("help", "ok")).toBe(1);
      expect(count("unknown", "ok")).toBe(3);
      expect(count("projects", "hex_failed")).toBe(1);
      expect(text).not.toMatch(/rocket|script|U123|stauts/);
      expect(sample(text, "hexbot_ack_seconds_count")).toBe(6);
      // The watchdog's probes, and the status.
      const asked = sample(text, labelled("hexbot_hex_requests_total", { operation: "me", status: "200" }));
      expect(asked).toBeGreaterThanOrEqual(2);
      expect(
        sample(text, labelled("hexbot_hex_requests_total", { operation: "listProjects", status: "500" })),
      ).toBeGreaterThan(0);
      expect(sample(text, labelled("hexbot_hex_request_seconds_count", { operation: "me" }))).toBeGreaterThanOrEqual(2);
      expect(sample(text, "hexbot_hex_budget_left")).toBeLessThan(30);
    });

    test("counts runs in flight by state, and measures how late a card shows the end", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 90_000 } });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      expect(await metric(labelled("hexbot_runs_in_flight", { state: "running" }))).toBe(1);
      expect(await metric(labelled("hexbot_runs_in_flight", { state: "waiting" }))).toBe(0);
      expect(await metric("hexbot_watching")).toBe(1);
      await harness.slack.click(await harness.cardShows("Completed"), "run_again");
      await harness.cardShows("Running", 1);
      const { text } = await harness.get("/metrics");
      expect(sample(text, "hexbot_card_delay_seconds_count")).toBe(1);
      expect(sample(text, "hexbot_card_delay_seconds_sum")).toBeLessThan(60);
      expect(sample(text, labelled("hexbot_buttons_total", { button: "run_again", outcome: "ok" }))).toBe(1);
    });

    test("counts an end that the bot has missed when it is back", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 90_000 } });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      await harness.stopBot();
      harness.clock.advance(10 * 60_000);
      await harness.startBot();
      await harness.cardShows("Completed");
      const { text } = await harness.get("/metrics");
      expect(sample(text, "hexbot_card_delay_seconds_count")).toBe(1);
      await harness.stopBot();
      await harness.startBot();
      await harness.pass(120_000);
      expect(await metric("hexbot_card_delay_seconds_count")).toBe(0);
    });

    test("counts calls to Slack by method and outcome, and its 429s", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "ratelimited", retryAfter: 2 } });
      await harness.slack.command(`run ${project.id}`, { channel: harness.slack.channels.secret });
      await harness.until(() => harness.cards.length > 0);
      const { text } = await harness.get("/metrics");
      const calls = (method: string, outcome: string) =>
        sample(text, labelled("hexbot_slack_calls_total", { method, outcome }));
      expect(calls("chat.postMessage", "rate_limited")).toBe(1);
      expect(calls("chat.postMessage", "place")).toBe(1);
      expect(calls("chat.postMessage", "ok")).toBe(1);
      expect(calls("auth.test", "ok")).toBe(1);
      expect(sample(text, labelled("hexbot_slack_rate_limited_total", { method: "chat.postMessage" }))).toBe(1);
      expect(calls("apps.connections.open", "ok")).toBe(mode === "socket" ? 1 : undefined);
    });

    test("shows what the watchdog knows, and figures about the process", async () => {
      const { text } = await harness.get("/metrics");
      expect(sample(text, "hexbot_hex_up")).toBe(1);
      expect(sample(text, "hexbot_hex_outage")).toBe(0);
      expect(sample(text, "hexbot_hex_token_days_left")).toBe(60);
      expect(sample(text, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
      expect(sample(text, "hexbot_slack_connected")).toBe(1);
      // No id of Slack's or Hex's is a label's value.
      expect(text).not.toMatch(/="[UCTD]0[A-Z0-9]+"|[0-9a-f]{8}-[0-9a-f]{4}/);
    });
  });
});

test("in Socket Mode, /readyz is not ready while the WebSocket is closed", async () => {
  const harness = await Harness.start("socket");
  await harness.ask("status");
  harness.slack.faults.add({ method: "apps.connections.open", times: 2, kind: { type: "reset" } });
  harness.slack.socket.drop();
  const answer = () => harness.get("/readyz");
  for (let i = 0; i < 500 && (await answer()).status === 200; i++) await breathe();
  expect((await answer()).text).toContain('"why":"socket_closed"');
  expect(sample((await harness.get("/metrics")).text, "hexbot_slack_connected")).toBe(0);
  await harness.until(() => harness.slack.socket.connections === 1);
  for (let i = 0; i < 500 && (await answer()).status !== 200; i++) await breathe();
  expect((await answer()).status).toBe(200);
  await harness.stop();
});

test("a store that does not work is in the metrics, too, so that an alert can fire", async () => {
  const harness = await Harness.start("http");
  const ready = async (part: string) => sample((await harness.get("/metrics")).text, `hexbot_ready{part="${part}"}`);
  expect(await ready("store")).toBe(1);
  const file = new Database(join(harness.dataDir, "hex-bot.db"));
  file.exec("create trigger full before insert on requests begin select raise(abort, 'disk full'); end");
  await harness.pass(2_000);
  expect([await ready("slack"), await ready("store"), await ready("hex"), await ready("watch")]).toEqual([1, 0, 1, 1]);
  file.exec("drop trigger full");
  file.close();
  await harness.pass(2_000);
  expect(await ready("store")).toBe(1);
  await harness.stop();
});

test("if the watchdog's probes cannot be stored, machines read that nobody knows how Hex is", async () => {
  const harness = await Harness.start("http", { env: { HEX_PROBE_SECONDS: "60" } });
  const file = new Database(join(harness.dataDir, "hex-bot.db"));
  file.exec("create trigger full before update on health begin select raise(abort, 'disk full'); end");
  harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
  await harness.pass(5 * 60_000, 5_000);
  expect((await harness.get("/readyz")).text).toContain('"why":"probe_overdue"');
  expect(sample((await harness.get("/metrics")).text, "hexbot_hex_up")).toBeNaN();
  file.exec("drop trigger full");
  file.close();
  await harness.pass(2 * 60_000, 5_000);
  expect(sample((await harness.get("/metrics")).text, "hexbot_hex_up")).toBe(0);
  await harness.stop();
});

describe("the store", () => {
  const clock = new ManualClock();
  const checkOf = (tryStore: () => Promise<void>) => {
    const check = new StoreCheck({ clock, tryStore, onChange: () => undefined });
    return () => check.now();
  };
  const readiness = (write: () => Promise<void>) =>
    new Readiness({
      clock,
      slack: () => ({ ok: true, since: clock.now(), why: null }),
      lastProbe: async () => ({ at: clock.now(), ok: true, kind: null, until: clock.now() + 1 }),
      store: checkOf(write),
      stalled: () => ({ ms: 0, isLimited: false }),
    });

  test("a probe that is long past without another one no longer counts", async () => {
    const at = clock.now();
    const parts = new Readiness({
      clock,
      slack: () => ({ ok: true, since: at, why: null }),
      lastProbe: async () => ({ at, ok: true, kind: null, until: at + 240_000 }),
      store: checkOf(async () => undefined),
      stalled: () => ({ ms: 0, isLimited: false }),
    });
    expect((await parts.parts()).hex).toMatchObject({ ok: true });
    clock.advance(240_001);
    expect((await parts.parts()).hex).toEqual({ ok: false, at: new Date(at).toISOString(), why: "probe_overdue" });
  });

  test("a last probe that cannot be read is reported differently from no probe", async () => {
    const well = {
      clock,
      slack: () => ({ ok: true, since: clock.now(), why: null }),
      store: checkOf(async () => undefined),
      stalled: () => ({ ms: 0, isLimited: false }),
    };
    const broken = new Readiness({ ...well, lastProbe: () => Promise.reject(new Error("damaged")) });
    expect((await broken.parts()).hex).toEqual({ ok: false, why: "store" });
    const hung = new Readiness({ ...well, lastProbe: () => new Promise(() => undefined) }).parts();
    await breathe();
    clock.advance(1_000);
    expect((await hung).hex).toEqual({ ok: false, why: "store" });
  });

  test("the trial write leaves nothing behind, and detects a store that cannot be written to", async () => {
    const dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    const { db, close } = await openEmbedded(dir);
    const parts = readiness(() => checkWrite(db));
    expect((await parts.parts()).store.ok).toBe(true);
    expect(await db.selectFrom("requests").selectAll().execute()).toEqual([]);
    await sql`pragma query_only = on`.execute(db);
    clock.advance(1_000);
    expect((await parts.parts()).store).toMatchObject({ ok: false, why: "read_only" });
    await sql`pragma query_only = off`.execute(db);
    clock.advance(1_000);
    expect((await parts.parts()).store.ok).toBe(true);
    await close();
    rmSync(dir, { recursive: true });
  });

  test("/readyz is not ready when a write has hung for a second, and no other write is begun after it", async () => {
    let begun = 0;
    let end: () => void = () => undefined;
    const parts = readiness(() => {
      begun++;
      return new Promise((resolve) => {
        end = resolve;
      });
    });
    const first = parts.parts();
    await breathe();
    clock.advance(1_000);
    expect((await first).store).toMatchObject({ ok: false, why: "timeout" });
    clock.advance(1_000);
    expect((await parts.parts()).store).toMatchObject({ ok: false, why: "timeout" });
    expect(begun).toBe(1);
    end();
    await breathe();
    clock.advance(1_000);
    const last = parts.parts();
    end();
    expect((await last).store.ok).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  test("the words of a failure are not shown, because they may name hosts", async () => {
    const parts = readiness(() => Promise.reject(new Error("connect ECONNREFUSED db.internal:5432")));
    expect((await parts.parts()).store).toMatchObject({ ok: false, why: "failed" });
  });
});
