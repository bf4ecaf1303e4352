// Cards without a run or a row, which nothing keeps looking for; cards that show what is stored; and the claim to draw one.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebClient } from "@slack/web-api";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PendingWork } from "../../../src/lib/pending-work.js";
import { DAY, HOUR } from "../../../src/lib/time.js";
import { createLogger } from "../../../src/log/logger.js";
import { RunStore } from "../../../src/runs/store.js";
import { awaiting, intended, judged, lost } from "../../../src/runs/transitions.js";
import { Cards, type CardsOptions } from "../../../src/slack/cards/cards.js";
import { Requesters } from "../../../src/slack/cards/requesters.js";
import { CardStore } from "../../../src/slack/cards/store.js";
import { conversationIn } from "../../../src/slack/connection/conversation.js";
import { FollowerStore } from "../../../src/slack/followers/store.js";
import type { Store } from "../../../src/store/database.js";
import { openEmbedded } from "../../../src/store/sqlite.js";
import { ManualClock } from "../../sandbox/clock.js";
import { type LocalSlack, startSlack, visibleText } from "../../sandbox/slack/server.js";

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
let store: CardStore;
let cards: Cards;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  opened = await openEmbedded(dir);
  clock = new ManualClock();
  slack = await startSlack({ clock });
  runs = new RunStore(opened.db, () => undefined);
  store = new CardStore(opened.db, { process: "this process", now: () => clock.now() });
  cards = cardsOf("this process", clock, webClient());
});
afterEach(async () => {
  await slack.stop();
  await opened.close();
  await rm(dir, { recursive: true });
});

function webClient(): WebClient {
  return new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
}

/** Nobody has to approve anything. */
const NO_APPROVERS: CardsOptions["approvers"] = {
  hasMoreToSay: () => false,
  tell: async () => null,
  askAgain: async () => undefined,
  noteEndTold: async () => undefined,
};

/** The cards as a process draws them, whose own time passes by `own`. */
function cardsOf(process: string, own: ManualClock, web: WebClient, approvers = NO_APPROVERS): Cards {
  const log = createLogger({ level: "silent", pretty: false, secrets: [] });
  const drawer = { process, now: () => clock.now() };
  return new Cards({
    runs,
    clock: own,
    cards: new CardStore(opened.db, drawer),
    hexPlace: () => ({ origin: "https://app.hex.tech", workspace: null }),
    slack: web,
    oneTry: web,
    log,
    seldom: (say) => say,
    approvers,
    requesters: new Requesters({ clock: own, log, work: new PendingWork() }),
    followers: new FollowerStore(opened.db, drawer),
    botName: "hex",
    onEndShown: () => undefined,
    signal: new AbortController().signal,
  });
}

test("a process that died before it stored the run leaves a card that is swept once, and not forever", async () => {
  await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
  expect(await store.unsettled()).toEqual(["k"]);
  await cards.sweep();
  expect(await store.unsettled()).toEqual([]);
  expect(slack.messages).toEqual([]);
});

test("a sweep between the two of them is no harm: the card of the run is posted, and looked after until its end", async () => {
  await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
  await cards.sweep();
  await runs.insert(intent);
  await cards.redraw("k");
  expect(slack.messages.map(({ text }) => text)).toEqual([expect.stringMatching(/^Starting: Revenue\n/)]);
  expect(await store.unsettled()).toEqual(["k"]);
});

test("a run that was forgotten while Slack held its card up is not drawn again every other second", async () => {
  await cards.redraw("forgotten");
  expect(clock.sleeping).toBe(0);
});

test("a card that another process draws is looked at again", async () => {
  await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
  await new CardStore(opened.db, { process: "another process", now: () => clock.now() }).claim("k", 15_000);
  await cards.redraw("k");
  expect(clock.sleeping).toBe(1);
});

test("a claim does not last longer because the clock is set back", async () => {
  await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
  let now = clock.now();
  const dead = new CardStore(opened.db, { process: "a dead process", now: () => now });
  const next = new CardStore(opened.db, { process: "the next process", now: () => now });
  await dead.claim("k", 15_000);
  expect(await next.claim("k", 15_000)).toBe(false);
  now -= 10 * 60_000;
  expect(await next.claim("k", 15_000)).toBe(true);
});

test("whoever asked hears of the end once, however long those who were to approve the run cannot be told", async () => {
  let pauseMs: number | null = 1_000;
  const approvers: CardsOptions["approvers"] = {
    ...NO_APPROVERS,
    tell: async () => pauseMs,
    noteEndTold: async (run) => {
      await runs.update(run.key, (stored) =>
        stored.state === "declined" ? { ...stored, approval: { ...stored.approval, isEndTold: true } } : null,
      );
    },
  };
  const need = { verb: "run" as const, rule: { number: 1, name: null }, by: [], place: null };
  await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U0ADALOVELA" });
  await runs.insert(
    judged(awaiting({ ...intent, requester: "U0ADALOVELA" }, need, 1), { kind: "decline", by: "U2" }, 2),
  );
  const replies = () => slack.messages.filter(({ threadTs }) => threadTs !== undefined);
  await cardsOf("this process", clock, webClient(), approvers).redraw("k");
  expect(replies()).toHaveLength(1);
  expect(await store.unsettled()).toEqual(["k"]);
  // Another process takes over.
  const other = cardsOf("another process", clock, webClient(), approvers);
  await other.redraw("k");
  pauseMs = null;
  clock.advance(1_000);
  await other.redraw("k");
  expect(replies()).toHaveLength(1);
  expect(await store.unsettled()).toEqual([]);
});

test("a card that Slack once did not take, and refuses again at its end a week later, is tried for a day from then on", async () => {
  await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
  await runs.insert(intent);
  const refusal = { kind: { type: "error", error: "internal_error" }, times: 1 } as const;
  slack.faults.add({ ...refusal, method: "chat.postMessage" });
  await cards.redraw("k");
  clock.advance(1_000);
  await cards.redraw("k");
  expect(slack.messages).toHaveLength(1);
  clock.advance(7 * DAY);
  await runs.update("k", (run) => (run.state === "starting" ? lost(run, "start_unknown", clock.now()) : null));
  slack.faults.add({ ...refusal, method: "chat.update" });
  await cards.sweep();
  clock.advance(1_000);
  await cards.sweep();
  expect(visibleText(slack.messages[0] ?? { text: "", blocks: [] })).toContain("Not known");
});

test("the end of a run that Slack refuses to show is given up after a day", async () => {
  await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
  await runs.insert(lost(intent, "start_unknown", clock.now()));
  const refusal = { type: "error", error: "internal_error" } as const;
  slack.faults.add({ method: "chat.postMessage", kind: refusal, times: Number.POSITIVE_INFINITY });
  await cards.sweep();
  clock.advance(DAY);
  await cards.sweep();
  expect(await store.unsettled()).toEqual(["k"]);
  clock.advance(HOUR);
  await cards.sweep();
  expect(await store.unsettled()).toEqual([]);
});

describe("a card that shows what is stored", () => {
  beforeEach(async () => {
    await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
    await runs.insert(intent);
    await cards.redraw("k");
    expect(slack.messages).toHaveLength(1);
  });

  /** How many rows this process has ever written. */
  async function writes(): Promise<number> {
    const { rows } = await sql<{ count: number }>`select total_changes() as count`.execute(opened.db);
    return rows[0]?.count ?? 0;
  }

  test("is drawn again without a write", async () => {
    const before = await writes();
    await cards.redraw("k");
    await cards.sweep();
    expect(await writes()).toBe(before);
    expect(clock.sleeping).toBe(0);
  });

  test("is looked at again when another process is drawing it, perhaps from an older state", async () => {
    await new CardStore(opened.db, { process: "another process", now: () => clock.now() }).claim("k", 15_000);
    await cards.redraw("k");
    expect(clock.sleeping).toBe(1);
  });

  test("is edited as soon as something else is stored", async () => {
    await runs.update("k", (run) => (run.state === "starting" ? lost(run, "start_unknown", clock.now()) : null));
    await cards.redraw("k");
    expect(visibleText(slack.messages[0] ?? { text: "", blocks: [] })).toContain("Not known");
  });
});

describe("while Slack takes its time with a post", () => {
  /** A client to which Slack's answer to a post comes only after `answer()`. `posted`: Slack has taken one. */
  function slowClient(): { web: WebClient; posted: Promise<void>; answer: () => void } {
    const web = webClient();
    const post = web.chat.postMessage.bind(web.chat);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const posted = new Promise<void>((taken) => {
      web.chat.postMessage = async (message) => {
        const place = await post(message);
        taken();
        await answered;
        return place;
      };
    });
    return { web, posted, answer };
  }

  /** Lets this process's time pass in small steps, so that each renewal is stored before the next. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(1_000);
      await cards.idle();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  beforeEach(async () => {
    await cards.open("k", conversationIn(slack.channels.data.id), { requester: "U1" });
    await runs.insert(intent);
  });

  test("the process that waits for it keeps the card, however long that is", async () => {
    const slow = slowClient();
    const drawn = cardsOf("another process", clock, slow.web).redraw("k");
    await slow.posted;
    await pass(60_000);
    await cards.redraw("k");
    expect(slack.messages).toHaveLength(1);
    slow.answer();
    await drawn;
    expect((await store.get("k"))?.ts).toBe(slack.messages[0]?.ts);
  });

  test("and its process dies: another one posts the card within 15 s and a sweep", async () => {
    const slow = slowClient();
    void cardsOf("killed", new ManualClock(), slow.web).redraw("k");
    await slow.posted;
    await pass(16_000);
    await cards.redraw("k");
    expect((await store.get("k"))?.ts).toBe(slack.messages[1]?.ts);
  });

  test("and its process was only suspended: it deletes its own message, so that the card is there once", async () => {
    const slow = slowClient();
    const drawn = cardsOf("suspended", new ManualClock(), slow.web).redraw("k");
    await slow.posted;
    await pass(16_000);
    await cards.redraw("k");
    slow.answer();
    await drawn;
    expect(slack.messages.filter(({ deleted }) => !deleted).map(({ ts }) => ts)).toEqual([
      (await store.get("k"))?.ts ?? "",
    ]);
  });
});
