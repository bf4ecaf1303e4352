// Which inputs a project has, as far as its runs show, since Hex does not list them. Pure: the runs go in.

import type { JsonValue } from "../hex/client.js";
import type { Run } from "./run.js";

/** A run, and whether everybody in the workspace may read its card. */
export interface RunSeen {
  run: Run;
  isPublic: boolean;
}

export interface KnownInput {
  name: string;
  /** The value to suggest; `undefined` when none is known or may be shown. */
  value: JsonValue | undefined;
}

export interface Asking {
  /** The person who will see the values. */
  user: string;
  /** Whether they can read public channels. */
  readsPublic: boolean;
  /** Whether nobody may see the value of an input. */
  isSecret: (name: string, value: unknown) => boolean;
  /** Names that, according to Hex, the project does not have, and when Hex said so (epoch ms). */
  unknown: ReadonlyMap<string, number>;
  most: number;
}

/**
 * The inputs that runs were started with, latest first, and those that Hex refused by name without saying that they do not exist.
 * A value comes from this person's latest run that Hex accepted, or else from the latest run whose card they can read in public. `runs`
 * are newest first.
 */
export function knownInputs(runs: readonly RunSeen[], asking: Asking): KnownInput[] {
  const { isSecret, unknown, most } = asking;
  const names = new Set<string>();
  const gone = new Set<string>();
  for (const { run } of runs) {
    const { has, lacks } = evidenceOf(run);
    // The latest evidence about a name is the one that counts: what a later run has is among the names already.
    for (const name of lacks) gone.add(name);
    for (const name of has) {
      const isLacking = gone.has(name) || (unknown.get(name) ?? Number.NEGATIVE_INFINITY) > run.requestedAt;
      if (!isLacking) names.add(name);
    }
  }
  return [...names].slice(0, most).map((name) => {
    const value = lastWith(runs, name, asking)?.run.options.inputs[name];
    return { name, value: isSecret(name, value) ? undefined : value };
  });
}

/** What a run shows about the names of its project's inputs. */
function evidenceOf(run: Run): { has: string[]; lacks: readonly string[] } {
  const names = Object.keys(run.options.inputs);
  if (isTaken(run)) return { has: names, lacks: [] };
  if (run.state !== "refused" || run.facts.inputs === undefined) return { has: [], lacks: [] };
  const { unknown, wrongType, others = [] } = run.facts.inputs;
  return { has: [...wrongType, ...others].map(({ name }) => name), lacks: unknown };
}

/** Whether Hex accepted the run's inputs. */
function isTaken(run: Run): boolean {
  return "hex" in run && run.hex !== null;
}

/** The run whose value to suggest. */
function lastWith(
  runs: readonly RunSeen[],
  name: string,
  { user, readsPublic }: Pick<Asking, "user" | "readsPublic">,
): RunSeen | undefined {
  const having = runs.filter(({ run }) => isTaken(run) && Object.hasOwn(run.options.inputs, name));
  return having.find(({ run }) => run.requester === user) ?? having.find(({ isPublic }) => isPublic && readsPublic);
}
