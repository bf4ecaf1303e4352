// How long the bot takes from its start until it takes commands, and how much memory it holds at rest, beside the smallest
// Bolt app. In turn, so that both meet the same machine.

import { setTimeout as pause } from "node:timers/promises";
import { KINDS, type Kind, MeasuredProcess, MODES, type Mode, Peers } from "./measured-process.js";
import { median, megabytes, ms, type Report, ratio } from "./report.js";

const PAIRS = 12;
/** As many of the pairs are left at rest, both at the same time, for so long. */
const REST_PAIRS = 4;
const REST_MS = 3_000;

interface Figures {
  startMs: number[];
  startCpuMs: number[];
  residentBytes: number[];
}

async function measure(mode: Mode): Promise<Record<Kind, Figures>> {
  const figures: Record<Kind, Figures> = {
    bot: { startMs: [], startCpuMs: [], residentBytes: [] },
    smallest: { startMs: [], startCpuMs: [], residentBytes: [] },
  };
  const peers = await Peers.start();
  try {
    for (let number = 0; number < PAIRS; number++) {
      // Whoever comes second may find the machine warmer.
      const order = number % 2 === 0 ? KINDS : [...KINDS].reverse();
      const pair: MeasuredProcess[] = [];
      for (const kind of order) {
        const started = await MeasuredProcess.start(kind, mode, peers);
        figures[kind].startMs.push(started.startMs);
        figures[kind].startCpuMs.push(started.startCpuMs);
        if (number < REST_PAIRS) pair.push(started);
        else await started.end();
      }
      if (number >= REST_PAIRS) continue;
      await pause(REST_MS);
      for (const started of pair) {
        figures[started.kind].residentBytes.push(started.residentBytes);
        await started.end();
      }
    }
  } finally {
    await peers.stop();
  }
  return figures;
}

export async function startBench(): Promise<Report> {
  const rows: string[][] = [];
  for (const mode of MODES) {
    const { bot, smallest } = await measure(mode);
    const line = (name: string, figure: keyof Figures, written: (value: number) => string) => {
      const [ours, least] = [median(bot[figure]), median(smallest[figure])];
      rows.push([mode, name, written(ours), written(least), ratio(ours, least)]);
    };
    line("start to ready", "startMs", ms);
    line("processor time until then", "startCpuMs", ms);
    line("resident memory", "residentBytes", megabytes);
  }
  return {
    about:
      `From the start of the process until it takes commands, and resident memory ${REST_MS / 1_000} s later, at rest. ` +
      `Medians of ${PAIRS} pairs (memory: ${REST_PAIRS}), with SQLite. On Node 22 and later, the bot reuses what Node compiled ` +
      "at its last start.",
    head: ["mode", "figure", "the bot", "smallest Bolt app", "ratio"],
    rows,
  };
}
