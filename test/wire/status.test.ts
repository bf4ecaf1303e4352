// `/hex status` while the store is in trouble: the card is about Hex, and a history that cannot be read takes only its line.

import { afterEach, beforeEach, expect, test } from "vitest";
import { openEmbedded } from "../../src/store/database.js";
import { Bench, shown } from "./harness.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start("http");
});
afterEach(() => bench.stop());

test("Hex answers before the watchdog has seen it: the green head and the outage that is not over do not contradict", async () => {
  bench.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
  await bench.stopBot();
  await bench.startBot({ HEX_PROBE_SECONDS: "600" });
  const outage = () => bench.log.some((line) => line.includes('"msg":"Hex is not connected'));
  await bench.until(outage);
  const { id } = await bench.slack.command("status");
  const answer = () => bench.slack.messages.find((message) => message.responseUrlOf === id);
  await bench.until(() => answer() !== undefined, 50);
  const down = answer();
  expect(down && shown(down)).toMatch(/Not connected to Hex/);
  expect(down && shown(down)).not.toContain("Hex answers now");
  bench.hex.faults.clear();
  const well = await bench.ask("status");
  expect(well).toContain("*Connected to Hex*");
  expect(well).toMatch(/\*Last outage:\* since .*\. Hex answers now; the bot's next probes confirm it\./);
});

test("what is stored of Hex's health cannot be read: everything else is there", async () => {
  await bench.stopBot();
  const { db, close } = await openEmbedded(bench.dataDir);
  await db.updateTable("health").set({ doc: '{"of":"a newer version"}' }).execute();
  await close();
  await bench.startBot();
  const answer = await bench.ask("status");
  expect(answer).toContain("Connected to Hex");
  expect(answer).toContain("*Last 24 hours:* not watched yet");
  expect(answer).toContain("0 runs watched");
  bench.hex.workspace.revokeToken(bench.token);
  expect(await bench.ask("status")).toContain("Not connected to Hex");
});
