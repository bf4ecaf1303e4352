// How long the bot itself takes to understand a name and to answer a keystroke, by how many projects there are.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Matcher } from "../../src/catalog/match.js";
import { sortProjects } from "../../src/hex/projects.js";
import type { Project } from "../../src/hex/schema.js";
import { NOTHING_CARRIED } from "../../src/slack/messages/carried.js";
import { projectsMessage } from "../../src/slack/messages/projects.js";
import { realisticProjects } from "../catalog/projects.js";
import { ms, type Report } from "./report.js";
import { KEYSTROKES, NAMES, OPTIONS, timesOf, took } from "./typed.js";

const COUNTS = [100, 1_000, 5_000, 10_000];
function measure(count: number) {
  const projects = realisticProjects(count);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const matcher = new Matcher();
  const slices: number[] = [];
  for (let at = 0; at < projects.length; at += 100) {
    slices.push(
      took(() => {
        for (const project of projects.slice(at, at + 100)) matcher.put(project);
      }),
    );
  }
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  const listed = sortProjects(projects);
  return {
    name: timesOf(NAMES, (text) => matcher.match(text)),
    keystroke: timesOf(KEYSTROKES, (text) => matcher.suggest(text, OPTIONS)),
    list: timesOf(["0", "3", "999999"], (page) => projectsMessage(viewOf(listed, Number(page)))),
    buildMs: slices.reduce((sum, ms) => sum + ms, 0),
    sliceMs: Math.max(...slices),
    bytes,
  };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}

function viewOf(projects: readonly Project[], page: number) {
  const place = { origin: "https://app.hex.tech", workspace: null };
  return {
    projects,
    isNearest: false,
    mayRun: () => true,
    page,
    place,
    words: [],
    nonce: "n",
    readAt: null,
    known: null,
    carried: NOTHING_CARRIED,
  };
}

export function catalogBench(): Report {
  const head = [
    "projects",
    "a name",
    "worst",
    "a keystroke",
    "worst",
    "a list",
    "worst",
    "index",
    "longest slice",
    "memory",
  ];
  const rows = COUNTS.map((count) => {
    const { name, keystroke, list, buildMs, sliceMs, bytes } = measure(count);
    const times = [name, keystroke, list].flatMap(({ median, worst }) => [ms(median), ms(worst)]);
    return [`${count}`, ...times, ms(buildMs), ms(sliceMs), `${(bytes / 1e6).toFixed(1)} MB`];
  });
  return {
    about:
      `The bot's own time for ${NAMES.length} names, ${KEYSTROKES.length} keystrokes and a page of \`/hex projects\`: ` +
      "median and worst. The index is built as projects are read, 100 at a time (a slice). The goal is at most 50 ms with 5,000 projects.",
    head,
    rows,
  };
}
