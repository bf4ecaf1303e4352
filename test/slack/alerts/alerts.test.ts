// The loop that keeps the channel for alerts true, against the local Slack, where what goes wrong is beside Slack.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogger } from "../../../src/log.js";
import { Alerts } from "../../../src/slack/alerts/alerts.js";
import { AlertStore } from "../../../src/slack/alerts/store.js";
import type { Subject } from "../../../src/slack/alerts/subjects.js";
import { NEVER_TWICE } from "../../../src/slack/connect.js";
import { message } from "../../../src/slack/messages/blocks.js";
import { openEmbedded } from "../../../src/store/database.js";
import { ManualClock } from "../../sandbox/clock.js";
import { type LocalSlack, startSlack } from "../../sandbox/slack/server.js";

const TURNS = 2_000;

let clock: ManualClock;
let slack: LocalSlack;
let store: Awaited<ReturnType<typeof openEmbedded>>;
let log: string[];
let text: string;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  clock = new ManualClock();
  slack = await startSlack({ clock });
  store = await openEmbedded(await mkdtemp(join(tmpdir(), "hex-bot-")));
  [log, stops, text] = [[], [], "Not connected"];
});
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await store.close();
  await slack.stop();
});

async function subjects(): Promise<Subject[]> {
  const said = (isDoubled: boolean) => message(`${text}${isDoubled ? " (doubled)" : ""}`, []);
  return [{ id: "incident 1", isNews: true, isFinal: false, message: said, replies: [] }];
}

/** A process that shows alerts. `through`: what its answers of Slack pass before it has them. */
function begin({ through = async () => undefined, read = subjects }: Partial<Parts> = {}) {
  const stopping = new AbortController();
  const late: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    await through();
    return answer;
  };
  const alerts = new Alerts({
    slack: new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, fetch: late, ...NEVER_TWICE }),
    ...{ alerts: new AlertStore(store.db), channel: slack.channels.team.id, subjects: read, clock },
    log: createLogger({ level: "info", pretty: false, secrets: [], destination: { write: (line) => log.push(line) } }),
  });
  const ended = alerts.keep(stopping.signal);
  const stop = () => {
    stopping.abort();
    return ended;
  };
  stops.push(stop);
  return { alerts, stopping, ended, stop };
}
interface Parts {
  through: () => Promise<void>;
  read: () => Promise<Subject[]>;
}

async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; turns < TURNS && !done(); turns++) await turn();
  expect(done()).toBe(true);
}
const texts = () => slack.messages.map((one) => one.text);

test("a process that lost the lock while it posted does not take the alert back", async () => {
  let answer = () => {};
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const old = begin({ through: () => late });
  await until(() => slack.messages.length === 1);
  old.stopping.abort();
  const { alerts } = begin();
  await until(() => clock.sleeping === 1);
  expect(texts()).toEqual(["Not connected", "Not connected (doubled)"]);
  answer();
  await old.ended;
  text = "Hex answers again";
  alerts.wake();
  await until(() => texts().some((shown) => shown.includes("again")));
  expect(texts()).toEqual(["Not connected", "Hex answers again (doubled)"]);
});

test("the store fails while Slack holds something up: looked at once a minute, and not all the time", async () => {
  slack.faults.add({ method: "chat.postMessage", kind: { type: "status", status: 503 } });
  let reads = 0;
  let isBroken = false;
  begin({
    read: async () => {
      reads += 1;
      if (isBroken) throw new Error("database is locked");
      return subjects();
    },
  });
  await until(() => clock.sleeping === 1);
  isBroken = true;
  reads = 0;
  clock.advance(10_000);
  for (let turns = 0; turns < 200; turns++) await turn();
  expect(reads).toBe(1);
  slack.faults.clear();
  isBroken = false;
  clock.advance(60_000);
  await until(() => slack.messages.length === 1);
});
