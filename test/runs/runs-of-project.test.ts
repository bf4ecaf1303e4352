// A project's latest runs with their cards, in a file and in Postgres.

import { afterAll, describe, expect, test } from "vitest";
import { RunStore } from "../../src/runs/store.js";
import { intended } from "../../src/runs/transitions.js";
import { CardStore } from "../../src/slack/cards/store.js";
import { STORE_KINDS, Stores } from "../catalog/stores.js";

const stores = new Stores();
afterAll(() => stores.stop());

const run = (key: string, requestedAt: number, projectId = "p") =>
  intended(
    {
      key,
      project: { id: projectId, title: "Revenue" },
      requester: "U1",
      requestedAt,
      reference: "r",
      options: { inputs: { days: requestedAt }, fresh: false, publish: false, view: null },
    },
    1,
  );

describe.each(STORE_KINDS)("%s", (kind) => {
  test("newest first, each with whether its card is public", async () => {
    const { store } = await stores.open(kind);
    const runs = new RunStore(store.db, () => undefined);
    const cards = new CardStore(store.db, { process: "p1", now: () => 1 });
    for (const one of [run("a", 1), run("b", 3), run("c", 2), run("d", 4, "another"), run("e", 0)])
      await runs.insert(one);
    const card = { channel: "C1", threadTs: null, requester: "U1" };
    await cards.insert({ ...card, runKey: "a", isPublic: true });
    await cards.insert({ ...card, runKey: "b", isPublic: false });
    await cards.insert({ ...card, runKey: "c", isPublic: true });
    await cards.insert({ ...card, runKey: "e", isPublic: true });
    for (const runKey of ["a", "b"]) await cards.place(runKey, { channel: "C1", ts: "1.0" });
    // Slack has refused it in the channel.
    await cards.place("c", { channel: "D1", ts: "1.0" });
    const seen = await runs.ofProject("p", 10);
    expect(seen.map(({ run: { key }, isPublic }) => [key, isPublic])).toEqual([
      ["b", false],
      ["c", false],
      ["a", true],
      ["e", false],
    ]);
    expect(await runs.ofProject("p", 1)).toHaveLength(1);
    expect(await runs.ofProject("unknown", 10)).toEqual([]);
  });
});
