// Two processes that tell the same follower how a run ended, while Slack is slow and one of them dies.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogger } from "../../../src/log/logger.js";
import { RunStore } from "../../../src/runs/store.js";
import { intended, refused } from "../../../src/runs/transitions.js";
import { CardStore } from "../../../src/slack/cards/store.js";
import { conversationIn } from "../../../src/slack/connection/conversation.js";
import { Followers, type FollowersOptions } from "../../../src/slack/followers/followers.js";
import { FollowerStore } from "../../../src/slack/followers/store.js";
import type { Store } from "../../../src/store/database.js";
import { openEmbedded } from "../../../src/store/sqlite.js";
import { ManualClock } from "../../sandbox/clock.js";
import { type LocalSlack, startSlack } from "../../sandbox/slack/server.js";
import { shown } from "../../wire/harness.js";

const intent = intended(
  {
    key: "k",
    project: { id: "p", title: "Revenue" },
    options: { inputs: {}, fresh: false, publish: false, view: null },
    requester: "U1",
    requestedAt: 1,
    reference: "r",
  },
  1,
);

let dir: string;
let opened: Store;
let slack: LocalSlack;
let clock: ManualClock;
let runs: RunStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  opened = await openEmbedded(dir);
  clock = new ManualClock();
  slack = await startSlack({ clock });
  runs = new RunStore(opened.db, () => undefined);
  const cards = new CardStore(opened.db, teller("any process"));
  await cards.insert({ ...conversationIn(slack.channels.data.id), runKey: "k", requester: "U1" });
  await cards.place("k", { channel: slack.channels.data.id, ts: "1.2" });
  const press = { runKey: "k", user: slack.people.grace.id, click: "c", at: clock.now() };
  await new FollowerStore(opened.db, teller("any process")).press(press);
  await runs.insert(refused(intent, { kind: "hex_failed", operation: "runProject", host: "app.hex.tech" }, 2));
});
afterEach(async () => {
  await slack.stop();
  await opened.close();
  await rm(dir, { recursive: true });
});

function teller(process: string) {
  return { process, now: () => clock.now() };
}

/** The followers as a process tells them, whose own time passes by `own`. */
function followersOf(process: string, web: WebClient, changes: Partial<FollowersOptions> = {}): Followers {
  return new Followers({
    slack: web,
    followers: new FollowerStore(opened.db, teller(process)),
    cards: new CardStore(opened.db, teller(process)),
    runs,
    clock,
    hexPlace: () => ({ origin: "https://app.hex.tech", workspace: null }),
    mayBeShownTo: async () => true,
    log: createLogger({ level: "silent", pretty: false, secrets: [] }),
    seldom: (say) => say,
    ...changes,
  });
}

function webClient(): WebClient {
  return new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
}

/** A promise that somebody else fulfills. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A process that dies when Slack has taken its message. */
function killedAfterPosting(): { followers: Followers; killed: Promise<void> } {
  const web = webClient();
  const post = web.chat.postMessage.bind(web.chat);
  const taken = gate();
  web.chat.postMessage = async (message) => {
    await post(message);
    taken.open();
    return new Promise<never>(() => {});
  };
  return { followers: followersOf("killed", web, { clock: new ManualClock() }), killed: taken.opened };
}

/** Whether each message to Grace says that it may be a repeat. */
function areRepeats(): boolean[] {
  return slack.messages.map((message) => shown(message).includes("This may be here more than once"));
}

test("what a process told them while another one waited for Slack is told again as a repeat", async () => {
  const web = webClient();
  const [asked, answered] = [gate(), gate()];
  web.chat.getPermalink = async () => {
    asked.open();
    await answered.opened;
    return { ok: true, permalink: "https://acme.slack.com/archives/C1/p12" };
  };
  const told = followersOf("slow", web).tell("k");
  await asked.opened;
  const { followers, killed } = killedAfterPosting();
  void followers.tell("k");
  await killed;
  clock.advance(16_000);
  answered.open();
  await told;
  expect(areRepeats()).toEqual([false, true]);
});

test("a process that takes long to find out what a follower may see still has the claim", async () => {
  const [asked, answered] = [gate(), gate()];
  const mayBeShownTo = async () => {
    asked.open();
    await answered.opened;
    return true;
  };
  const told = followersOf("slow", webClient(), { mayBeShownTo }).tell("k");
  await asked.opened;
  for (let seconds = 0; seconds < 20; seconds++) {
    clock.advance(1_000);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  await followersOf("another", webClient()).tell("k");
  answered.open();
  await told;
  expect(areRepeats()).toEqual([false]);
});
