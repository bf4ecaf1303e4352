// Replicas on one Postgres, many runs, and somebody who kills the leader and other replicas in turn: nothing is started twice, no run
// is left untracked, no card is wrong at the end, and two replicas never lead at once.

import { describe, expect, test } from "vitest";
import type { RecordedRequest } from "../sandbox/hex/server.js";
import { visibleText } from "../sandbox/slack/server.js";
import { Fleet, type Replica, until } from "./fleet.js";
import { PgBouncer, WITHOUT_PGBOUNCER } from "./pgbouncer.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { leads } from "./telling.js";

/** A starved replica takes a real second or two to take over, and three replicas, a Postgres and this process share the machine. */
const SPEED = 3;
const SECOND = 1_000;
const KILLS = process.env.SOAK_HOURS ? 6 : 2;
const RUNS = Math.round(KILLS * 6.5);
/** Looking for a lost run does not count as polling: any replica may look. */
const isWatch = ({ endpoint, query }: RecordedRequest) =>
  endpoint === "getRun" || (endpoint === "listRuns" && query.get("runTriggerFilter") !== "API");

const postgres = postgresForTests();

/** Pseudo-random numbers in [0, 1), the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** How late a busy machine is with the timers of its processes. */
class Beats {
  static readonly #everyMs = 50;
  readonly #at: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(clock: { now: () => number }) {
    this.#timer = setInterval(() => this.#at.push(clock.now()), Beats.#everyMs);
  }

  /** How much of the time between two others (epoch ms of the fast clock) the timers of this process were late by, in ms. */
  lateIn(from: number, to: number): number {
    const pauses = this.#at.map((at, index) => ({ at, ms: at - (this.#at[index - 1] ?? at) }));
    const late = pauses.filter(({ at }) => at > from && at <= to).map(({ ms }) => ms - Beats.#everyMs * SPEED);
    return late.filter((ms) => ms > 0).reduce((sum, ms) => sum + ms, 0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

describe("three replicas on one Postgres", () => {
  test(`${RUNS} runs, with ${KILLS} kills and restarts`, async ({ onTestFinished }) => {
    const fleet = await Fleet.start(await postgres.database("replicas"), SPEED);
    onTestFinished(() => fleet.stop());
    const { hex, slack, clock } = fleet;
    hex.workspace.rateLimits.enabled = false;
    const random = randomFrom(7);
    const alive: Replica[] = await Promise.all([fleet.add(), fleet.add(), fleet.add()]);
    const beats = new Beats(clock);
    onTestFinished(() => beats.stop());
    const projects = [1, 2].map((number) =>
      hex.workspace.addProject({ title: `Project ${number}`, run: { pendingMs: 2 * SECOND, runningMs: 20 * SECOND } }),
    );
    const wanted: string[] = [];
    const watching = () => {
      const { headers } = hex.requests.findLast(isWatch) ?? {};
      return alive.findIndex(({ token }) => headers?.authorization === `Bearer ${token}`);
    };
    let nextKill = clock.now() + 8 * SECOND;
    // As many of each, however fast the machine is.
    for (let run = 0, kills = 0; run < RUNS || kills < KILLS; ) {
      if (run < RUNS) {
        const project = projects[run % projects.length];
        const { ack, id } = await slack.command(`run ${project?.id}`, { timeoutMs: 3_000 });
        if (ack.ok) wanted.push(id);
        run++;
        await clock.sleep((1 + random()) * SECOND);
      }
      const leader = watching();
      if (clock.now() > nextKill && kills < KILLS && leader >= 0) {
        const follower = (leader + 1 + Math.floor(random() * (alive.length - 1))) % alive.length;
        const [victim] = alive.splice(kills % 2 === 0 ? leader : follower, 1);
        await victim?.kill();
        kills++;
        alive.push(await fleet.add());
        nextKill = clock.now() + (6 + 8 * random()) * SECOND;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const links = () => fleet.cards.flatMap((card) => /\/run\/([\w-]+)\|/.exec(visibleText(card))?.[1] ?? []);
    const unlinked = () => hex.workspace.runs.filter(({ id }) => !links().includes(id));
    // Of a start whose process was killed in its middle, a card may say that nobody knows whether the run exists.
    const unknown = () => fleet.cards.filter((card) => visibleText(card).includes("Not known"));
    // A run may be over before its card is there: whoever was posting it was killed, and its claim to do so lasts a while.
    const finished = () =>
      hex.workspace.runs.every((run) => run.finished) &&
      fleet.cards.every((card) => /Completed|Not known/.test(visibleText(card))) &&
      unlinked().length <= unknown().length;
    await until(finished, () =>
      [`no card: ${unlinked().map(({ id }) => id)}`, ...slack.messages.map(visibleText)].join("\n---\n"),
    );

    // Each card stands for one command, and no run belongs to two.
    expect(wanted.length).toBeGreaterThan(RUNS / 2);
    expect(hex.workspace.runs.length).toBeLessThanOrEqual(RUNS);
    expect(new Set(links()).size).toBe(links().length);
    expect(slack.refused).toEqual([]);

    const watch = hex.requests.filter(isWatch);
    const inFlight = (at: number) => hex.workspace.runs.some((run) => run.createdAt < at && (run.endedAt ?? at) > at);
    const gaps = watch.map((request, index) => ({ from: watch[index - 1]?.at ?? request.at, to: request.at }));
    const unwatched = gaps.filter(
      ({ from, to }) => to - from > 15 * SECOND + beats.lateIn(from, to) && inFlight(from + SECOND),
    );
    expect(unwatched).toEqual([]);

    // Between the last request of one poller and the first of another there is time in which nobody watches.
    const who = (request: RecordedRequest | undefined) => request?.headers.authorization;
    const changes = watch.filter((request, index) => index > 0 && who(request) !== who(watch[index - 1]));
    expect(changes.length).toBeGreaterThan(0);
    // Nobody polls more often in a row than it has begun to lead: on a busy machine, a leader may have to give way to another.
    for (const { token, log } of fleet.replicas) {
      const isIts = (request: RecordedRequest | undefined) => who(request) === `Bearer ${token}`;
      const turns = watch.filter((request, index) => isIts(request) && !isIts(watch[index - 1])).length;
      expect(turns).toBeLessThanOrEqual(log.split("leader: begins").length - 1);
    }
  });

  test("a replica that stops in order hands over the lead at once", async ({ onTestFinished }) => {
    const fleet = await Fleet.start(await postgres.database("handover"), SPEED);
    onTestFinished(() => fleet.stop());
    const both = await Promise.all([fleet.add(), fleet.add()]);
    const story = () => both.map(({ log }) => log).join("\n");
    await until(() => both.some(leads), story);
    const [first, second] = leads(both[0]) ? both : both.toReversed();
    expect(second && leads(second)).toBe(false);
    first?.child.kill("SIGTERM");
    expect(await first?.exit).toBe(0);
    const left = fleet.clock.now();
    await until(() => second !== undefined && leads(second), story);
    expect(fleet.clock.now() - left).toBeLessThan(15 * SECOND);
  });

  test("the leader is killed during an outage of Hex: one message and one recovery", async ({ onTestFinished }) => {
    const channel = "C0TEAMROOM1";
    const env = { HEX_ALERT_CHANNEL: channel, HEX_PROBE_SECONDS: "10" };
    const fleet = await Fleet.start(await postgres.database("outage"), 30, env);
    onTestFinished(() => fleet.stop());
    const { hex, slack } = fleet;
    hex.workspace.rateLimits.enabled = false;
    const replicas = await Promise.all([fleet.add(), fleet.add()]);
    const probes = () => hex.requests.filter(({ endpoint }) => endpoint === "me");
    const watching = () =>
      replicas.find(({ token }) => probes().at(-1)?.headers.authorization === `Bearer ${token}`) ?? replicas[0];
    const alerts = () => slack.messages.filter((one) => one.channel === channel && one.threadTs === undefined);
    const recoveries = () =>
      slack.messages.filter((one) => one.threadTs !== undefined && visibleText(one).includes("It is over, after"));
    const story = () =>
      [...slack.messages.map(visibleText), ...replicas.map(({ log }) => log.slice(-2_000))].join("\n");
    await until(() => probes().length > 2, story);

    hex.faults.add({ endpoint: "me", kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
    await until(() => alerts().some((one) => visibleText(one).includes("Not connected to Hex")), story);
    // Killed between the post and the note of it, it could not be told from one that never posted.
    const told = probes().length;
    await until(() => probes().length > told + 1, story);
    const killed = watching();
    await killed?.kill();
    await until(() => watching() !== killed, story);
    hex.faults.clear();
    await until(() => recoveries().length > 0, story);

    expect(alerts().map((one) => visibleText(one).includes("Over: connected to Hex again"))).toEqual([true]);
    expect(recoveries()).toHaveLength(1);
    const said = (text: string) => replicas.filter(({ log }) => log.includes(text)).length;
    expect([said("Hex is not connected"), said("Hex is connected again")]).toEqual([1, 1]);

    // On a clock this fast the card's second for the store would be thirty milliseconds: who starts later is asked, unhurried.
    for (const replica of replicas) await replica.kill();
    await fleet.add({ unhurried: true });
    const status = async () => {
      const { id } = await slack.command("status");
      return visibleText(await slack.waitForMessage((one) => one.responseUrlOf === id));
    };
    let answer = await status();
    // A second for the store can still be short on a busy machine.
    for (let turn = 0; turn < 10 && answer.includes("the store cannot be read"); turn++) answer = await status();
    expect(answer).toMatch(/1 outage/);
  });
});

test.skipIf(WITHOUT_PGBOUNCER)(
  `behind a pooler in transaction mode one watches, and another goes on when it is killed${WITHOUT_PGBOUNCER ? `, ${WITHOUT_PGBOUNCER}` : ""}`,
  async ({ onTestFinished }) => {
    const pgbouncer = await PgBouncer.start(postgres.port);
    onTestFinished(() => pgbouncer.stop());
    const fleet = await Fleet.start(pgbouncer.through(await postgres.database("pooled")), 2 * SPEED);
    onTestFinished(() => fleet.stop());
    const { hex, slack } = fleet;
    const { id } = hex.workspace.addProject({ run: { pendingMs: 2 * SECOND, neverEnds: true } });
    const replicas = await Promise.all([fleet.add(), fleet.add()]);
    const leading = () => replicas.filter(leads);
    const story = () => replicas.map(({ log }) => log.slice(-2_000)).join("\n");
    await slack.command(`run ${id}`);
    await fleet.cardShows("Running");
    await until(() => leading().length === 1, story);
    await leading()[0]?.kill();
    await until(() => leading().length === 1, story);
    for (const run of hex.workspace.runs) hex.workspace.finishRun(run.id, "COMPLETED");
    await fleet.cardShows("Completed");
    expect(hex.workspace.runs).toHaveLength(1);
    expect(slack.refused).toEqual([]);
  },
);
