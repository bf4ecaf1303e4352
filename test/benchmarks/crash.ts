// From kill -9 until every card tells the truth again: the runs have ended meanwhile, and a new process finds out.

import { setTimeout as pause } from "node:timers/promises";
import { visibleText } from "../sandbox/slack/server.js";
import { MeasuredProcess, Peers } from "./measured-process.js";
import { median, ms, type Report } from "./report.js";

const RUNS = 25;
const ROUNDS = 3;
const PATIENCE_MS = 60_000;
/** As many as can be set: the budget is not what is measured. */
const ENV = { HEX_REQUESTS_PER_MINUTE: "600" };

interface Round {
  /** From kill -9 until the next process takes commands. */
  readyMs: number;
  /** Until every card is true. */
  trueMs: number;
  /** How many runs there are in Hex in the end, and how many cards: as many as were asked for. */
  runs: number;
  cards: number;
}

async function round(): Promise<Round> {
  const peers = await Peers.start();
  const { hex, slack } = peers;
  hex.workspace.rateLimits.enabled = false;
  hex.workspace.kernelLimit = RUNS;
  const { id } = hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 0, neverEnds: true } });
  const cards = () => slack.messages.filter(({ via, threadTs }) => via === "postMessage" && threadTs === undefined);
  const showing = (word: string) => cards().filter((card) => visibleText(card).includes(word)).length;
  const killed = await MeasuredProcess.start("bot", "socket", peers, ENV);
  for (let run = 0; run < RUNS; run++) await slack.command(`run ${id}`);
  await until(() => showing("Running") === RUNS);
  const from = performance.now();
  await killed.kill();
  for (const run of hex.workspace.runs) hex.workspace.finishRun(run.id, "COMPLETED");
  const next = await MeasuredProcess.start("bot", "socket", peers, { ...ENV, HEX_BOT_DATA_DIR: killed.dataDir });
  const readyMs = performance.now() - from;
  await until(() => showing("Completed") === RUNS);
  const trueMs = performance.now() - from;
  await next.end();
  const facts = { readyMs, trueMs, runs: hex.workspace.runs.length, cards: cards().length };
  await peers.stop();
  return facts;
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!done()) {
    if (performance.now() > end) throw new Error(`It did not happen in ${PATIENCE_MS} ms`);
    await pause(5);
  }
}

export async function crashBench(): Promise<Report> {
  const rounds: Round[] = [];
  for (let count = 0; count < ROUNDS; count++) rounds.push(await round());
  const [ready, all] = [median(rounds.map(({ readyMs }) => readyMs)), median(rounds.map(({ trueMs }) => trueMs))];
  return {
    about:
      `kill -9 while ${RUNS} runs are in flight, with SQLite. They end in Hex before the next process starts, which is at once. ` +
      `Medians of ${ROUNDS} rounds; 600 requests a minute.`,
    head: ["figure", "measured", "of which the start"],
    rows: [
      ["kill -9 until commands are taken", ms(ready), "all of it"],
      [`kill -9 until all ${RUNS} cards are true`, ms(all), `${((100 * ready) / all).toFixed(0)} %`],
      ["runs in Hex, per round", rounds.map(({ runs }) => runs).join(", "), ""],
      ["cards in Slack, per round", rounds.map(({ cards }) => cards).join(", "), ""],
    ],
  };
}
