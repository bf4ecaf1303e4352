// The loop that keeps the channel for alerts up to date, against the local Slack, when something other than Slack goes wrong.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logRefusedInAlertChannel } from "../../../src/app/log-alerts.js";
import { createLogger } from "../../../src/log/logger.js";
import { Alerts } from "../../../src/slack/alerts/alerts.js";
import { AlertStore } from "../../../src/slack/alerts/store.js";
import type { WantedAlert } from "../../../src/slack/alerts/wanted-alert.js";
import { NEVER_TWICE } from "../../../src/slack/connection/connect.js";
import { message } from "../../../src/slack/messages/blocks.js";
import { openEmbedded } from "../../../src/store/sqlite.js";
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

async function wanted(): Promise<WantedAlert[]> {
  const said = (isDoubled: boolean) => message(`${text}${isDoubled ? " (doubled)" : ""}`, []);
  const place = { channel: slack.channels.team.id, threadTs: null };
  return [{ id: "incident 1", place, isNews: true, isFinal: false, isSilent: false, message: said, replies: [] }];
}

/** A process that shows alerts. `through`: what its answers of Slack pass before it has them. */
function begin({ through = async () => undefined, read = wanted }: Partial<Parts> = {}) {
  const stopping = new AbortController();
  const late: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    await through();
    return answer;
  };
  const logger = createLogger({
    level: "info",
    pretty: false,
    secrets: [],
    destination: { write: (line) => log.push(line) },
  });
  const alerts = new Alerts({
    slack: new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, fetch: late, ...NEVER_TWICE }),
    alerts: new AlertStore(store.db),
    wanted: async () => ({ alerts: await read(), nextAt: null }),
    clock,
    log: logger,
    seldom: (say) => say,
    onRefused: (refused) => logRefusedInAlertChannel(logger, refused),
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
  read: () => Promise<WantedAlert[]>;
}

async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; turns < TURNS && !done(); turns++) await turn();
  expect(done()).toBe(true);
}
/** The messages in the channel. */
const texts = () => slack.messages.filter((one) => !one.deleted).map((one) => one.text);

/** An answer that comes when it is told to. */
function held() {
  let give = () => {};
  const answer = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { through: () => answer, give };
}

test("a process that lost the lock while it posted does not take the alert back, and leaves none that nobody keeps true", async () => {
  const { through, give } = held();
  const old = begin({ through });
  await until(() => slack.messages.length === 1);
  old.stopping.abort();
  const { alerts } = begin();
  await until(() => clock.sleeping === 1);
  expect(texts()).toEqual(["Not connected", "Not connected (doubled)"]);
  give();
  await old.ended;
  text = "Hex answers again";
  alerts.wake();
  await until(() => texts().some((shown) => shown.includes("again")));
  expect(texts()).toEqual(["Hex answers again (doubled)"]);
});

test("two post at the same time: the one that is noted first is kept true, and the other one goes", async () => {
  const [one, other] = [held(), held()];
  begin(one);
  await until(() => slack.messages.length === 1);
  const { alerts } = begin(other);
  await until(() => slack.messages.length === 2);
  one.give();
  await until(() => clock.sleeping === 1);
  other.give();
  await until(() => clock.sleeping === 2);
  text = "Hex answers again";
  alerts.wake();
  await until(() => texts().some((shown) => shown.includes("again")));
  expect(texts()).toEqual(["Hex answers again"]);
});

test("the store fails while Slack holds something up: looked at once a minute, and not all the time", async () => {
  slack.faults.add({ method: "chat.postMessage", kind: { type: "status", status: 503 } });
  let reads = 0;
  let isBroken = false;
  begin({
    read: async () => {
      reads += 1;
      if (isBroken) throw new Error("database is locked");
      return wanted();
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
