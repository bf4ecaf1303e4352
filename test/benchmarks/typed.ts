// What people type to find a project, and how long the bot takes for it.

/** Titles, parts of them, other fields, other scripts, typing errors, and things that there are not. */
export const NAMES = [
  ...[
    "weekly revenue",
    "revenue emea",
    "churn",
    "x",
    "olga finance",
    "forecast for the board",
    "売上",
    "übersicht umsätze",
  ],
  ...["wekly revneue", "revneue emea", "churm dashbord", "ubersicht", "forcast for the bord", "retnetion cohrts 2024"],
  ...[
    "wekly bokings by regoin north amrica",
    "qwertz uiopü",
    "🚀",
    "a b c d e f g h i j k l m",
    "revenue ".repeat(300),
  ],
];
/** Somebody types these, letter by letter. */
export const KEYSTROKES = [
  "weekly revenue by region",
  "wekly revneue emea",
  "売上レポート",
  "übersicht",
  "olga@acme",
].flatMap(beginnings);
/** As many as a picker holds. */
export const OPTIONS = 100;
const REPEATS = 5;

export interface Times {
  median: number;
  worst: number;
}

/** Each case a few times, the first of which warms up; the best of the others, so that a busy machine does not count. */
export function timesOf(cases: readonly string[], work: (text: string) => unknown): Times {
  const times = cases.map((text) => {
    work(text);
    return Math.min(...Array.from({ length: REPEATS }, () => took(() => work(text))));
  });
  times.sort((a, b) => a - b);
  return { median: times[times.length >> 1] ?? 0, worst: times.at(-1) ?? 0 };
}

/** In ms. */
export function took(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

function beginnings(text: string): string[] {
  return Array.from(text, (_, length) => text.slice(0, length + 1));
}
