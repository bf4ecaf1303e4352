// Names in the rules that match nobody and nothing, so that they give no right. Pure.

import type { PolicyName, ProjectField } from "./policy.js";
import type { ProjectValues } from "./project-values.js";

/**
 * - `unknown`: there is no such person, user group or channel, or no project has it. For a channel: the bot cannot see it, either.
 * - `left`: the person's account is deactivated. `bot`, `stranger`: a bot, or somebody of another workspace, has no rights.
 * - `switched_off`: the user group is disabled. `archived`: nobody can write in the channel.
 */
export type WhyUnmatched = "unknown" | "left" | "bot" | "stranger" | "switched_off" | "archived";

export interface UnmatchedName {
  name: PolicyName;
  why: WhyUnmatched;
  /** What was probably meant; `null` when nothing is close. `label`: what people call it, if that is something else. */
  meant: { text: string; label: string | null } | null;
}

/** Where the name would have to exist. */
export type NameKind = "person" | "group" | "channel" | "project";

/** Names that were not looked up. */
export interface UncheckedNames {
  kind: NameKind;
  count: number;
  /**
   * - `scope`: Slack does not tell the bot. `failed`: no answer. `later`: there are more than are asked about at a time.
   * - `workspaces`: not found in the first `most` workspaces of the organization, and the bot looks into no others.
   */
  why: { kind: "scope"; scope: string } | { kind: "failed" } | { kind: "later" } | { kind: "workspaces"; most: number };
}

export interface NameFindings {
  /** In the order of the file. */
  unmatched: readonly UnmatchedName[];
  unchecked: readonly UncheckedNames[];
}

export const NOTHING_FOUND: NameFindings = { unmatched: [], unchecked: [] };

export function kindOf({ kind }: PolicyName): NameKind {
  return isOfProject(kind) ? "project" : kind;
}

/** What both say, in the order of the file. */
export function together(...findings: readonly NameFindings[]): NameFindings {
  return {
    unmatched: findings
      .flatMap(({ unmatched }) => unmatched)
      .sort(({ name: one }, { name: other }) => one.line - other.line || one.column - other.column),
    unchecked: findings.flatMap(({ unchecked }) => unchecked),
  };
}

/** For how many names what was meant is searched for, since that takes a comparison with each value. */
const MOST_MEANT = 50;
/** For how many names in a row nothing else happens in this process. */
const AT_ONCE = 200;

/** The names that no project has, without those of people, groups and channels. `breathe` lets other work happen in between. */
export async function namesWithoutProjects(
  names: readonly PolicyName[],
  values: ProjectValues,
  breathe: () => Promise<unknown>,
): Promise<NameFindings> {
  const unmatched: UnmatchedName[] = [];
  let open = 0;
  for (const [place, name] of names.entries()) {
    const { kind, text } = name;
    if (place % AT_ONCE === AT_ONCE - 1) await breathe();
    if (!isOfProject(kind)) continue;
    const hasIt = values.has(kind, text);
    if (hasIt === null) open += 1;
    if (hasIt !== false) continue;
    const nearest = unmatched.length < MOST_MEANT ? values.nearest(kind, text) : null;
    unmatched.push({ name, why: "unknown", meant: nearest === null ? null : { text: nearest, label: null } });
  }
  return { unmatched, unchecked: open === 0 ? [] : [{ kind: "project", count: open, why: { kind: "failed" } }] };
}

function isOfProject(kind: PolicyName["kind"]): kind is ProjectField {
  return kind !== "person" && kind !== "group" && kind !== "channel";
}
