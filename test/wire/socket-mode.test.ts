// Socket Mode without gaps: Slack ends its connections every few hours, and the network does so at any time.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startFailure } from "../../src/startup-failure.js";
import type { FaultKind } from "../sandbox/slack/types.js";
import { breathe, Harness, shown } from "./harness.js";

const OPEN = "apps.connections.open";

let harness: Harness;
let refused: Error[];
beforeEach(async () => {
  harness = await Harness.start("socket");
  refused = harness.refused;
});
afterEach(() => harness.stop());

const opened = () => harness.slack.calls.filter(({ method }) => method === OPEN);
const logged = (text: string) => harness.log.filter((line) => line.includes(text));
const ready = async () => JSON.parse((await harness.get("/readyz")).text).slack;
/** Waits in real time until something is true. The clock stands still. */
const soon = (done: () => boolean) => harness.until(done, 0);

test("ten commands, one a second, get ten answers while Slack warns and refreshes", async () => {
  const { socket } = harness.slack;
  for (let second = 0; second < 10; second++) {
    if (second === 2) socket.disconnect("warning");
    if (second === 6) socket.disconnect("refresh_requested");
    expect(await harness.ask("help")).toContain("/hex status");
    expect(await ready()).toMatchObject({ ok: true });
    await harness.pass(1_000);
  }
  await harness.pass(60_000);
  expect(socket.connections).toBe(1);
  expect(socket.leaving).toBe(0);
  expect(logged("handed over to a new connection, nothing was missed")).toHaveLength(2);
  expect(logged("connected again")).toEqual([]);
  expect(opened()).toHaveLength(3);
});

test.each(["warning", "refresh_requested"] as const)(
  "%s: what arrives on the old connection before the new one is there is acknowledged on the old one",
  async (reason) => {
    harness.slack.faults.add({ method: OPEN, times: 1, kind: { type: "hang" } });
    harness.slack.socket.disconnect(reason);
    await soon(() => opened().length === 2);
    expect(harness.slack.socket).toMatchObject({ connections: 0, leaving: 1 });
    expect(await harness.ask("help")).toContain("/hex status");
    expect(await ready()).toMatchObject({ ok: true });
  },
);

test("the old connection closes some seconds after the new one opened, even if Slack leaves it open", async () => {
  const { socket } = harness.slack;
  socket.disconnect("warning");
  await socket.waitForConnection();
  await soon(() => logged("handed over").length === 1);
  expect(socket.leaving).toBe(1);
  await harness.pass(9_000);
  expect(socket.leaving).toBe(1);
  await harness.pass(2_000);
  await soon(() => socket.leaving === 0);
  expect(await harness.ask("help")).toContain("/hex status");
});

test("a warning that is followed by a request to refresh leads to one new connection", async () => {
  const frame = (reason: string) => JSON.stringify({ type: "disconnect", reason });
  harness.slack.socket.send(frame("warning"));
  harness.slack.socket.send(frame("refresh_requested"));
  await soon(() => harness.slack.socket.connections === 2);
  await harness.pass(60_000);
  expect(opened()).toHaveLength(2);
  expect(harness.slack.socket.connections).toBe(1);
});

test("a disconnect message without a reason, or with an unknown one, counts", async () => {
  for (const [index, farewell] of ['{"type":"disconnect"}', '{"type":"disconnect","reason":"made_up"}'].entries()) {
    await harness.pass(61_000);
    harness.slack.socket.send(farewell);
    await soon(() => opened().length === index + 2);
    expect(await harness.ask("help")).toContain("/hex status");
  }
});

test("a lost connection is replaced immediately, and the log says for how long nobody could be heard", async () => {
  await harness.pass(61_000);
  harness.slack.socket.drop();
  await harness.slack.socket.waitForConnection();
  await soon(() => logged("connected again").length === 1);
  const lost = logged("a connection was lost, and another one takes over");
  expect(lost).toHaveLength(1);
  expect(lost.join("")).not.toContain('"stack"');
  expect(JSON.parse(logged("connected again")[0] ?? "{}").deafMs).toBe(0);
  expect(await harness.ask("help")).toContain("/hex status");
});

test("a connection through which nothing comes any more is replaced, though nobody has closed it", async () => {
  await harness.stop();
  harness = await Harness.start("socket", { slackPingMs: 300 });
  harness.slack.socket.stall();
  await soon(() => logged("a connection was lost").length === 1);
  await soon(() => logged("connected again").length === 1);
  expect(opened()).toHaveLength(2);
  expect(await ready()).toMatchObject({ ok: true });
});

test("while Slack is down for an hour, the bot tries at growing intervals, and is back when Slack is", async () => {
  await harness.pass(61_000);
  harness.slack.faults.add({ method: OPEN, kind: { type: "status", status: 503 } });
  harness.slack.socket.drop();
  // The second attempt follows the first at once, and may be made before anybody looks.
  await soon(() => opened().length >= 2);
  const times: number[] = [];
  // The clock must not pass while an attempt is on its way, on a busy machine either.
  const { secondMs } = harness;
  harness.secondMs = 20;
  let before = harness.clock.monotonic();
  for (let next = 3; next <= 9; next++) {
    await harness.until(() => opened().length >= next, 500);
    times.push(harness.clock.monotonic() - before);
    before = harness.clock.monotonic();
    // The clock stands still until the bot has its answer, and waits.
    await soon(() => logged("no connection yet").length >= next - 1);
  }
  harness.secondMs = secondMs;
  // A step of the test's clock is half a second.
  const wanted = [0, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];
  for (const [index, pause] of times.entries()) {
    expect(pause).toBeGreaterThanOrEqual(wanted[index] ?? 0);
    expect(pause).toBeLessThanOrEqual((wanted[index] ?? 0) + 2_000);
  }
  await harness.pass(60 * 60_000, 10_000);
  expect(opened().length).toBeLessThanOrEqual(9 + 61);
  expect(await ready()).toMatchObject({ ok: false, why: "socket_closed" });
  harness.slack.faults.clear();
  await harness.until(() => harness.slack.socket.connections === 1);
  expect(await harness.ask("help")).toContain("/hex status");
  // All attempts but the first one, before Slack was down, and the last one.
  expect(logged("no connection yet").length).toBe(opened().length - 2);
  expect(JSON.parse(logged("no connection yet")[0] ?? "{}").todo).toMatch(/slack-status\.com/);
  expect(refused).toEqual([]);
});

test.each<[string, string, number, number]>([
  ["0", "0", 0, 2_000],
  ["-1", "-1", 0, 2_000],
  ["20 s", "20", 20_000, 22_000],
  ["a month", "2592000", 300_000, 302_000],
  ["no number", "soon", 30_000, 32_000],
])("if Slack asks to wait (%s), the bot tries again, but not too soon", async (_, header, least, most) => {
  await harness.pass(61_000);
  const kind: FaultKind = { type: "status", status: 429, headers: { "retry-after": header } };
  harness.slack.faults.add({ method: OPEN, times: 2, kind });
  harness.slack.socket.drop();
  await soon(() => opened().length === 2);
  const before = harness.clock.monotonic();
  // The clock stands still until the bot has its answer, and waits.
  await soon(() => logged("no connection yet").length === 1);
  await harness.until(() => opened().length === 3, 500);
  const waited = harness.clock.monotonic() - before;
  expect(waited).toBeGreaterThanOrEqual(least);
  expect(waited).toBeLessThanOrEqual(most);
});

test("connections that end as soon as they open are not opened again and again without a pause", async () => {
  for (let round = 0; round < 20; round++) {
    harness.slack.socket.drop();
    for (let turn = 0; turn < 10; turn++) await breathe();
  }
  expect(opened().length).toBeLessThanOrEqual(3);
  await harness.until(() => harness.slack.socket.connections === 1);
});

describe("when Slack accepts no more connections", () => {
  test("while other copies hold ten of them, the log says so, and the bot is back when one is free", async () => {
    const { socket } = harness.slack;
    socket.turnsAway = "too_many_websockets";
    socket.drop();
    await soon(() => logged("no connection yet").length > 0);
    expect(JSON.parse(logged("no connection yet")[0] ?? "{}")).toMatchObject({
      msg: expect.stringContaining("no more than ten Socket Mode connections for an app, and ten are open"),
      todo: expect.stringContaining("stop other copies of the bot"),
    });
    expect(logged("Slack is about to end a connection")).toEqual([]);
    expect(await ready()).toMatchObject({ ok: false, why: "socket_closed" });
    await harness.pass(10 * 60_000, 10_000);
    expect(opened().length).toBeLessThanOrEqual(16);
    socket.turnsAway = null;
    await harness.until(() => socket.connections === 1);
    expect(await harness.ask("help")).toContain("/hex status");
    expect(refused).toEqual([]);
  });

  test("that ten are held is said, too, if Slack has said hello before", async () => {
    harness.slack.socket.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets", debug_info: {} }));
    await soon(() => logged("Slack is about to end a connection: Slack keeps no more than ten").length === 1);
    expect(JSON.parse(logged("Slack is about to end")[0] ?? "{}").todo).toContain("stop other copies of the bot");
    expect(await harness.ask("help")).toContain("/hex status");
  });

  test("for any other reason in place of a hello, the log says that the bot tries again", async () => {
    const { socket } = harness.slack;
    socket.turnsAway = "refresh_requested";
    socket.drop();
    await soon(() => logged("no connection yet: Slack is having trouble").length > 0);
    expect(JSON.parse(logged("no connection yet")[0] ?? "{}").todo).toContain("the bot tries again on its own");
    socket.turnsAway = null;
    await harness.until(() => socket.connections === 1);
  });

  test("link_disabled in place of a hello is reported once, with a sentence", async () => {
    harness.slack.socket.turnsAway = "link_disabled";
    harness.slack.socket.drop();
    await soon(() => refused.length === 1);
    expect(startFailure(refused[0], { port: 0, store: { kind: "embedded" } })).toMatch(/Socket Mode is switched off/);
    await harness.pass(120_000);
    expect(opened()).toHaveLength(2);
    expect(refused).toHaveLength(1);
  });

  test("link_disabled is reported once, with a sentence", async () => {
    harness.slack.socket.disconnect("link_disabled");
    await soon(() => refused.length === 1);
    expect(startFailure(refused[0], { port: 0, store: { kind: "embedded" } })).toMatch(
      /Socket Mode is switched off.*switch it on.*SLACK_SIGNING_SECRET/,
    );
    await harness.pass(120_000);
    expect(opened()).toHaveLength(1);
    expect(refused).toHaveLength(1);
  });

  test.each(["invalid_auth", "token_revoked", "account_inactive", "team_disabled", "user_removed_from_team"])(
    "%s while the bot runs is reported once, with a sentence",
    async (error) => {
      harness.slack.faults.add({ method: OPEN, kind: { type: "error", error } });
      harness.slack.socket.drop();
      await soon(() => refused.length === 1);
      expect(startFailure(refused[0], { port: 0, store: { kind: "embedded" } })).toMatch(
        /Slack refuses SLACK_APP_TOKEN \(\w+\): create an app-level token/,
      );
      await harness.pass(120_000);
      expect(opened()).toHaveLength(2);
    },
  );
});

test("an envelope that comes again on another connection is acknowledged, and nothing is done twice", async () => {
  const command = await harness.slack.command("help");
  await harness.slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === command.id);
  harness.slack.socket.disconnect("refresh_requested");
  await harness.slack.socket.waitForConnection();
  expect((await harness.slack.redeliver(command)).ack).toMatchObject({ ok: true });
  await harness.pass(1_000);
  expect(harness.slack.messages.map(shown)).toHaveLength(1);
});

describe("a stop is orderly and leaves nothing open", () => {
  const unheard: unknown[] = [];
  const onRejection = (reason: unknown) => unheard.push(reason);
  beforeEach(() => {
    unheard.length = 0;
    process.on("unhandledRejection", onRejection);
  });
  afterEach(() => {
    process.off("unhandledRejection", onRejection);
    expect(unheard).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      "a successor is asked for",
      async () => {
        harness.slack.faults.add({ method: OPEN, kind: { type: "hang" } });
        harness.slack.socket.disconnect("warning");
        await soon(() => opened().length === 2);
      },
    ],
    [
      "a successor is opened",
      async () => {
        harness.slack.socket.disconnect("warning");
        await soon(() => harness.slack.socket.connections === 1);
      },
    ],
    [
      "the old connection lingers",
      async () => {
        harness.slack.socket.disconnect("warning");
        await soon(() => logged("handed over").length === 1);
      },
    ],
    [
      "it waits to ask again",
      async () => {
        harness.slack.faults.add({ method: OPEN, kind: { type: "status", status: 503 } });
        harness.slack.socket.drop();
        await soon(() => logged("no connection yet").length === 1);
      },
    ],
  ])("while %s", async (_, moment) => {
    await moment();
    const before = performance.now();
    await harness.stopBot();
    // It does not wait for Slack, which may take ten seconds.
    expect(performance.now() - before).toBeLessThan(5_000);
    for (let i = 0; i < 50; i++) await breathe();
    expect(harness.slack.socket).toMatchObject({ connections: 0, leaving: 0 });
    const asked = opened().length;
    await harness.pass(120_000);
    expect(opened()).toHaveLength(asked);
  });
});
