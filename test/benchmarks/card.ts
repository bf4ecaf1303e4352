// From a command to the card, beside a Bolt app that starts the run and posts a message, and does nothing else. Each takes its
// turn between peers of its own.

import { setTimeout as pause } from "node:timers/promises";
import { DelayedAnswers } from "./delayed-answers.js";
import { KINDS, type Kind, MeasuredProcess, Peers } from "./measured-process.js";
import { median, ms, quantile, type Report, ratio } from "./report.js";

const ANSWERS_MS = [0, 300];
/** The first command warms up. */
const COMMANDS = 15;
/** Between two commands, so that what follows a card is over. */
const REST_MS = 200;

/** Ms from a command until its card is in the channel. */
async function timeToCard({ slack }: Peers, projectId: string): Promise<number> {
  const before = posts(slack);
  const from = performance.now();
  await slack.command(`run ${projectId}`);
  while (posts(slack) === before && performance.now() - from < 10_000) await pause(1);
  return performance.now() - from;
}

function posts(slack: Peers["slack"]): number {
  return slack.messages.filter(({ via }) => via === "postMessage").length;
}

async function measure(answersMs: number): Promise<Record<Kind, number[]>> {
  const times: Record<Kind, number[]> = { bot: [], smallest: [] };
  const stage = async (kind: Kind) => {
    const peers = await Peers.start();
    const project = peers.hex.workspace.addProject({ title: "Revenue" });
    const [hex, slack] = [
      await DelayedAnswers.of(peers.hex.origin, answersMs),
      await DelayedAnswers.of(peers.slack.apiUrl, answersMs),
    ];
    const process = await MeasuredProcess.start(kind, "socket", peers, {
      HEX_WORKSPACE_URL: hex.origin,
      SLACK_API_URL: `${slack.origin}/api/`,
      HEX_REQUESTS_PER_MINUTE: "600",
    });
    const stop = async () => {
      await process.end();
      await Promise.all([hex.stop(), slack.stop()]);
      await peers.stop();
    };
    return { kind, peers, projectId: project.id, stop };
  };
  const stages = [await stage("bot"), await stage("smallest")];
  for (let command = 0; command <= COMMANDS; command++) {
    for (const { kind, peers, projectId } of stages) {
      const took = await timeToCard(peers, projectId);
      if (command > 0) times[kind].push(took);
      await pause(REST_MS);
    }
  }
  for (const { stop } of stages) await stop();
  return times;
}

export async function cardBench(): Promise<Report> {
  const rows: string[][] = [];
  for (const answersMs of ANSWERS_MS) {
    const times = await measure(answersMs);
    const figures = (kind: Kind) => [median(times[kind]), quantile(times[kind], 0.9)].map(ms);
    rows.push([
      answersMs === 0 ? "at once" : `in ${answersMs} ms`,
      ...KINDS.flatMap(figures),
      ratio(median(times.bot), median(times.smallest)),
    ]);
  }
  return {
    about:
      "From sending `/hex run <id>` until its card is in the channel, in Socket Mode. The smallest app starts the run and then " +
      "posts a message. The bot also asks what the project is and stores what is wanted, so that no run is started twice; its card " +
      "comes before Hex has answered, and says so.",
    head: ["Hex and Slack answer", "bot: median", "90 %", "smallest: median", "90 %", "ratio of medians"],
    rows,
  };
}
