// Which inputs a project has, as far as its runs show: Hex gives out no list of them. Pure: the runs go in.

import type { JsonValue } from "../hex/client.js";
import type { Run } from "./run.js";

/** A run, and whether everybody in the workspace may read its card. */
export interface RunSeen {
  run: Run;
  isPublic: boolean;
}

export interface KnownInput {
  name: string;
  /** What to offer; undefined when nobody's value may be shown, or none is known. */
  value: JsonValue | undefined;
}

export interface Asking {
  /** Who is to be offered the values. */
  user: string;
  /** Whether the value of an input of this name is shown to nobody. */
  isSecret: (name: string) => boolean;
  /** Names that Hex has said the project does not have, and when (epoch ms). */
  unknown: ReadonlyMap<string, number>;
  most: number;
}

/**
 * The inputs that runs were started with, the latest first, and those that Hex has refused by name without saying that they do not
 * exist. A value comes from the latest run of this person's that Hex took, else from the latest whose card is public.
 * `runs`: newest first.
 */
export function knownInputs(runs: readonly RunSeen[], { user, isSecret, unknown, most }: Asking): KnownInput[] {
  const names = new Set<string>();
  const gone = new Set<string>();
  for (const { run } of runs) {
    const { has, lacks } = evidenceOf(run);
    // The latest word on a name is the one that counts.
    for (const name of lacks) if (!names.has(name)) gone.add(name);
    for (const name of has) {
      const isLacking = gone.has(name) || (unknown.get(name) ?? Number.NEGATIVE_INFINITY) > run.requestedAt;
      if (!isLacking) names.add(name);
    }
  }
  return [...names].slice(0, most).map((name) => {
    const seen = isSecret(name) ? undefined : lastWith(runs, name, user);
    return { name, value: seen?.run.options.inputs[name] };
  });
}

/** What a run says of the names of its project's inputs. */
function evidenceOf(run: Run): { has: string[]; lacks: readonly string[] } {
  const names = Object.keys(run.options.inputs);
  if (isTaken(run)) return { has: names, lacks: [] };
  if (run.state !== "refused" || run.facts.inputs === undefined) return { has: [], lacks: [] };
  const { unknown, wrongType, others = [] } = run.facts.inputs;
  return { has: [...wrongType, ...others].map(({ name }) => name), lacks: unknown };
}

/** Whether Hex has taken its inputs. */
function isTaken(run: Run): boolean {
  return "hex" in run && run.hex !== null;
}

/** The run whose value is offered. */
function lastWith(runs: readonly RunSeen[], name: string, user: string): RunSeen | undefined {
  const having = runs.filter(({ run }) => isTaken(run) && Object.hasOwn(run.options.inputs, name));
  return having.find(({ run }) => run.requester === user) ?? having.find(({ isPublic }) => isPublic);
}
