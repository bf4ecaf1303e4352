// A start that has waited for its turn: Hex is asked for it once, by one process, whatever happens on the way.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HexClient } from "../../src/hex/client.js";
import { remedyFor } from "../../src/remedies/hex.js";
import { ASK_MS, isLeaseOver, isLive, LEASE_MS } from "../../src/runs/run.js";
import { Starter } from "../../src/runs/start.js";
import { RunStore } from "../../src/runs/store.js";
import { awaiting, begun, intended, judged, postponed, triedAgain } from "../../src/runs/transitions.js";
import type { Store } from "../../src/store/database.js";
import { StoreFailure } from "../../src/store/failure.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { ManualClock } from "../sandbox/clock.js";
import { isStart, type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { clientOf, recoveryOf } from "./recovering.js";

let clock: ManualClock;
let hex: SimulatedHex;
let folder: string;
let opened: Store;
let store: RunStore;
beforeEach(async () => {
  clock = new ManualClock();
  hex = await startHex({ clock });
  folder = await mkdtemp(join(tmpdir(), "hex-bot-"));
  opened = await openEmbedded(folder);
  store = new RunStore(opened.db, () => undefined);
});
afterEach(async () => {
  await opened.close();
  await hex.stop();
  await rm(folder, { recursive: true });
});

/** A process's client with one token, which another one replaces when Hex refuses it. */
function client(token: string, next: string | null = null): HexClient {
  return clientOf(hex.origin, clock, token, next);
}

function starter(using = client(hex.workspace.addToken())): Starter {
  return new Starter({ hex: using, store, clock });
}

function intent(key = "k", { id, title } = hex.workspace.addProject({ title: "Revenue" })) {
  const options = { inputs: {}, fresh: false, publish: false, view: null };
  return { key, project: { id, title }, options, requester: "U1", requestedAt: clock.now(), reference: "r" };
}

/** A run that somebody has approved, and that nobody has begun to start. */
async function approve(): Promise<void> {
  const now = clock.now();
  await store.insert(awaiting(intent(), { verb: "run", rule: { number: 1, name: null }, by: [], place: null }, now));
  await store.update("k", (run) => (run.state === "awaiting" ? judged(run, { kind: "approve", by: "U2" }, now) : null));
}

/** A run that waits for its turn. */
async function queue(run = intent()): Promise<void> {
  const now = clock.now();
  const held = { kind: "budget_spent", operation: "runProject", host: "h", retryAfterMs: 0 } as const;
  await store.insert(intended(run, now));
  await store.update(run.key, (stored) => (stored.state === "starting" ? postponed(stored, held, 0, now) : null));
}

/** Lets time pass until `work` is done. */
async function during<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  while (!isDone) {
    await nextTurn();
    clock.advance(100);
  }
  return done;
}

/** This process goes on. */
const GOING = new AbortController().signal;
const failure = new StoreFailure("busy", new Error("database is locked"));

test.each(["get", "inFlight"] as const)(
  "if the store fails for a moment before Hex is asked (%s), the run is started all the same, once",
  async (read) => {
    await store.insert(intended(intent(), clock.now()));
    vi.spyOn(store, read).mockRejectedValueOnce(failure).mockRejectedValueOnce(failure);
    expect((await during(starter().ask("k"))).state).toBe("pending");
    expect(hex.requests.filter(isStart)).toHaveLength(1);
  },
);

test("if the store fails for a moment when the run is to wait behind others, it waits", async () => {
  await queue(intent("another"));
  await store.insert(intended(intent(), clock.now()));
  vi.spyOn(store, "update").mockRejectedValueOnce(failure);
  expect((await during(starter().ask("k"))).state).toBe("waiting");
  expect(hex.requests).toEqual([]);
});

test("if the store goes on failing, Hex is not asked, and the failure is reported before another process looks for the run", async () => {
  await store.insert(intended(intent(), clock.now()));
  vi.spyOn(store, "get").mockRejectedValue(failure);
  const from = clock.monotonic();
  await expect(during(starter().ask("k"))).rejects.toBe(failure);
  expect(clock.monotonic() - from).toBeLessThan(LEASE_MS - ASK_MS);
  expect(hex.requests).toEqual([]);
});

test.each(["rateLimited", "status"] as const)(
  "an answer that there is no run (%s) counts although the store failed for a minute when it came",
  async (type) => {
    await store.insert(intended(intent(), clock.now()));
    hex.faults.add({ endpoint: "runProject", kind: { type, status: 403 } });
    const failing = vi.spyOn(store, "update").mockRejectedValue(failure);
    await expect(during(starter().ask("k"))).rejects.toBe(failure);
    await during(clock.sleep(60_000));
    failing.mockRestore();
    await during(clock.sleep(2_000));
    expect((await store.get("k"))?.state).toBe(type === "status" ? "refused" : "waiting");
    const again = vi.spyOn(store, "update");
    await during(clock.sleep(10_000));
    expect(again).not.toHaveBeenCalled();
  },
);

/** The process is suspended for a minute while it waits for an answer of the store. */
async function suspended<T>(answer: Promise<T>, meanwhile: () => Promise<unknown>): Promise<T> {
  await answer;
  clock.advance(60_000);
  await meanwhile();
  return answer;
}

function suspendInRead(meanwhile = async (): Promise<unknown> => undefined): void {
  const read = store.inFlight.bind(store);
  vi.spyOn(store, "inFlight").mockImplementationOnce(() => suspended(read(), meanwhile));
}

function suspendInUpdate(meanwhile = async (): Promise<unknown> => undefined): void {
  const update = store.update.bind(store);
  vi.spyOn(store, "update").mockImplementationOnce((key, change) => suspended(update(key, change), meanwhile));
}

const TAKEN = [
  ["new", suspendInRead, () => store.insert(intended(intent(), clock.now())), (one: Starter) => one.ask("k")],
  ["approved", suspendInUpdate, approve, (one: Starter) => one.ask("k")],
  ["waiting", suspendInUpdate, () => queue(), (one: Starter) => one.retry("k", GOING)],
] as const;

test.each(TAKEN)(
  "a process that was suspended before it asked Hex (%s) starts the run later, once",
  async (...[, suspend, prepare, start]) => {
    await prepare();
    const one = starter();
    suspend();
    await start(one);
    expect(hex.requests).toEqual([]);
    const waiting = await store.get("k");
    if (waiting?.state !== "waiting") throw new Error("It does not wait.");
    expect(remedyFor(waiting.facts).what).toBe("The bot was held up and did not ask Hex.");
    await one.retry("k", GOING);
    expect((await store.get("k"))?.state).toBe("pending");
    expect(hex.requests.filter(isStart)).toHaveLength(1);
  },
);

test.each(TAKEN)(
  "and asks for nothing that another process has given up in the meantime (%s)",
  async (...[, suspend, prepare, start]) => {
    await prepare();
    suspend(() => during(starter().look("k")));
    await start(starter());
    expect((await store.get("k"))?.state).toBe("lost");
    expect(hex.requests.filter(isStart)).toEqual([]);
  },
);

test("an approved run that another process has begun to start is left to that process", async () => {
  await approve();
  await store.update("k", (run) => (run.state === "approved" ? begun(run, clock.now()) : null));
  await starter().ask("k");
  expect(hex.requests).toEqual([]);
  expect((await store.get("k"))?.state).toBe("starting");
});

test.each([
  ["that was approved", approve, (one: Starter) => one.ask("k")],
  ["that waited for its turn", () => queue(), (one: Starter) => one.retry("k", GOING)],
])("a run %s is started with the new token when Hex refuses the old one", async (_, prepare, start) => {
  const next = hex.workspace.addToken();
  await prepare();
  await start(starter(client("hxtw_revoked", next)));
  expect(hex.requests.filter(isStart).map(({ status }) => status)).toEqual([401, 201]);
  expect((await store.get("k"))?.state).toBe("pending");
});

test.each([
  ["was approved", approve, (one: Starter) => one.ask("k")],
  ["waited for its turn", () => queue(), (one: Starter) => one.retry("k", GOING)],
])("if the store says again that a run %s, the bot does not start it again", async (_, prepare, start) => {
  await prepare();
  const before = await store.get("k");
  const one = starter();
  await start(one);
  const after = await store.get("k");
  // As after a failover to a database that had not heard of the start yet.
  await store.update("k", () => before);
  await start(one);
  expect(hex.requests.filter(isStart)).toHaveLength(1);
  expect(await store.get("k")).toEqual(after);
});

test("if it is not known whether a run was started, it is left to be looked for, and those behind it go on", async () => {
  await queue();
  hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
  await starter().retry("k", GOING);
  const run = await store.get("k");
  expect(run).toMatchObject({ state: "starting", looking: true });
  expect(run?.state === "starting" && isLeaseOver(run.lease, clock.now())).toBe(true);
  expect(hex.requests).toHaveLength(1);
});

test("runs of one project that wait for their turn are all found, although the answers to their starts are lost", async () => {
  const project = hex.workspace.addProject({ title: "Revenue" });
  // Hex says of it only when it ended.
  const neverStarted = hex.workspace.startRun(project.id, { trigger: "API" });
  hex.workspace.finishRun(neverStarted.id, "UNABLE_TO_ALLOCATE_KERNEL");
  clock.advance(60 * 60_000);
  const keys = ["one", "two", "three"];
  for (const key of keys) await queue(intent(key, project));
  hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true, times: keys.length });
  const recovery = recoveryOf(client(hex.workspace.addToken()), store, clock, 10_000);
  const over = new AbortController();
  const keeping = recovery.keep(over.signal);
  for (let turn = 0; turn < 2_000 && (await store.inFlight()).some((run) => !isLive(run)); turn++) {
    await nextTurn();
    clock.advance(100);
  }
  over.abort();
  await keeping;
  expect((await store.inFlight()).map(({ key, state }) => [key, state])).toEqual(keys.map((key) => [key, "pending"]));
  expect(hex.requests.filter(isStart)).toHaveLength(keys.length);
});

test("a process that no longer leads stops looking, and leaves the rest to the next", async () => {
  await queue();
  await store.update("k", (run) => (run.state === "waiting" ? triedAgain(run, clock.now()) : null));
  const over = new AbortController();
  const looking = starter().look("k", over.signal);
  await hex.waitFor(({ endpoint, status }) => endpoint === "listRuns" && status === 200);
  over.abort();
  expect((await looking).state).toBe("starting");
});
