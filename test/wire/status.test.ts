// `/hex status` while the store is in trouble: the card is about Hex, and a history that cannot be read takes only its line.

import { afterEach, beforeEach, expect, test } from "vitest";
import { openEmbedded } from "../../src/store/sqlite.js";
import { Harness, shown } from "./harness.js";

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("http");
});
afterEach(() => harness.stop());

test("if Hex answers before the watchdog has seen it, the green header and the open outage do not contradict each other", async () => {
  harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
  await harness.stopBot();
  await harness.startBot({ HEX_PROBE_SECONDS: "600" });
  const outage = () => harness.log.some((line) => line.includes('"msg":"Hex is not connected'));
  await harness.until(outage);
  const { id } = await harness.slack.command("status");
  const answer = () => harness.slack.messages.find((message) => message.responseUrlOf === id);
  await harness.until(() => answer() !== undefined, 50);
  const down = answer();
  expect(down && shown(down)).toMatch(/Not connected to Hex/);
  expect(down && shown(down)).not.toContain("Hex answers now");
  harness.hex.faults.clear();
  const well = await harness.ask("status");
  expect(well).toContain("*Connected to Hex*");
  expect(well).toMatch(/\*Last outage:\* since .*\. Hex answers now; the bot's next probes will confirm it\./);
});

test("if the stored health of Hex cannot be read, everything else is there", async () => {
  await harness.stopBot();
  const { db, close } = await openEmbedded(harness.dataDir);
  await db.updateTable("health").set({ doc: '{"of":"a newer version"}' }).execute();
  await close();
  await harness.startBot();
  const answer = await harness.ask("status");
  expect(answer).toContain("Connected to Hex");
  expect(answer).toContain("*Last 24 hours:* not probed yet");
  expect(answer).toContain("0 runs tracked");
  harness.hex.workspace.revokeToken(harness.token);
  expect(await harness.ask("status")).toContain("Not connected to Hex");
});
