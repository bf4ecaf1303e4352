// How soon a command is acknowledged, beside the smallest Bolt app. Both run all the time, each between peers of its own, and
// are asked in turn, a second each.

import { setTimeout as pause } from "node:timers/promises";
import { KINDS, type Kind, MeasuredProcess, MODES, type Mode, Peers } from "./measured-process.js";
import { median, ms, quantile, type Report, ratio } from "./report.js";

const RATES = [50, 200];
/** For each rate. The first turn warms up. */
const TURNS = 3;
const TURN_MS = 1_000;
/** Slack waits no longer. */
const SLACK_WAITS_MS = 3_000;

/** Sends commands at a steady rate, whether or not the last one is answered. Resolves with the ms that each took. */
async function askSteadily({ slack }: Peers, perSecond: number): Promise<number[]> {
  const asked: Promise<number>[] = [];
  const from = performance.now();
  for (let count = 0; count < (perSecond * TURN_MS) / 1_000; count++) {
    const due = from + (count * 1_000) / perSecond;
    if (due > performance.now()) await pause(due - performance.now());
    const sent = performance.now();
    asked.push(slack.command("help").then(({ ack }) => (ack.ok ? performance.now() - sent : SLACK_WAITS_MS)));
  }
  return Promise.all(asked);
}

async function measure(mode: Mode, perSecond: number): Promise<Record<Kind, number[]>> {
  const times: Record<Kind, number[]> = { bot: [], smallest: [] };
  const stage = async (kind: Kind) => {
    const peers = await Peers.start();
    return { kind, peers, process: await MeasuredProcess.start(kind, mode, peers) };
  };
  const stages = [await stage("bot"), await stage("smallest")];
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const { kind, peers } of stages) {
      const took = await askSteadily(peers, perSecond);
      if (turn > 0) times[kind].push(...took);
      // What follows an acknowledgement is over before the other one is asked.
      await pause(TURN_MS / 4);
    }
  }
  for (const { peers, process } of stages) {
    await process.end();
    await peers.stop();
  }
  return times;
}

export async function acknowledgementBench(): Promise<Report> {
  const rows: string[][] = [];
  for (const mode of MODES) {
    for (const perSecond of RATES) {
      const times = await measure(mode, perSecond);
      const figures = (kind: Kind) => [median(times[kind]), quantile(times[kind], 0.99)].map(ms);
      rows.push([
        ...[mode, String(perSecond)],
        ...KINDS.flatMap(figures),
        ratio(median(times.bot), median(times.smallest)),
      ]);
    }
  }
  return {
    about:
      "From sending `/hex help` until its acknowledgement, at a steady rate of commands, whether or not the last one is " +
      "answered. Slack waits 3 s. Both answer each command afterwards, which takes processor time from the acknowledgements " +
      "that follow.",
    head: ["mode", "commands/s", "bot: median", "99 %", "smallest: median", "99 %", "ratio of medians"],
    rows,
  };
}
