// `npm run demo -- --speed 20 --projects 5000 --keep`: which flags are allowed, and one sentence for anything else.

import { parseArgs } from "node:util";

export interface Flags {
  /** 0 takes any free one. */
  port: number;
  /** How many times as fast as real time the demo runs. */
  speed: number;
  /** How many projects the simulated Hex has in addition to its own. */
  projects: number;
  /** Leaves the bot's data and log behind. */
  keep: boolean;
  help: boolean;
}

export const USAGE = `npm run demo -- [--port <number>] [--speed <number>] [--projects <number>] [--keep]

  --port <number>      the port of the page. Default: 4000. 0 takes any free port
  --speed <number>     how many times as fast as real time the demo runs, from 1 to 60; above 1 it begins at 06:55. Default: 1
  --projects <number>  how many projects Hex has in addition to its own, up to 20000; the same each time. Default: 0
  --keep               keeps the bot's data and log in a folder, and says where
  --help               this text`;
/** More than any known workspace has. */
const MOST_PROJECTS = 20_000;

/** The flags, or one sentence about what is wrong with them. `env`: where npm puts flags that come before the two dashes. */
export function parseFlags(words: readonly string[], env: NodeJS.ProcessEnv = {}): Flags | { problem: string } {
  const taken = ["port", "speed", "projects", "keep"].filter((name) => env[`npm_config_${name}`] !== undefined);
  if (taken.length > 0) {
    const flags = taken.map((name) => `--${name}`).join(" and ");
    return { problem: `npm took ${flags} for its own. Put flags after two dashes: npm run demo -- --speed 20` };
  }
  let values: { port?: string; speed?: string; projects?: string; keep?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: withNegatives(words),
      options: {
        port: { type: "string" },
        speed: { type: "string" },
        projects: { type: "string" },
        keep: { type: "boolean" },
        help: { type: "boolean" },
      },
    }));
  } catch (error) {
    // Node's own first sentence names the word in question.
    const sentence = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? "") : "";
    return { problem: `${sentence}. The flags are --port, --speed, --projects, --keep and --help.` };
  }
  const port = Number(values.port ?? 4000);
  if (!/^\d+$/.test(values.port ?? "4000") || port > 65_535) {
    return { problem: "--port takes a whole number from 0 to 65535, such as --port 4001." };
  }
  const speed = Number(values.speed ?? 1);
  if (!(speed >= 1 && speed <= 60)) return { problem: "--speed takes a number from 1 to 60, such as --speed 20." };
  const projects = Number(values.projects ?? 0);
  if (!/^\d+$/.test(values.projects ?? "0") || projects > MOST_PROJECTS) {
    return { problem: `--projects takes a whole number from 0 to ${MOST_PROJECTS}, such as --projects 5000.` };
  }
  return { port, speed, projects, keep: values.keep ?? false, help: values.help ?? false };
}

/** Node takes "-1" for a flag unless it is joined to the one before. */
function withNegatives(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    if (/^-\d/.test(word) && before !== undefined && ["--port", "--speed", "--projects"].includes(before))
      joined.splice(-1, 1, `${before}=${word}`);
    else joined.push(word);
  }
  return joined;
}
