// What the client does when Hex does not answer, or not to the end. Each attempt is given up only after real time, so that the tests
// wait side by side.

import { expect, type TestContext, test } from "vitest";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

const FAULTS = [
  ["a hang", { type: "hang" }],
  ["a body that never ends", { type: "stall" }],
] as const;

async function startOwnWire(onTestFinished: TestContext["onTestFinished"]): Promise<Wire> {
  const wire = await startWire();
  onTestFinished(() => wire.stop());
  return wire;
}

test.concurrent.for(FAULTS)("GET is repeated after %s, and it works", async ([, kind], { onTestFinished }) => {
  const wire = await startOwnWire(onTestFinished);
  wire.hex.faults.add({ kind, endpoint: "me", times: 2 });
  await soon(wire.clock, wire.client.me(CALL));
  expect(wire.hex.requests).toHaveLength(3);
});

test.concurrent.for(FAULTS)("DELETE is repeated after %s", async ([, kind], { onTestFinished }) => {
  const wire = await startOwnWire(onTestFinished);
  const { id } = wire.hex.workspace.addProject();
  const { runId } = await wire.client.startRun(id, {}, CALL);
  wire.hex.faults.add({ kind, endpoint: "cancelRun" });
  await soon(wire.clock, wire.client.cancelRun(id, runId, CALL));
  expect(wire.hex.requests.filter((request) => request.endpoint === "cancelRun")).toHaveLength(2);
});

test.concurrent.for(FAULTS)("POST is never repeated, after %s", async ([, kind], { onTestFinished }) => {
  const wire = await startOwnWire(onTestFinished);
  const { id } = wire.hex.workspace.addProject();
  wire.hex.faults.add({ kind, endpoint: "runProject" });
  await soon(wire.clock, failure(wire.client.startRun(id, {}, CALL)));
  expect(wire.hex.requests).toHaveLength(1);
});
