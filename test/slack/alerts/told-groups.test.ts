// Which troubles a conversation is told of together, over days.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AttentionStore } from "../../../src/attention/attention-store.js";
import type { Trouble } from "../../../src/follow/trouble.js";
import { TroubleStore } from "../../../src/follow/trouble-store.js";
import { WatchStore } from "../../../src/follow/watch-store.js";
import { RunStore } from "../../../src/runs/store.js";
import { type TroubleSources, toldGroups } from "../../../src/slack/alerts/wanted-troubles.js";
import { CardStore } from "../../../src/slack/cards/store.js";
import { openEmbedded, type Store } from "../../../src/store/database.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGIN = Date.UTC(2026, 10, 2);

let dir: string;
let store: Store;
let sources: TroubleSources;
let troubles: TroubleStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  store = await openEmbedded(dir);
  const { db } = store;
  const watches = new WatchStore(db);
  troubles = new TroubleStore(db);
  sources = {
    watches,
    troubles,
    attention: new AttentionStore(db),
    catalog: { known: () => null },
    runs: new RunStore(db, () => undefined),
    cards: new CardStore(db, { process: "p", now: () => BEGIN }),
    place: () => ({ origin: "https://app.hex.tech", workspace: null }),
  };
  for (const id of ["one", "two"]) {
    const rule = { kind: "project" as const, id };
    const place = { channel: "C1", threadTs: null };
    await watches.set({ ...place, rule, level: "trouble", page: false, setBy: "U1", setAt: BEGIN });
  }
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

async function add(projectId: string, seenAt: number, overAt: number | null): Promise<void> {
  const trouble: Trouble = {
    id: `of ${projectId}`,
    projectId,
    since: seenAt,
    seenAt,
    ailments: [{ kind: "late", since: seenAt, overAt }],
    overAt,
    endedBy: null,
  };
  await store.db
    .insertInto("troubles")
    .values({ id: trouble.id, project_id: projectId, over_at: overAt, doc: JSON.stringify(trouble) })
    .execute();
}
const groupsAt = async (now: number) =>
  (await toldGroups(sources, now)).map(({ id, told }) => [id, ...told.map(({ trouble }) => trouble.projectId)]);

test("the first of two is over for more than a day, and the other is not: still the same message", async () => {
  await add("one", BEGIN + MINUTE, BEGIN + HOUR);
  await add("two", BEGIN + 5 * MINUTE, null);
  const first = await groupsAt(BEGIN + 2 * HOUR);
  expect(first).toEqual([["trouble C1  of one", "one", "two"]]);
  expect(await groupsAt(BEGIN + 40 * HOUR)).toEqual(first);
});

test("all of it is over for more than a day: nothing is left to tell", async () => {
  await add("one", BEGIN + MINUTE, BEGIN + HOUR);
  expect(await groupsAt(BEGIN + 24 * HOUR)).toHaveLength(1);
  expect(await groupsAt(BEGIN + 26 * HOUR)).toEqual([]);
});
