// What was left unfinished is taken up when its time has come, and not only when the next check would come by itself.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, test } from "vitest";
import { LEASE_MS, type Run } from "../../src/runs/run.js";
import { RunStore } from "../../src/runs/store.js";
import { cancelling, intended, postponed, started } from "../../src/runs/transitions.js";
import type { Store } from "../../src/store/database.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { ManualClock } from "../sandbox/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import type { RecordedRequest } from "../sandbox/hex/types.js";
import { clientOf, recoveryOf } from "./recovering.js";

/** Recovery may look this long (ms) after something is due: it never checks more often. */
const ROUND_MS = 2_000;
/** For how long (ms) Hex has asked to wait. */
const ASKED_MS = 25_000;

let clock: ManualClock;
let hex: SimulatedHex;
let folder: string;
let opened: Store;
beforeEach(async () => {
  clock = new ManualClock();
  hex = await startHex({ clock });
  folder = await mkdtemp(join(tmpdir(), "hex-bot-"));
  opened = await openEmbedded(folder);
});
afterEach(async () => {
  await opened.close();
  await hex.stop();
  await rm(folder, { recursive: true });
});

/** A run that somebody has asked for a moment ago. */
function asked() {
  const { id, title } = hex.workspace.addProject({ title: "Revenue" });
  const options = { inputs: {}, fresh: false, publish: false, view: null };
  const intent = {
    key: "k",
    project: { id, title },
    options,
    requester: "U1",
    requestedAt: clock.now(),
    reference: "r",
  };
  return intended(intent, clock.now());
}

function pending() {
  const run = asked();
  const { id: runId } = hex.workspace.startRun(run.project.id, { durationMs: 600_000 });
  return started(run, { projectId: run.project.id, runId, runUrl: null, traceId: null, projectVersion: null });
}

const later = {
  kind: "rate_limited",
  operation: "runProject",
  host: "h",
  status: 429,
  retryAfterMs: ASKED_MS,
} as const;

test.each<[string, number, RecordedRequest["endpoint"], () => Run]>([
  [
    "a start is tried again when Hex allows it",
    ASKED_MS,
    "runProject",
    () => postponed(asked(), later, 0, clock.now()),
  ],
  ["a run is looked for when the process that asked for it has died", LEASE_MS, "listRuns", asked],
  [
    "and cancelled when the one that was to cancel it has",
    LEASE_MS,
    "cancelRun",
    () => cancelling(pending(), "U2", clock.now()),
  ],
])("%s", async (_, dueMs, endpoint, left) => {
  const store = new RunStore(opened.db, () => undefined);
  await store.insert(left());
  const using = clientOf(hex.origin, clock, hex.workspace.addToken());
  const recovery = recoveryOf(using, store, clock, 3_600_000);
  const over = new AbortController();
  const keeping = recovery.keep(over.signal);
  const until = dueMs + ROUND_MS;
  while (clock.sleeping === 0) await nextTurn();
  while (clock.monotonic() + clock.nextWakeMs <= until) {
    clock.advance(clock.nextWakeMs);
    for (let turn = 0; turn < 1_000 && clock.sleeping === 0; turn++) await nextTurn();
  }
  // From here on, no more time passes.
  await hex.waitFor((request) => request.endpoint === endpoint);
  over.abort();
  await keeping;
});
