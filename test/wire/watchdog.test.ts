// The bot is the first to report every outage that Hex can have, in the alert channel and in `/hex status`.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, describe, expect, test } from "vitest";
import type { Endpoint, FaultKind, Project } from "../sandbox/hex/types.js";
import { pings, type SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, type Mode, shown } from "./harness.js";

// Hours of simulated time, on a machine that may be busy.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Probes are 15 s apart and more. */
const STEP_MS = 4_000;
/** A private channel with the bot in it, and others where it is no member or may not write. */
const TEAM = "C0TEAMROOM1";
const SECRET = "C0SECRET001";
const ARCHIVED = "C0ARCHIVED1";

/** How long the bot waits for Hex, in real time: long enough that a busy machine is no outage, or short where Hex hangs. */
const BUSY_MACHINE_MS = 20_000;
const SOON_MS = 150;

const REFUSED = "Slack did not accept the alert for HEX_ALERT_CHANNEL";

let harness: Harness;
afterEach(() => harness.stop());

async function start(
  env: Record<string, string> = {},
  mode: Mode = "http",
  hexTimeoutMs = BUSY_MACHINE_MS,
): Promise<void> {
  harness = await Harness.start(mode, {
    hexTimeoutMs,
    env: { HEX_ALERT_CHANNEL: TEAM, HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off", ...env },
  });
}

/** The messages in the alert channel, oldest first, without replies. */
function alerts(channel = TEAM): SlackMessage[] {
  return harness.slack.messages.filter((one) => one.channel === channel && one.threadTs === undefined);
}
function alert(index = 0): SlackMessage {
  const found = alerts()[index];
  if (!found) throw new Error(`There is no alert ${index}`);
  return found;
}
function replies(): string[] {
  return harness.slack.messages.filter((one) => one.channel === TEAM && one.threadTs !== undefined).map(shown);
}
async function alertShows(text: string | RegExp, index = 0, stepMs = STEP_MS): Promise<SlackMessage> {
  const shows = (one: SlackMessage) => (typeof text === "string" ? shown(one).includes(text) : text.test(shown(one)));
  await harness.until(() => alerts()[index] !== undefined && shows(alert(index)), stepMs);
  return alert(index);
}
/** How often the bot tried to edit a message. */
function updates(): number {
  return harness.slack.calls.filter(({ method }) => method === "chat.update").length;
}
/** One after another: each is over before the next begins. */
async function twoOutages(): Promise<void> {
  for (const index of [0, 1]) {
    fault({ type: "status", status: 502 });
    await alertShows("Not connected", index);
    harness.hex.faults.clear();
    await alertShows("Over: connected", index);
  }
}
/** Types `/hex status`, which waits for its retries while Hex is down. */
async function status(): Promise<string> {
  if (harness.mode === "socket") await harness.slack.socket.waitForConnection();
  const { id } = await harness.slack.command("status");
  const answer = () => harness.slack.messages.find((one) => one.responseUrlOf === id);
  await harness.until(() => answer() !== undefined, 50);
  return shown(answer() ?? alert());
}
/** The log lines that contain this sentence. */
function logged(text: string): string[] {
  return harness.log.filter((line) => line.includes(`"msg":"${text}`));
}
/** As a machine reads it. */
async function alertsHeld(): Promise<string | undefined> {
  return /^hexbot_alerts_held (.*)$/m.exec((await harness.get("/metrics")).text)?.[1];
}
function fault(kind: FaultKind, endpoint?: Endpoint): void {
  harness.hex.faults.add({ ...(endpoint ? { endpoint } : {}), kind, times: Number.POSITIVE_INFINITY });
}

interface Outage {
  begin: () => void | Promise<void>;
  end: () => void | Promise<void>;
  /** What the message says about it, and what to do. */
  what: string;
  todo: string;
  /** A probe waits for its answer in real time, so the wait is short and simulated time advances in smaller steps. */
  waits?: boolean;
}
const faulty = (kind: FaultKind): Pick<Outage, "begin" | "end"> => ({
  begin: () => fault(kind),
  end: () => harness.hex.faults.clear(),
});
const STATUS_PAGE = "status.hex.tech";

const OUTAGES: [string, Outage][] = [
  [
    "the token expired",
    {
      begin: () => harness.hex.workspace.setExpiry(harness.token, harness.clock.now()),
      end: () => harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + 90 * DAY),
      what: "does not accept the bot's token (401)",
      todo: "Create a new token in Hex",
    },
  ],
  [
    "the plan has no API",
    {
      begin: () => {
        harness.hex.workspace.planAllowsApi = false;
      },
      end: () => {
        harness.hex.workspace.planAllowsApi = true;
      },
      what: "plan does not include the Hex API (403)",
      todo: "Ask a workspace admin about the plan",
    },
  ],
  [
    "an allow list keeps the bot out",
    {
      ...faulty({ type: "status", status: 403, body: { reason: "Your IP address is not on the allowlist" } }),
      what: "The bot's token may not look up the token's owner (403)",
      todo: "allow the address of the bot's machine",
    },
  ],
  [
    "the host has no such API",
    {
      ...faulty({ type: "status", status: 404, body: { reason: "Not Found" } }),
      what: "There is no such API on",
      todo: "Check `HEX_WORKSPACE_URL`",
    },
  ],
  [
    "a proxy refuses the request",
    {
      ...faulty({ type: "bareText", status: 400, text: "Bad Request" }),
      what: "Hex could not read the request",
      todo: "any proxy between the bot and Hex",
    },
  ],
  [
    "connections are refused",
    {
      begin: () => harness.hex.unplug(),
      end: () => harness.hex.plugIn(),
      what: "did not accept a connection",
      todo: "Allow outgoing HTTPS",
    },
  ],
  ["a web page", { ...faulty({ type: "html" }), what: "answered with a web page", todo: "HEX_WORKSPACE_URL" }],
  [
    "half an answer",
    { ...faulty({ type: "truncated" }), what: "does not understand", todo: "If it keeps happening, update the bot" },
  ],
  ...[500, 502, 503].map((status): [string, Outage] => [
    `${status}`,
    { ...faulty({ type: "status", status }), what: `Hex failed (${status})`, todo: STATUS_PAGE },
  ]),
  ["no answer", { ...faulty({ type: "hang" }), what: "did not answer in time", todo: STATUS_PAGE, waits: true }],
  [
    "half an answer, and then nothing",
    { ...faulty({ type: "stall" }), what: "did not answer in time", todo: STATUS_PAGE, waits: true },
  ],
  ["a cut", { ...faulty({ type: "reset" }), what: "was lost", todo: "Try again in a minute" }],
];

describe("every outage", () => {
  test.each(OUTAGES)(
    "%s: there is one message from beginning to end, and one reply",
    async (_, { begin, end, what, todo, waits }) => {
      const stepMs = waits ? 1_500 : MINUTE / 2;
      await start({}, "http", waits ? SOON_MS : BUSY_MACHINE_MS);
      await harness.pass(2 * MINUTE, STEP_MS);
      const began = harness.clock.now();
      await begin();
      const message = await alertShows("Not connected to Hex", 0, Math.min(STEP_MS, stepMs));
      expect(shown(message)).toContain(what);
      expect(shown(message)).toContain(todo);
      expect(shown(message)).not.toContain("Check the id");
      expect(shown(message)).toContain("No run is in flight.");
      expect(message.text).toMatch(/^Not connected to Hex since .*: \S/);
      const reference = /Reference `(\w{8})`/.exec(shown(message))?.[1];
      expect(harness.log.some((line) => line.includes(`"reference":"${reference}"`) && line.includes('"me"'))).toBe(
        true,
      );

      await harness.pass(20 * MINUTE, stepMs);
      expect(alerts()).toHaveLength(1);
      expect(message.edits).toBe(0);
      expect(await status()).toMatch(/Last outage:\* since <!date.*/);

      await end();
      await alertShows("Hex has been answering again");
      expect(shown(message)).not.toContain("What to do");
      expect(replies()).toEqual([]);
      await alertShows("Over: connected to Hex again");
      await harness.until(() => replies().length === 1);
      await harness.pass(20 * MINUTE, MINUTE / 2);
      expect(alerts()).toHaveLength(1);
      expect(replies()).toHaveLength(1);
      const lasted = /It lasted (\d+) min/.exec(shown(message));
      expect(Number(lasted?.[1])).toBeGreaterThanOrEqual(20);
      expect(Number(lasted?.[1])).toBeLessThan(30);
      expect(replies()[0]).toContain(`It is over, after ${lasted?.[1]} min`);
      expect(replies()[0]).toContain("connected to Hex again");
      expect(shown(message)).not.toContain("What to do");
      expect(shown(message)).not.toContain(todo);

      const since = Number(/from <!date\^(\d+)/.exec(shown(message))?.[1]) * 1_000;
      expect(since).toBeGreaterThanOrEqual(began - 1_000);
      expect(since).toBeLessThan(began + 3 * MINUTE);
      expect(logged("Hex is not connected")).toHaveLength(1);
      expect(logged("Hex is connected again")).toHaveLength(1);

      const answer = await status();
      expect(answer).toContain("Connected to Hex");
      expect(answer).toMatch(/Last 24 hours:\* \d\d(\.\d)?% available, 1 outage, 2\d min/);
      expect(answer).toMatch(/Last outage:\* <!date.*, for 2\d min/);
      expect(answer).toContain(what);
      expect(answer).toMatch(/:large_(yellow|red)_square:/);
    },
  );
});

describe("an outage", () => {
  test("does not begin with one failure, or with a 429", async () => {
    await start();
    harness.hex.faults.add({ endpoint: "me", kind: { type: "status", status: 500 } });
    await harness.pass(5 * MINUTE, STEP_MS);
    fault({ type: "rateLimited" });
    await harness.pass(15 * MINUTE, 10_000);
    harness.hex.faults.clear();
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(alerts()).toEqual([]);
    const answer = await status();
    expect(answer).toContain("available, no outage");
    expect(answer).not.toContain(" 100 %");
    expect(answer).toContain("*Last outage:* none known");
  });

  test("is found with one request per probe: a second one soon after the first failure, and then less and less often", async () => {
    await start();
    fault({ type: "status", status: 500 });
    await harness.pass(30 * MINUTE, 5_000);
    const at = harness.requests("me").map((request) => request.at);
    const pauses = at.slice(1).map((time, index) => Math.round((time - (at[index] ?? 0)) / 1_000));
    expect(pauses.slice(0, 4).map((pause) => Math.round(pause / 5) * 5)).toEqual([15, 60, 120, 240]);
    for (const pause of pauses.slice(4)) expect(Math.round(pause / 5) * 5).toBe(300);
  });

  test("for maintenance that asks to wait for an hour is reported within minutes, and so is its end", async () => {
    await start();
    const began = harness.clock.now();
    fault({ type: "status", status: 503, headers: { "retry-after": "3600" } });
    await alertShows("Hex failed (503)");
    expect(harness.clock.now() - began).toBeLessThan(3 * MINUTE);
    harness.hex.faults.clear();
    const ended = harness.clock.now();
    await alertShows("Hex has been answering again");
    expect(harness.clock.now() - ended).toBeLessThan(3 * MINUTE);
  });

  test("is probed for immediately when the rest of the bot hears from Hex", async () => {
    await start();
    await harness.pass(20_000);
    fault({ type: "status", status: 500 });
    const failed = harness.clock.now();
    const first = await status();
    expect(first).toContain("no outage");
    expect(first).toContain("*Now:* not connected. It counts as an outage if the bot's next probe fails too.");
    await alertShows("Not connected", 0, 1_000);
    expect(harness.clock.now() - failed).toBeLessThan(25_000);
    expect(await status()).not.toContain("*Now:*");
    await harness.pass(20 * MINUTE, MINUTE / 2);
    harness.hex.faults.clear();
    await status();
    const asked = harness.clock.now();
    await alertShows("Hex has been answering again");
    expect(harness.clock.now() - asked).toBeLessThan(40_000);
  });

  test("that flaps has one message that counts, and one reply at the end", async () => {
    await start();
    for (const round of [1, 2, 3]) {
      fault({ type: "status", status: 502 });
      await alertShows("Not connected to Hex");
      if (round > 1) expect(shown(alert())).toContain(round === 2 ? "failed again once" : "failed again 2 times");
      harness.hex.faults.clear();
      await alertShows("Hex has been answering again");
      await harness.pass(MINUTE, STEP_MS);
    }
    await alertShows("Over: connected");
    await harness.until(() => replies().length > 0);
    expect(alerts()).toHaveLength(1);
    expect(replies()).toHaveLength(1);
    expect(replies()[0]).toContain("Hex came back and failed again 2 times.");
    expect(await status()).toContain("1 outage");
  });

  test("after five quiet minutes is a new one", async () => {
    await start();
    await twoOutages();
    expect(alerts()).toHaveLength(2);
    expect(await status()).toContain("2 outages");
  });

  test("that changes its cause shows the new one and its remedy, and a reply says so", async () => {
    await start({}, "http", SOON_MS);
    fault({ type: "hang" });
    const message = await alertShows("did not answer in time", 0, 1_000);
    harness.hex.faults.clear();
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now());
    await alertShows("does not accept the bot's token");
    expect(shown(message)).toContain("Create a new token");
    expect(shown(message)).toMatch(/Before: <!date.*did not answer in time/);
    await harness.until(() => replies().length === 1);
    expect(replies()[0]).toMatch(/The cause has changed: Hex does not accept the bot's token/);
    expect(logged("Hex is not connected for another reason: Hex does not accept the bot's token")).toHaveLength(1);
    harness.hex.workspace.setExpiry(harness.token, null);
    await alertShows("Over: connected");
    await harness.until(() => replies().length === 2);
    expect(alerts()).toHaveLength(1);
  });

  test("counts the runs in flight, as they come and go", async () => {
    await start();
    const project = harness.hex.workspace.addProject({ run: { neverEnds: true } });
    await harness.slack.command(`run ${project.id}`);
    await harness.until(() => harness.hex.workspace.runs.length === 1);
    await harness.pass(10_000);
    harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    const message = await alertShows("1 run in flight");
    expect(shown(message)).toContain(
      "its card may be out of date until Hex answers. It continues in Hex without the bot.",
    );
    expect(pings(message)).toEqual([]);
  });

  test("counts no run that waits for an approval or a kernel, since it does not continue in Hex", async () => {
    await start();
    const { workspace } = harness.hex;
    const [going, asking, waiting] = ["Going", "Asking", "Waiting"].map((title) =>
      workspace.addProject({ title, run: { neverEnds: true } }),
    );
    if (going === undefined || asking === undefined || waiting === undefined) throw new Error("no projects");
    await harness.ask("projects");
    harness.rules(
      `{ allow: run, people: everyone, projects: { title: Asking }, needs: "approval by ${harness.slack.people.grace.id}" }`,
      "{ allow: [see, run, cancel], people: everyone }",
    );
    await harness.slack.command(`run ${going.id}`);
    await harness.cardShows("Running", 0);
    await harness.slack.command(`run ${asking.id}`);
    await harness.cardShows("Waiting for approval", 1);
    workspace.kernelsBusy = workspace.kernelLimit;
    await harness.slack.command(`run ${waiting.id}`);
    const card = await harness.cardShows("Waiting to start", 2);
    expect(shown(card)).toContain("Waiting will not be started, not even for others");
    expect(shown(card)).not.toContain("stops in Hex");
    const kind = { type: "status", status: 500 } as const;
    harness.hex.faults.add({ endpoint: "me", kind, times: Number.POSITIVE_INFINITY });
    expect(shown(await alertShows("in flight"))).toContain("1 run in flight: its card may be out of date");
  });

  test.each(["http", "socket"] as const)("%s: continues with the same message after a restart", async (mode) => {
    await start({}, mode);
    fault({ type: "status", status: 500 });
    const message = await alertShows("Not connected");
    const since = /since (<!date[^|]*)/.exec(shown(message))?.[1];
    await harness.stopBot();
    await harness.pass(10 * MINUTE, 15_000);
    await harness.startBot();
    await harness.pass(10 * MINUTE, 5_000);
    expect(alerts()).toHaveLength(1);
    expect(message.edits).toBe(0);
    expect(await status()).toContain(
      `*Not connected to Hex* at \`${new URL(harness.hex.origin).host}\` since ${since}`,
    );
    await harness.stopBot();
    harness.hex.faults.clear();
    await harness.pass(5 * MINUTE, 10_000);
    await harness.startBot();
    await alertShows("Over: connected");
    expect(shown(message)).toContain(`from ${since}`);
    await harness.until(() => replies().length === 1);
    const lasted = /after (at most 2\d min.* \(the bot was not probing for \d+ min.* of it\))\. /.exec(
      replies()[0] ?? "",
    );
    expect(await status()).toContain(`, for ${lasted?.[1]}: `);
    expect(logged("Hex is not connected")).toHaveLength(1);
    expect(alerts()).toHaveLength(1);
  });

  test("begins with the first failure, even if the bot restarts before the second", async () => {
    await start();
    const asked = harness.requests("me").length;
    fault({ type: "status", status: 500 });
    await harness.until(() => harness.requests("me").length === asked + 1);
    await harness.pass(1_000);
    const first = harness.clock.now();
    await harness.stopBot();
    await harness.startBot();
    const message = await alertShows("Not connected");
    const since = Number(/since <!date\^(\d+)/.exec(shown(message))?.[1]) * 1_000;
    expect(since).toBeLessThanOrEqual(first);
  });
});

describe("an alert that Slack refuses", () => {
  test("because the bot is not in the channel: the log says what to do, and the alert comes after the invitation", async () => {
    await start({ HEX_ALERT_CHANNEL: SECRET });
    fault({ type: "status", status: 500 });
    await harness.until(() => logged(`${REFUSED}: The bot cannot see the channel`).length > 2);
    const [refusal] = logged(REFUSED);
    expect(refusal).toContain("/invite, or set HEX_ALERT_CHANNEL to another channel and restart");
    expect(refusal).toContain(`"channel":"${SECRET}"`);
    expect(logged("Alerts go to C0SECRET001. ")[0]).toContain("If the channel is private, type /invite @hex there");
    expect(await alertsHeld()).toBe("1");
    expect(alerts(SECRET)).toEqual([]);
    harness.slack.invite(harness.slack.channels.secret, harness.slack.botUserId);
    await harness.until(() => alerts(SECRET).length === 1);
    await harness.pass(MINUTE);
    expect(await alertsHeld()).toBe("0");
    harness.hex.faults.clear();
    await harness.until(() => alerts(SECRET).some((one) => shown(one).includes("Over")));
    expect(alerts(SECRET)).toHaveLength(1);
  });

  test("because the channel is archived: the log says so, and after a restart the message goes to another channel", async () => {
    await start({ HEX_ALERT_CHANNEL: ARCHIVED });
    fault({ type: "status", status: 500 });
    await harness.until(() => logged(`${REFUSED}: The channel is archived`).length > 0);
    await harness.stopBot();
    await harness.startBot({ HEX_ALERT_CHANNEL: TEAM });
    await alertShows("Not connected");
    expect(alerts(ARCHIVED)).toEqual([]);
  });

  test.each([
    [0, `:arrow_right: This continues in <#${SECRET}>, where alerts now go.`],
    [2, `:arrow_right: This continues in <#${SECRET}>, where alerts now go.`],
    // A message that cannot be edited holds up no alert.
    [Number.POSITIVE_INFINITY, "Not connected to Hex"],
  ])(
    "when alerts move to another channel during an outage, after %d failures, the outage and its end are reported there",
    async (times, old) => {
      await start();
      fault({ type: "status", status: 500 });
      const first = await alertShows("Not connected");
      await harness.stopBot();
      harness.slack.invite(harness.slack.channels.secret, harness.slack.botUserId);
      if (times > 0) harness.slack.faults.add({ method: "chat.update", kind: { type: "status", status: 503 }, times });
      await harness.startBot({ HEX_ALERT_CHANNEL: SECRET });
      await harness.until(() => alerts(SECRET).some((one) => shown(one).includes("Not connected")));
      harness.slack.faults.clear();
      harness.hex.faults.clear();
      await harness.until(() => alerts(SECRET).some((one) => shown(one).includes("Over: connected")));
      await harness.pass(5 * MINUTE, STEP_MS);
      expect(alerts(SECRET)).toHaveLength(1);
      expect(shown(first)).toContain(old);
      expect(logged(REFUSED)).toHaveLength(Math.min(times, 3));
    },
  );

  test("because the earlier channel is archived: an outage that ended while the bot was off is reported in the new one", async () => {
    await start();
    fault({ type: "status", status: 500 });
    await alertShows("Not connected");
    harness.hex.faults.clear();
    await alertShows("Hex has been answering again");
    harness.slack.faults.add({ method: "chat.update", kind: { type: "status", status: 503 } });
    await harness.until(() => logged("Hex is connected again").length === 1);
    await harness.stopBot();
    harness.slack.faults.clear();
    harness.slack.archive(harness.slack.channels.team);
    harness.slack.invite(harness.slack.channels.secret, harness.slack.botUserId);
    await harness.startBot({ HEX_ALERT_CHANNEL: SECRET });
    await harness.until(() => alerts(SECRET).some((one) => shown(one).includes("Over: connected")));
    expect(alerts(SECRET)).toHaveLength(1);
  });

  test.each([
    ["a limit", { type: "ratelimited", retryAfter: 30 }, "Slack asks the bot to wait"],
    ["an outage of Slack", { type: "status", status: 503 }, "Slack is having trouble"],
  ] as const)("%s: the alert is posted as soon as that is over", async (_, kind, text) => {
    await start();
    harness.slack.faults.add({ method: "chat.postMessage", kind });
    fault({ type: "status", status: 500 });
    await harness.until(() => logged(`${REFUSED}: ${text}`).length > 1);
    expect(alerts()).toEqual([]);
    harness.slack.faults.clear();
    await alertShows("Not connected");
    harness.slack.faults.add({ method: "chat.update", kind, times: 2 });
    harness.hex.faults.clear();
    await alertShows("Over: connected");
    await harness.until(() => replies().length === 1);
    expect(alerts()).toHaveLength(1);
  });

  test("during the whole outage: it is reported when it is over", async () => {
    await start();
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "status", status: 500 } });
    fault({ type: "status", status: 500 });
    await harness.until(() => logged("Hex is not connected").length === 1);
    await harness.pass(MINUTE, STEP_MS);
    harness.hex.faults.clear();
    await harness.until(() => logged("Hex is connected again").length === 1);
    const tries = logged(REFUSED).length;
    await harness.until(() => logged(REFUSED).length > tries);
    harness.slack.faults.clear();
    const message = await alertShows("Over: connected to Hex again");
    await harness.pass(10 * MINUTE, 15_000);
    expect(message.edits).toBe(0);
    expect(alerts()).toHaveLength(1);
    expect(replies()).toEqual([]);
  });

  test("and whose answer is lost: the message that is kept says that there may be two", async () => {
    await start();
    harness.slack.faults.add({
      method: "chat.postMessage",
      kind: { type: "status", status: 500 },
      afterEffect: true,
      times: 1,
    });
    fault({ type: "status", status: 500 });
    await alertShows("This message may be here more than once", 1);
    harness.hex.faults.clear();
    expect(shown(await alertShows("Over: connected", 1))).toContain("This message may be here more than once");
    expect(alerts()).toHaveLength(2);
  });

  test("because somebody deleted it: it is posted again once, and a second deletion is final", async () => {
    await start();
    fault({ type: "reset" });
    harness.slack.delete(await alertShows("Not connected"));
    harness.hex.faults.clear();
    fault({ type: "status", status: 500 });
    const second = await alertShows("Hex failed (500)", 1);
    harness.slack.delete(second);
    harness.hex.faults.clear();
    await harness.until(() => logged("Hex is connected again").length === 1);
    await harness.pass(10 * MINUTE, 15_000);
    expect(alerts()).toHaveLength(2);
    expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test("to edit: news is posted in its thread", async () => {
    await start();
    fault({ type: "status", status: 500 });
    const message = await alertShows("Not connected");
    harness.slack.faults.add({ method: "chat.update", kind: { type: "error", error: "edit_window_closed" } });
    harness.hex.faults.clear();
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now());
    await harness.until(() => replies().length === 1);
    expect(replies()[0]).toContain("Create a new token");
    harness.hex.workspace.setExpiry(harness.token, null);
    await harness.until(() => replies().length === 2);
    expect(replies()[1]).toMatch(/Over: connected to Hex again[\s\S]*It lasted \d+ min/);
    await harness.pass(10 * MINUTE, 15_000);
    expect([alerts().length, replies().length, message.edits]).toEqual([1, 2, 0]);
    expect(logged(`${REFUSED}: The message can no longer be changed`)[0]).toContain("the bot posts news in its thread");
  });

  test.each(["invalid_blocks", "msg_too_long", "a_word_of_tomorrow"])(
    "with %s for its blocks: it comes as plain text, and is kept up to date",
    async (error) => {
      await start();
      for (const method of ["chat.postMessage", "chat.update"]) {
        harness.slack.faults.add({ method, withBlocks: true, kind: { type: "error", error } });
      }
      fault({ type: "status", status: 500 });
      const message = await alertShows("Not connected");
      expect(message).toMatchObject({ blocks: [] });
      expect(message.text).toContain("Look at https://status.hex.tech");
      harness.hex.faults.clear();
      await alertShows("Over: connected");
      await harness.until(() => replies().length === 1);
      expect(replies()[0]).toContain("It is over, after");
      expect(alerts()).toHaveLength(1);
    },
  );

  test.each(["invalid_blocks", "a_word_of_tomorrow"])(
    "with %s to every edit: news is posted in its thread, and so is the end",
    async (error) => {
      await start();
      fault({ type: "status", status: 500 });
      const message = await alertShows("Not connected");
      harness.slack.faults.add({ method: "chat.update", kind: { type: "error", error } });
      harness.hex.faults.clear();
      await harness.until(() => replies().length === 1);
      expect(replies()[0]).toContain("Over: connected to Hex again");
      await harness.pass(10 * MINUTE, 15_000);
      expect([alerts().length, replies().length, message.edits]).toEqual([1, 1, 0]);
    },
  );

  test("with a word that it does not know, for a while: the end is told in the thread, and the message is corrected later", async () => {
    await start();
    fault({ type: "status", status: 500 });
    const message = await alertShows("Not connected");
    await harness.pass(2 * MINUTE, 15_000);
    harness.slack.faults.add({ method: "chat.update", kind: { type: "error", error: "a_word_of_tomorrow" } });
    harness.hex.faults.clear();
    await harness.until(() => replies().length === 1);
    await harness.pass(10 * MINUTE, 15_000);
    harness.slack.faults.clear();
    await alertShows("Over: connected");
    expect(buttonsOf(message)).toEqual([]);
    const edits = updates();
    await harness.pass(2 * 60 * MINUTE, MINUTE);
    expect([alerts().length, replies().length, updates()]).toEqual([1, 1, edits]);
  });

  test("with a word that it does not know, for hours: it gives up", async () => {
    await start();
    fault({ type: "status", status: 500 });
    await alertShows("Not connected");
    harness.slack.faults.add({ method: "chat.update", kind: { type: "error", error: "a_word_of_tomorrow" } });
    harness.hex.faults.clear();
    await harness.pass(90 * MINUTE, MINUTE);
    const edits = updates();
    await harness.pass(2 * 60 * MINUTE, MINUTE);
    expect([alerts().length, replies().length, updates()]).toEqual([1, 1, edits]);
  });

  test("without a channel, nothing is posted, and the log and the status show the outage", async () => {
    await start({ HEX_ALERT_CHANNEL: "" });
    fault({ type: "status", status: 500 });
    await harness.until(() => logged("Hex is not connected: Hex failed (500)").length === 1);
    harness.hex.faults.clear();
    await harness.until(() => logged("Hex is connected again").length === 1);
    expect(harness.slack.messages).toEqual([]);
    expect(await status()).toMatch(/1 outage, .*\n[\s\S]*Last outage:.*Hex failed \(500\)/);
    // What was over before there was a channel is not news.
    await harness.stopBot();
    await harness.startBot({ HEX_ALERT_CHANNEL: TEAM });
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(alerts()).toEqual([]);
  });
});

describe("Hex's own status page during an outage", () => {
  async function startWithPage(): Promise<void> {
    await start();
    await harness.stopBot();
    await harness.startBot({ HEX_STATUS_URL: harness.statusPage.origin });
  }

  test("is added to the alert", async () => {
    await startWithPage();
    const incidents = [{ name: "API errors", status: "identified", impact: "major" }];
    harness.statusPage.answer = { type: "summary", indicator: "major", incidents };
    fault({ type: "status", status: 500 });
    expect(shown(await alertShows("Hex reports: API errors (major outage)"))).toContain("Hex failed (500)");
    harness.statusPage.answer = { type: "summary" };
    expect(shown(await alertShows("Hex reports no incident yet."))).not.toContain("your side");
    harness.hex.faults.clear();
    expect(shown(await alertShows("Over: connected"))).not.toContain("Hex reports");
    expect(alerts()).toHaveLength(1);
  });

  test("holds up nothing if it does not answer", async () => {
    await startWithPage();
    harness.statusPage.answer = { type: "hang" };
    harness.hex.workspace.revokeToken(harness.token);
    const alarm = await alertShows("Not connected");
    await harness.pass(2 * MINUTE, STEP_MS);
    expect(shown(alarm)).not.toContain("Hex reports");
    expect(alarm.edits).toBe(0);
  });
});

describe("the token's expiry", () => {
  /** Each step brings a probe, which is all that can bring a warning. */
  const STEP = 6 * 60 * MINUTE;

  test("is announced once each 14, 7, 3 and 1 days ahead; an expired token is an outage, and a new token resolves the last warning", async () => {
    await start({ HEX_PROBE_SECONDS: "3600" });
    const expiresAt = harness.clock.now() + 20 * DAY;
    harness.hex.workspace.setExpiry(harness.token, expiresAt);
    await harness.until(() => harness.requests("me").length > 0, STEP);
    await harness.pass(5 * DAY, STEP);
    expect(alerts()).toEqual([]);
    for (const [index, days] of [14, 7, 3, 1].entries()) {
      await harness.until(() => alerts().length > index, STEP);
      expect(shown(alert(index))).toContain(`token expires <!date^${Math.floor(expiresAt / 1_000)}^`);
      expect(shown(alert(index))).toContain("Settings &gt; API tokens");
      expect(shown(alert(index))).toContain("HEX_API_TOKEN");
      expect((expiresAt - harness.clock.now()) / DAY).toBeCloseTo(days, 0);
    }
    await harness.until(() => harness.requests("me").at(-1)?.status === 401, STEP);
    await alertShows("Not connected to Hex", 4);
    expect(shown(alert(4))).toContain("does not accept the bot's token");
    expect(alerts()).toHaveLength(5);

    await harness.stopBot();
    const fresh = harness.hex.workspace.addToken({ expiresAt: harness.clock.now() + 90 * DAY });
    await harness.startBot({ HEX_API_TOKEN: fresh });
    await alertShows("was renewed*", 3);
    expect(shown(alert(3))).not.toContain("What to do");
    for (const index of [0, 1, 2]) expect(alert(index).edits).toBe(0);
    await alertShows("Over: connected", 4);
    expect(alerts()).toHaveLength(5);
  });

  test("is announced only by the nearest warning at a first start with two days left, and not again after a restart", async () => {
    await start();
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + 2 * DAY + MINUTE);
    await alertShows("token expires");
    await harness.stopBot();
    await harness.startBot();
    await harness.pass(10 * MINUTE, 15_000);
    expect(alerts()).toHaveLength(1);
    expect(logged("The Hex token expires soon")).toHaveLength(1);
    harness.hex.workspace.setExpiry(harness.token, null);
    await alertShows("was renewed*");
    expect(alerts()).toHaveLength(1);
  });
});

describe("a warning of the expiry", () => {
  test("is given again if the old token is used again, and the message about the renewal stays", async () => {
    await start();
    const soon = harness.clock.now() + 2 * DAY;
    const later = harness.clock.now() + 90 * DAY;
    harness.hex.workspace.setExpiry(harness.token, soon);
    await alertShows("token expires");
    harness.hex.workspace.setExpiry(harness.token, later);
    await alertShows("was renewed*");
    harness.hex.workspace.setExpiry(harness.token, soon);
    await alertShows("token expires", 1);
    harness.hex.workspace.setExpiry(harness.token, later);
    await alertShows("was renewed*", 1);
    await harness.pass(10 * MINUTE, 15_000);
    expect(alerts()).toHaveLength(2);
  });

  test("is given again if Slack's answer is lost, and says so, also once the token is renewed", async () => {
    await start();
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, afterEffect: true, kind: { type: "reset" } });
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + 2 * DAY);
    await alertShows("token expires", 1);
    const areDoubled = () => alerts().map((one) => shown(one).includes("This message may be here more than once"));
    expect(areDoubled()).toEqual([false, true]);
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + 90 * DAY);
    await alertShows("was renewed*", 1);
    expect(areDoubled()).toEqual([false, true]);
  });

  test("is no longer posted if Slack accepts it only after the token has expired", async () => {
    await start();
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "status", status: 503 } });
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + 5 * MINUTE);
    await harness.until(() => logged(REFUSED).length > 0, STEP_MS);
    await harness.until(() => logged("Hex is not connected").length === 1, STEP_MS);
    harness.slack.faults.clear();
    await alertShows("Not connected to Hex");
    await harness.pass(10 * MINUTE, 15_000);
    expect(alerts()).toHaveLength(1);
  });
});

describe("the history", () => {
  test("an outage that cannot be read from the store hides no other and holds up no alert, and the log says which it is", async () => {
    await start();
    await twoOutages();
    const reference = /Reference `(\w{8})`/.exec(shown(alert(1)))?.[1] ?? "";
    await harness.stopBot();
    const file = new Database(join(harness.dataDir, "hex-bot.db"));
    file.prepare("update incidents set doc = '{' where id = ?").run(reference);
    file.close();
    await harness.startBot();
    expect(await status()).toMatch(/available, 1 outage, .*\n[\s\S]*Last outage:\* <!date.*Hex failed \(502\)/);
    expect(logged("A stored row cannot be read")[0]).toContain(`"table":"incidents","key":"${reference}"`);
    fault({ type: "status", status: 502 });
    await alertShows("Not connected", 2);
  });

  test("hours in which the bot was stopped are white", async () => {
    await start();
    await harness.pass(10 * MINUTE, 15_000);
    await harness.stopBot();
    await harness.pass(7 * 60 * MINUTE, 5 * MINUTE);
    await harness.startBot();
    await harness.pass(10 * MINUTE, 15_000);
    const [white, green] = [":white_large_square:", ":large_green_square:"];
    expect(await status()).toContain(
      `Last 24 hours:* 100% available, no outage\n${white.repeat(5)}${green}${white}${green}\n`,
    );
  });
});

describe("what fails again and again in the background", () => {
  const warnings = (words: string) => logged(words).filter((line) => line.includes('"level":"warn"'));
  async function watched(...titles: string[]): Promise<Project[]> {
    await start();
    const projects = titles.map((title) => harness.hex.workspace.addProject({ title }));
    for (const { id } of projects) await harness.ask(`watch ${id}`);
    await harness.pass(MINUTE);
    return projects;
  }

  test("is a warning every ten minutes in an outage, and what somebody waits for is one each time", async () => {
    const [project] = await watched("Revenue", "Churn", "Forecast");
    fault({ type: "status", status: 500 });
    await harness.pass(2 * 60 * MINUTE, STEP_MS);
    const failures = warnings("Hex failed (500).");
    for (const operation of ["me", "listProjects", "listRuns"]) {
      const count = failures.filter((line) => line.includes(`"operation":"${operation}"`)).length;
      expect([count > 6, count <= 12], operation).toEqual([true, true]);
    }
    for (let time = 0; time < 2; time++) {
      const [, reference = ""] = /Reference `(\w+)`/.exec(await harness.ask(`runs ${project?.id}`)) ?? [];
      expect(warnings("Hex failed (500).").filter((line) => line.includes(`"reference":"${reference}"`))).not.toEqual(
        [],
      );
    }
  });

  test("is one warning, whatever was asked, when there is no way to Hex", async () => {
    await watched("Revenue", "Churn");
    await harness.hex.unplug();
    await harness.pass(8 * MINUTE, STEP_MS);
    expect(warnings("").filter((line) => line.includes("did not accept a connection"))).toEqual([
      expect.stringMatching(/"msg":"127\.0\.0\.1:\d+ did not accept/),
      expect.stringContaining('"msg":"Hex is not connected: '),
    ]);
    await harness.hex.plugIn();
  });

  test.each<[string, FaultKind]>([
    ["Hex fails", { type: "status", status: 500 }],
    ["Hex is silent", { type: "hang" }],
    ["the connection breaks", { type: "reset" }],
    ["a web page answers", { type: "html" }],
    ["the token is refused", { type: "status", status: 401 }],
    ["the limit is reached", { type: "rateLimited", retryAfter: 3600 }],
  ])("/hex status leaves one warning in the log, however often it asks, when %s", async (_, kind) => {
    await start({ HEX_PROBE_SECONDS: "3600" }, "http", kind.type === "hang" ? SOON_MS : BUSY_MACHINE_MS);
    fault(kind);
    const from = harness.log.length;
    const [, reference = "none"] = /Reference `(\w+)`/.exec(await harness.ask("status")) ?? [];
    const said = harness.log.slice(from).filter((line) => line.includes(`"reference":"${reference}"`));
    expect(said.filter((line) => line.includes('"level":"warn"'))).toHaveLength(1);
  });

  test("is told apart by the project that it is about", async () => {
    const projects = await watched("Revenue", "Churn");
    fault({ type: "status", status: 403 }, "listRuns");
    await harness.pass(8 * MINUTE, STEP_MS);
    const failures = warnings("The bot's token may not list the project's runs (403).");
    expect(failures).toHaveLength(2);
    for (const { id } of projects)
      expect(failures.filter((line) => line.includes(`"path":"projects/${id}/runs"`))).toHaveLength(1);
  });
});
