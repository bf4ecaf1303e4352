// `/hex status` while the store is in trouble: the card is about Hex, and a history that cannot be read takes only its line.

import { afterEach, beforeEach, expect, test } from "vitest";
import { openEmbedded } from "../../src/store/database.js";
import { Bench } from "./bench.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start("http");
});
afterEach(() => bench.stop());

test("a stored outage that cannot be read: everything else is there", async () => {
  await bench.stopBot();
  const { db, close } = await openEmbedded(bench.dataDir);
  await db
    .insertInto("incidents")
    .values({ id: "odd", since: 1, ended_at: null, doc: '{"of":"a newer version"}' })
    .execute();
  await close();
  await bench.startBot();
  const answer = await bench.ask("status");
  expect(answer).toContain("Connected to Hex");
  expect(answer).toContain("*History:* the store cannot be read at the moment. See /readyz.");
  expect(answer).toContain("0 runs watched");
  bench.hex.workspace.revokeToken(bench.token);
  expect(await bench.ask("status")).toContain("Not connected to Hex");
});
