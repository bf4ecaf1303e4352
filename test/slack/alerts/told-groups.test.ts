// Which troubles a conversation is told of together, over days, whatever happens to them.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silenced } from "../../../src/attention/attention.js";
import { AttentionStore } from "../../../src/attention/attention-store.js";
import { ConnectionStore } from "../../../src/follow/connection-store.js";
import type { FindingKind } from "../../../src/follow/judgement.js";
import { MemberStore } from "../../../src/follow/member-store.js";
import type { Trouble } from "../../../src/follow/trouble.js";
import { TroubleStore } from "../../../src/follow/trouble-store.js";
import type { Level } from "../../../src/follow/watch.js";
import { WatchStore } from "../../../src/follow/watch-store.js";
import { AlertStore } from "../../../src/slack/alerts/store.js";
import { toldGroup } from "../../../src/slack/alerts/told-groups.js";
import { type TroubleAlertSources, wantedTroubles } from "../../../src/slack/alerts/wanted-troubles.js";
import { CardStore } from "../../../src/slack/cards/store.js";
import type { Store } from "../../../src/store/database.js";
import { openEmbedded } from "../../../src/store/sqlite.js";
import { visibleText } from "../../sandbox/slack/server.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGIN = Date.UTC(2026, 10, 2);

const DAY = 24 * HOUR;
const C1 = { channel: "C1", threadTs: null };

let dir: string;
let store: Store;
let sources: TroubleAlertSources;
let watches: WatchStore;
let alerts: AlertStore;
/** How many times each part of the store was asked. */
let asked: Map<string, number>;
/** The projects that may not be shown. */
let hidden: Set<string>;
/** Those of which it is not known whether they may be shown. */
let unsure: Set<string>;
const noProjects = { all: () => [], known: () => null, ready: async () => undefined };
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  store = await openEmbedded(dir);
  const { db } = store;
  watches = new WatchStore(db);
  alerts = new AlertStore(db);
  asked = new Map();
  hidden = new Set();
  unsure = new Set();
  sources = {
    watches: counted("watches", watches),
    troubles: counted("troubles", new TroubleStore(db)),
    members: new MemberStore(db),
    alerts: counted("alerts", alerts),
    attention: new AttentionStore(db),
    people: { idOf: async () => null },
    catalog: { known: () => null, ready: async () => undefined },
    cards: counted("cards", new CardStore(db, { process: "p", now: () => BEGIN })),
    hexPlace: () => ({ origin: "https://app.hex.tech", workspace: null }),
    connections: new ConnectionStore(db),
    wishConnections: () => undefined,
    shownTo: async () => ({
      projects: { ...noProjects, has: (id) => !hidden.has(id) && !unsure.has(id) },
      unsure: { ...noProjects, has: (id) => unsure.has(id) },
      isGuestWithoutRules: false,
    }),
  };
  for (const id of ["one", "two"]) await watch(id);
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

function counted<T extends object>(name: string, counting: T): T {
  return new Proxy(counting, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const what = `${name}.${String(key)}`;
        asked.set(what, (asked.get(what) ?? 0) + 1);
        return value.apply(target, args);
      };
    },
  });
}

function watch(id: string, level: Level = "trouble", setAt = BEGIN) {
  return watches.set({ ...C1, rule: { kind: "project", id }, level, page: false, setBy: "U1", setAt });
}

/** As the bot stores what it has read: the trouble of a project, and when a good run ended it. */
async function put(projectId: string, seenAt: number, overAt: number | null, kinds: FindingKind[] = ["late"]) {
  const trouble: Trouble = {
    id: `of ${projectId}`,
    projectId,
    since: seenAt,
    seenAt,
    newsAt: [],
    ailments: kinds.map((kind) =>
      kind === "failed"
        ? { kind, since: seenAt, runId: `run of ${projectId}`, url: null, status: "ERRORED", overAt }
        : kind === "stuck"
          ? { kind, since: seenAt, runId: `run of ${projectId}`, url: null, overAt }
          : { kind, since: seenAt, overAt },
    ),
    overAt,
    endedBy: overAt === null ? null : `good run of ${projectId}`,
  };
  const columns = { over_at: overAt, doc: JSON.stringify(trouble) };
  await store.db
    .insertInto("troubles")
    .values({ id: trouble.id, project_id: projectId, ...columns })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
    .execute();
}

/** One round of the leader: what it wants to show, each as the id and the words, of which it posts or edits all. */
async function round(now: number): Promise<{ id: string; text: string; said: string[]; isFinal: boolean }[]> {
  const wanted = await wantedTroubles(sources, now);
  for (const { id, isNews, isFinal } of wanted.alerts) {
    if (isNews) await alerts.insert(id, now);
    if (isFinal) await alerts.change(id, { settled: true });
  }
  return wanted.alerts.map(({ id, message, replies, isFinal }) => ({
    id,
    text: visibleText(message(false)),
    said: replies.map(({ message: reply }) => reply.text),
    isFinal,
  }));
}

test("the first of two is over for more than a day, and the other is not: still the same message", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  await put("two", BEGIN + 5 * MINUTE, null);
  const [first] = await round(BEGIN + 5 * MINUTE);
  expect(first?.id).toBe("trouble C1  of one");
  expect(first?.said).toEqual(["Also in trouble now: two. Late."]);
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  expect((await round(BEGIN + 2 * HOUR)).map(({ id }) => id)).toEqual([first?.id]);
  const later = await round(BEGIN + 40 * HOUR);
  expect(later.map(({ id }) => id)).toEqual([first?.id]);
  expect(later[0]?.text).toContain("one");
});

test("all of it is over, and its message shows that: nothing is left to tell or to read", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  expect(await round(BEGIN + HOUR)).toEqual([expect.objectContaining({ isFinal: true })]);
  expect(await round(BEGIN + HOUR + MINUTE)).toEqual([]);
  asked.clear();
  expect(await round(BEGIN + 2 * HOUR)).toEqual([]);
  expect([...asked]).toEqual([["troubles.open", 1]]);
});

test("what is over for a day without its message showing it is given up", async () => {
  await put("one", BEGIN + MINUTE, null);
  await wantedTroubles(sources, BEGIN + MINUTE);
  await alerts.insert("trouble C1  of one", BEGIN + MINUTE);
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  expect((await wantedTroubles(sources, BEGIN + DAY)).alerts).toHaveLength(1);
  expect((await wantedTroubles(sources, BEGIN + DAY + 2 * HOUR)).alerts).toEqual([]);
});

test("the project of the first is no longer watched: the message keeps its id, says so, and tells the rest to its end", async () => {
  await watch("three");
  await put("one", BEGIN, null);
  await round(BEGIN);
  for (const id of ["two", "three"]) await put(id, BEGIN + MINUTE, null);
  const [first] = await round(BEGIN + MINUTE);
  expect(first?.said).toEqual(["Also in trouble now: 2 projects"]);
  await watches.remove(C1, "project one");
  const [then] = await round(BEGIN + 2 * MINUTE);
  expect(then?.id).toBe(first?.id);
  expect(then?.text).toContain("No longer watched here: one.");
  expect(then?.text).toContain("2 watched projects are in trouble");
  await watches.remove(C1, "project two");
  await put("three", BEGIN + MINUTE, BEGIN + HOUR);
  const [end, another] = await round(BEGIN + HOUR);
  expect(another).toBeUndefined();
  expect(end?.id).toBe(first?.id);
  // The reply that was posted counts, so that this is the second.
  expect(end?.said[1]).toBe("Back to green after 59 min: three.");
});

test("nothing of it is watched any more: the message says so, and is left alone", async () => {
  await put("one", BEGIN + MINUTE, null);
  const [first] = await round(BEGIN + MINUTE);
  await watches.remove(C1, "project one");
  const [end] = await round(BEGIN + 2 * MINUTE);
  expect(end?.id).toBe(first?.id);
  expect(end?.text).toContain("No longer watched here: one.");
  expect(end?.text).not.toContain("in trouble");
  expect(end?.isFinal).toBe(true);
  expect(await round(BEGIN + 3 * MINUTE)).toEqual([]);
  // Also when the bot has forgotten the trouble, because nobody watches the project.
  await watch("one", "trouble", BEGIN + 4 * MINUTE);
  await store.db.deleteFrom("troubles").execute();
  expect(await round(BEGIN + 5 * MINUTE)).toEqual([]);
});

test("after a message has just been left alone, a new trouble gets a message of its own", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  await watches.remove(C1, "project one");
  expect(await round(BEGIN + 2 * MINUTE)).toEqual([expect.objectContaining({ isFinal: true })]);
  await put("two", BEGIN + 2 * MINUTE, null);
  const then = await round(BEGIN + 3 * MINUTE);
  expect(then).toEqual([expect.objectContaining({ text: expect.stringContaining("two"), isFinal: false })]);
  expect(await alerts.get(then[0]?.id ?? "")).toMatchObject({ settled: false });
});

test("watched again after its message was left alone: news of the same trouble gets a message of its own", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  await watches.remove(C1, "project one");
  await round(BEGIN + 2 * MINUTE);
  await round(BEGIN + 3 * MINUTE);
  await watch("one", "trouble", BEGIN + 4 * MINUTE);
  await put("one", BEGIN + 5 * MINUTE, null, ["late", "failed"]);
  const then = await round(BEGIN + 5 * MINUTE);
  expect(then).toEqual([expect.objectContaining({ text: expect.stringContaining("one"), isFinal: false })]);
  expect(await alerts.get(then[0]?.id ?? "")).toMatchObject({ settled: false });
});

test("an older trouble that only becomes one for this conversation joins, and does not change the message's id", async () => {
  await watch("one", "failures");
  await put("one", BEGIN + MINUTE, null, ["late"]);
  await put("two", BEGIN + 2 * MINUTE, null);
  const [first] = await round(BEGIN + 2 * MINUTE);
  expect(first?.id).toBe("trouble C1  of two");
  await put("one", BEGIN + MINUTE, null, ["late", "failed"]);
  expect((await round(BEGIN + 3 * MINUTE)).map(({ id }) => id)).toEqual([first?.id]);
});

test("what a message tells of stays there when it turns into something that the watch would not tell", async () => {
  await watch("one", "late");
  await put("one", BEGIN + MINUTE, null, ["late"]);
  const [first] = await round(BEGIN + MINUTE);
  await watch("one", "failures");
  expect((await round(BEGIN + 2 * MINUTE)).map(({ id }) => id)).toEqual([first?.id]);
});

test("a button's message is known by its id after it is over", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  await round(BEGIN + HOUR);
  await round(BEGIN + HOUR + MINUTE);
  const group = await toldGroup(sources, "trouble C1  of one");
  expect(group?.members.map(({ told }) => told.trouble?.overAt)).toEqual([BEGIN + HOUR]);
  expect(await toldGroup(sources, "trouble C1  of two")).toBeNull();
});

test("the members of a message are forgotten with their troubles", async () => {
  const members = new MemberStore(store.db);
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  await round(BEGIN + HOUR);
  await round(BEGIN + HOUR + MINUTE);
  await members.removeOld();
  expect(await members.of("trouble C1  of one")).toHaveLength(1);
  await new TroubleStore(store.db).removeBefore(BEGIN + DAY);
  await members.removeOld();
  expect(await members.of("trouble C1  of one")).toEqual([]);
});

test("troubles that join within a minute of a reply are named together, in one reply at the end of that minute", async () => {
  for (const id of ["three", "four", "five"]) await watch(id);
  const at = (minutes: number) => BEGIN + minutes * MINUTE;
  await put("one", at(0), null);
  await round(at(0));
  await put("two", at(1), null);
  await round(at(1));
  for (const id of ["three", "four"]) await put(id, at(1.2), null);
  expect((await round(at(1.2)))[0]?.said).toEqual(["Also in trouble now: two. Late."]);
  const { alerts: wanted, nextAt } = await wantedTroubles(sources, at(1.5));
  expect([wanted[0]?.replies.length, nextAt]).toEqual([1, at(2)]);
  const [then] = await round(at(2));
  expect(then?.said).toEqual(["Also in trouble now: two. Late.", "Also in trouble now: 2 projects"]);
  expect((await wantedTroubles(sources, at(2))).nextAt).toBeNull();
  await put("five", at(2.1), null);
  await round(at(2.1));
  for (const id of ["one", "two", "three", "four", "five"]) await put(id, at(0), at(2.5));
  const [end] = (await wantedTroubles(sources, at(2.5))).alerts;
  expect(end?.replies.slice(2).map(({ message, isSilent }) => [message.text, isSilent])).toEqual([
    ["Also in trouble now: five. Late.", true],
    ["Back to green after 2 min 30 s: one, and 4 other projects.", false],
  ]);
});

test("the next round is when a silence ends", async () => {
  await put("one", BEGIN + MINUTE, null);
  const until = BEGIN + HOUR;
  await new AttentionStore(store.db).change([{ kind: "trouble", id: "of one" }], (now) =>
    silenced(now, { by: "U1", at: BEGIN, until }),
  );
  expect((await wantedTroubles(sources, BEGIN + MINUTE)).nextAt).toBe(until);
  expect((await wantedTroubles(sources, until)).nextAt).toBeNull();
});

test("a project that may not be shown is not told, and is once it may be and still is in trouble", async () => {
  hidden.add("one");
  await put("one", BEGIN + MINUTE, null);
  expect(await round(BEGIN + MINUTE)).toEqual([]);
  hidden.clear();
  expect((await round(BEGIN + HOUR))[0]?.text).toContain("one");
});

test("the right to see the first of two is withdrawn and given back: the message names the other alone, then both", async () => {
  for (const id of ["one", "two"]) await put(id, BEGIN + MINUTE, null);
  const [first] = await round(BEGIN + MINUTE);
  hidden.add("one");
  const [then] = await round(BEGIN + 2 * MINUTE);
  expect(then?.id).toBe(first?.id);
  expect(then?.text).toContain("No longer shown here: 1 project.");
  expect(then?.text).toContain("A watched project is in trouble");
  expect(then?.text).not.toContain("one");
  expect(then?.said).toEqual(first?.said);
  hidden.clear();
  expect((await round(BEGIN + 3 * MINUTE))[0]?.text).toContain("2 watched projects are in trouble");
});

test("nothing of it may be shown any more: the message names nothing, and goes on once it may and it is not over", async () => {
  await put("one", BEGIN + MINUTE, null);
  const [first] = await round(BEGIN + MINUTE);
  hidden.add("one");
  const [then] = await round(BEGIN + 2 * MINUTE);
  expect(then?.text).toMatch(
    /^.*No longer shown here: 1 project\.\nIf this conversation should be told about it, ask whoever/,
  );
  expect(then?.isFinal).toBe(false);
  expect((await toldGroup(sources, first?.id ?? ""))?.members.map(({ told }) => told.trouble)).toEqual([null]);
  hidden.clear();
  expect((await round(BEGIN + DAY))[0]?.text).toBe(first?.text);
  hidden.add("one");
  await put("one", BEGIN + MINUTE, BEGIN + DAY + HOUR);
  const [end] = await round(BEGIN + DAY + HOUR);
  expect(end?.text).not.toContain("green");
  expect(end?.isFinal).toBe(true);
});

test("it is over while nobody knows whether it may be shown: told once it may", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  unsure.add("one");
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  expect((await round(BEGIN + HOUR)).map(({ isFinal }) => isFinal)).toEqual([false]);
  unsure.clear();
  const [end] = await round(BEGIN + 2 * HOUR);
  expect(end?.said).toEqual(["Back to green after 59 min: one."]);
  expect(end?.isFinal).toBe(true);
});

test("a trouble that is over, and of which it never becomes known whether it may be shown, is settled once it is forgotten", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  unsure.add("one");
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  expect((await round(BEGIN + 30 * DAY)).map(({ isFinal }) => isFinal)).toEqual([false]);
  await new TroubleStore(store.db).removeBefore(BEGIN + DAY);
  const [end] = await round(BEGIN + 32 * DAY);
  expect(end === undefined || end.isFinal).toBe(true);
  expect(await round(BEGIN + 32 * DAY + MINUTE)).toEqual([]);
  expect(await sources.members.unsettled()).toEqual([]);
});

test("the reply that all is green waits for troubles that may not be shown, so that what joins until then is still said", async () => {
  await put("one", BEGIN, null);
  await round(BEGIN);
  await put("two", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  hidden.add("one");
  await put("two", BEGIN + MINUTE, BEGIN + 5 * MINUTE);
  const [then] = await round(BEGIN + 5 * MINUTE);
  expect(then?.text).toContain("Back to green");
  expect(then?.said).toHaveLength(1);
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  const [end] = await round(BEGIN + HOUR);
  expect(end?.said[1]).toBe("Back to green after 4 min: two.");
});

test("a conversation that watches nothing any more is asked about too", async () => {
  await put("one", BEGIN + MINUTE, null);
  await round(BEGIN + MINUTE);
  await watches.remove(C1, "project one");
  await put("one", BEGIN + MINUTE, BEGIN + HOUR);
  expect((await round(BEGIN + HOUR))[0]?.text).toContain("Back to green");
});
