// Looks up what the rules name: a while after the start, after each change of the rules, and once a day. Rules that name somebody who
// has left give no right, and nothing else would say so.

import { setImmediate as breathe } from "node:timers/promises";
import type { Policy, ProjectFacts } from "../../access/policy.js";
import { ProjectValues } from "../../access/project-values.js";
import {
  kindOf,
  type NameFindings,
  NOTHING_FOUND,
  namesWithoutProjects,
  together,
  type UncheckedNames,
} from "../../access/unmatched-name.js";
import type { Catalog } from "../../catalog/catalog.js";
import type { Project } from "../../hex/schema.js";
import type { Clock } from "../../lib/clock.js";
import { DAY, HOUR, MINUTE } from "../../lib/time.js";
import type { SlackNames } from "./slack-names.js";

export interface NameCheckOptions {
  policy: () => Policy | null;
  slackNames: Pick<SlackNames, "check">;
  catalog: Pick<Catalog, "all" | "isWhole">;
  factsOf: (project: Project) => ProjectFacts;
  clock: Clock;
  /** Called with all that a check has found. */
  onFound: (findings: NameFindings) => void;
  onError: (error: unknown) => void;
}

/** How often it looks whether a check is due, in ms. So none comes in the first minute after a start. */
const LOOK_MS = MINUTE;
/** The pause between two checks, in ms: when everything was looked up, and when something was not. */
const PAUSE_MS = DAY;
const SHORT_PAUSE_MS = HOUR;

interface Checked {
  policy: Policy;
  findings: NameFindings;
  /** Whether the projects were known then. */
  isWhole: boolean;
  /** By the monotonic clock, in ms. */
  at: number;
}

export class NameCheck {
  #last: Checked | null = null;

  constructor(private readonly options: NameCheckOptions) {}

  /** What was found for the rules that are in force; `null` while they have not been checked. */
  get findings(): NameFindings | null {
    return this.#last?.policy === this.options.policy() ? (this.#last?.findings ?? null) : null;
  }

  /** Checks until `signal` aborts. Never rejects. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, policy: policyNow, onError } = this.options;
    for (;;) {
      await clock.sleep(LOOK_MS, signal);
      if (signal.aborted) return;
      const policy = policyNow();
      if (policy !== null && this.#isDue(policy)) await this.#check(policy, signal).catch(onError);
    }
  }

  /** What had to wait for the projects is looked up as soon as they are known. */
  #isDue(policy: Policy): boolean {
    const { clock, catalog } = this.options;
    const last = this.#last;
    if (last === null || last.policy !== policy || (catalog.isWhole && !last.isWhole)) return true;
    return clock.monotonic() - last.at >= (last.findings.unchecked.some(mayBeSaidSoon) ? SHORT_PAUSE_MS : PAUSE_MS);
  }

  async #check(policy: Policy, signal: AbortSignal): Promise<void> {
    const { clock, catalog, slackNames, onFound } = this.options;
    const { isWhole } = catalog;
    const at = clock.monotonic();
    const findings = together(await slackNames.check(policy.names, signal), await this.#projects(policy, isWhole));
    if (signal.aborted) return;
    this.#last = { policy, findings, isWhole, at };
    onFound(findings);
  }

  /** In a workspace without projects, no name says anything. */
  async #projects({ names }: Policy, isWhole: boolean): Promise<NameFindings> {
    const ofProjects = names.filter((name) => kindOf(name) === "project");
    const projects = this.options.catalog.all();
    if (ofProjects.length === 0 || (isWhole && projects.length === 0)) return NOTHING_FOUND;
    if (!isWhole)
      return { unmatched: [], unchecked: [{ kind: "project", count: ofProjects.length, why: { kind: "failed" } }] };
    return namesWithoutProjects(ofProjects, new ProjectValues(projects.map(this.options.factsOf)), () => breathe());
  }
}

function mayBeSaidSoon({ why }: UncheckedNames): boolean {
  return why.kind !== "scope";
}
