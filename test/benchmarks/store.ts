// How many changes of a run's state a second each store takes, beside bare writes of one row to the same store. A Postgres of
// its own, from npm.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "../../src/runs/run.js";
import { RunStore } from "../../src/runs/store.js";
import { intended, started } from "../../src/runs/transitions.js";
import type { Db, Store } from "../../src/store/database.js";
import { openShared } from "../../src/store/postgres.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { LocalPostgres } from "../process/fleet.js";
import { median, type Report, ratio } from "./report.js";

const TURNS = 3;
const TURN_MS = 800;
/** How many runs change at the same time. */
const LANES = [1, 10];

type Work = (lane: number) => Promise<unknown>;

/** How often a second `work` was done in a turn, by so many at the same time. */
async function perSecond(lanes: number, work: Work): Promise<number> {
  const from = performance.now();
  let done = 0;
  const lane = async (index: number) => {
    while (performance.now() - from < TURN_MS) {
      await work(index);
      done++;
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  return (done * 1_000) / (performance.now() - from);
}

function pendingRun(index: number): Run {
  const intent = {
    key: `run ${index}`,
    project: { id: "project", title: "Revenue" },
    options: { inputs: {}, fresh: false, publish: false, view: null },
    requester: "U1",
    requestedAt: 1,
    reference: "r",
  };
  const runId = `run-${index}`;
  return started(intended(intent, 1), {
    projectId: "project",
    runId,
    runUrl: null,
    traceId: null,
    projectVersion: null,
  });
}

/** The run goes on, with something new each time. */
const change = (run: Run): Run => ("status" in run ? { ...run, startedAt: (run.startedAt ?? 0) + 1 } : run);

interface Rates {
  transition: number[];
  bare: number[];
}

/** By how many runs change at the same time. */
async function measure(db: Db): Promise<Map<number, Rates>> {
  const runs = new RunStore(db, () => undefined);
  for (let index = 0; index < Math.max(...LANES); index++) await runs.insert(pendingRun(index));
  const transition: Work = (lane) => runs.update(`run ${lane}`, change);
  const bare: Work = (lane) =>
    db
      .updateTable("runs")
      .set((eb) => ({ version: eb("version", "+", 1) }))
      .where("key", "=", `run ${lane}`)
      .execute();
  const rates = new Map(LANES.map((lanes): [number, Rates] => [lanes, { transition: [], bare: [] }]));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [lanes, { transition: ours, bare: least }] of rates) {
      ours.push(await perSecond(lanes, transition));
      least.push(await perSecond(lanes, bare));
    }
  }
  return rates;
}

/** `name`: how the table calls it. */
async function rowsOf(name: string, { db, close }: Pick<Store, "db" | "close">): Promise<string[][]> {
  try {
    return [...(await measure(db))].map(([lanes, { transition, bare }]) => {
      const [ours, least] = [median(transition), median(bare)];
      return [name, String(lanes), ours.toFixed(0), least.toFixed(0), ratio(ours, least)];
    });
  } finally {
    await close();
  }
}

export async function storeBench(): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), "hex-bot-"));
  const rows = await rowsOf("SQLite", await openEmbedded(dir));
  rmSync(dir, { recursive: true, force: true });
  const postgres = await LocalPostgres.start();
  try {
    const url = await postgres.database("benchmark");
    rows.push(...(await rowsOf("Postgres", await openShared(url, () => undefined))));
  } finally {
    await postgres.stop();
  }
  return {
    about:
      "How many changes of a run a second are stored: each reads the run, makes the next state, and writes it if nobody else has " +
      "done so meanwhile. Beside bare updates of the same row. SQLite waits for the disk at each commit; this Postgres " +
      `(on the same machine, with fsync off) does not. Medians of ${TURNS} turns.`,
    head: ["store", "runs at a time", "changes/s", "bare updates/s", "ratio"],
    rows,
  };
}
