// How long the bot itself takes to answer a keystroke and to understand a name under a thousand rules, beside none: the first one in a
// process that has just started, and the others.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { build } from "rolldown";
import type { Answer, Case } from "./first-question.js";
import { ms, type Report, ratio } from "./report.js";

/** The first questions, each asked in a new process. A single letter fits nearly every project. */
const FIRST: Record<Case["question"], readonly string[]> = {
  keystroke: ["r", "we", "zzz"],
  name: ["weekly revenue", "r", "wekly revneue"],
};
const REPEATS = 2;
const CASES: readonly (Pick<Case, "rules" | "areCompared"> & { called: string })[] = [
  { rules: "none", areCompared: false, called: "none" },
  { rules: "most", areCompared: true, called: "most projects" },
  { rules: "few", areCompared: true, called: "1 project in 17" },
  { rules: "few", areCompared: false, called: "the same, rules not compared before" },
];
const OUT = join(import.meta.dirname, "dist");

export async function policyBench(): Promise<Report> {
  await build({
    input: { "first-question": join(import.meta.dirname, "first-question.ts") },
    platform: "node",
    output: { dir: OUT, cleanDir: true },
  });
  const rows = (["keystroke", "name"] as const).flatMap((question) => {
    const none = measure({ rules: "none", areCompared: false }, question);
    return CASES.map((one) => {
      const { first, worst, others } = one.rules === "none" ? none : measure(one, question);
      return [
        question === "keystroke" ? "a keystroke" : "a name",
        one.called,
        ...[ms(first), ms(worst), ratio(first, none.first)],
        ...[ms(others.median), ms(others.worst), ratio(others.median, none.others.median)],
      ];
    });
  });
  return {
    about:
      "The bot's own time for a keystroke in a picker and for a name, with 10,000 projects and 1,000 rules, by what the rules let " +
      "somebody see: the first one in a process that has just started (median and worst of three texts), and the others (median and " +
      "worst). Ratios are to no rules. The bot compares the rules with the projects once it has read them, in slices; the last line " +
      "of each is without that. The goal is at most 50 ms.",
    head: ["what", "they see", "the first", "worst", "to none", "the others", "worst", "to none"],
    rows,
  };
}

interface Measured {
  /** Median and worst, in ms. */
  first: number;
  worst: number;
  others: NonNullable<Answer["others"]>;
}

/** The best of a few processes for each text, so that a busy machine does not count. */
function measure({ rules, areCompared }: Pick<Case, "rules" | "areCompared">, question: Case["question"]): Measured {
  const answers = FIRST[question].map((text, at) =>
    Array.from({ length: REPEATS }, (_, turn) =>
      inNewProcess({ rules, areCompared, question, text, hasOthers: at === 0 && turn === 0 }),
    ),
  );
  const firsts = answers.map((turns) => Math.min(...turns.map(({ first }) => first))).sort((a, b) => a - b);
  const others = answers[0]?.[0]?.others ?? { median: Number.NaN, worst: Number.NaN };
  return { first: firsts[firsts.length >> 1] ?? Number.NaN, worst: firsts.at(-1) ?? Number.NaN, others };
}

function inNewProcess(one: Case): Answer {
  const printed = execFileSync(process.execPath, [join(OUT, "first-question.js"), JSON.stringify(one)], {
    encoding: "utf8",
  });
  return JSON.parse(printed) as Answer;
}
