// Whether what the bot did was somebody's right, as docs/access.md has it: each request to Hex that changes something, and each deed in
// the audit log.

import { type AuditEntry, DEEDS } from "../../src/audit/audit-entry.js";
import {
  isMeant,
  type Verdict,
  verdictOf,
  type WrittenPerson,
  type WrittenProject,
  type WrittenRule,
} from "../access/by-the-words.js";
import type { RecordedRequest } from "../sandbox/hex/server.js";

/** What was in force while somebody acted. */
export interface Moment {
  rules: readonly WrittenRule[] | null;
  /** Who acted; `null` when only time passed. */
  actor: WrittenPerson | null;
  /** Where, as far as the rules are concerned; more than one where the payload does not say it clearly. */
  places: readonly (string | null)[];
  people: ReadonlyMap<string, WrittenPerson>;
}

/** A run that awaits its approval. */
interface Asked {
  requester: WrittenPerson;
  project: WrittenProject;
  publish: boolean;
  place: string | null;
  /** Who could approve it when it was asked for, and since then. */
  by: Set<string>;
}

export class JudgedDeeds {
  readonly #asked = new Map<string, Asked>();
  /** Who asked for a run, by its id in Hex. */
  readonly #requesters = new Map<string, string>();
  /** Who has asked for a run of which project: it goes on existing for them. */
  readonly #own = new Set<string>();
  /** Who has set a watch or a digest where: they may end it. */
  readonly #watchers = new Set<string>();
  /** How many deeds have been judged, by what they were. */
  readonly counts = new Map<string, number>();

  constructor(private readonly projects: readonly WrittenProject[]) {}

  /** What was done without a right, in words. @param entries what the audit log has of it */
  wrongs(moment: Moment, requests: readonly RecordedRequest[], entries: readonly AuditEntry[]): string[] {
    for (const { deed, runKey, who, hexRunId, project } of entries) {
      if ((deed === "run" || deed === "publish") && project !== null) this.#own.add(`${who} ${project.id}`);
      if ((deed === "run" || deed === "publish") && hexRunId !== null && who !== null)
        this.#requesters.set(hexRunId, who);
      if (deed === "approve" && runKey !== null && hexRunId !== null)
        this.#requesters.set(hexRunId, this.#asked.get(runKey)?.requester.id ?? "");
    }
    this.#askOthers(moment);
    return [
      ...entries.flatMap((entry) => this.#wrongEntry(moment, entry, entries)),
      ...requests.flatMap((request) => this.#wrongRequest(moment, request, entries)),
    ];
  }

  /** Whether somebody has asked for a run of a project, which they may always cancel, whatever the rules say. */
  hasRunOf({ actor }: Moment, projectId: string): boolean {
    return this.#own.has(`${actor?.id} ${projectId}`);
  }

  /** Whether somebody may see or start a project there; for what they are shown. */
  mayAt(moment: Moment, verb: "see" | "run", projectId: string): boolean {
    const project = this.#project(projectId);
    return (
      moment.actor !== null &&
      moment.places.some((place) => verdict(moment, moment.actor, verb, project, place).kind !== "no")
    );
  }

  #wrongRequest(moment: Moment, { endpoint, path, body }: RecordedRequest, entries: readonly AuditEntry[]): string[] {
    const project = this.projects.find(({ id }) => path.includes(id)) ?? null;
    const { actor } = moment;
    if (endpoint === "cancelRun") {
      const runId = /runs\/([^/?]+)/.exec(path)?.[1] ?? "";
      if (actor !== null && this.#requesters.get(runId) === actor.id) return this.#count("own cancel");
      return this.#any(moment, "cancel", project) ? this.#count("cancel") : [`cancelled ${path}`];
    }
    const verb = isPublishing(body) ? "publish" : "run";
    if (this.#any(moment, verb, project)) return this.#count(verb);
    // Each approval was judged by its entry.
    const isApproved = entries.some(({ deed, decision }) => deed === "approve" && decision === "allowed");
    return isApproved ? this.#count("approved start") : [`${verb} ${path}`];
  }

  #wrongEntry(moment: Moment, entry: AuditEntry, entries: readonly AuditEntry[]): string[] {
    const { deed, decision, who, where, project: named, runKey } = entry;
    if (decision === null || decision === "refused") return [];
    const words = `${deed} by ${who} in ${where} of ${named?.title} (${decision})`;
    const { actor } = moment;
    if (actor === null || who !== actor.id) return [`${words}, who did not act`];
    if (!moment.places.includes(where)) return [`${words}, where nobody acted`];
    const project = named === null ? null : this.#project(named.id);
    if (deed === "approve" || deed === "decline") return this.#wrongDecision(moment, runKey ?? "", words);
    const key = `${who} ${where}`;
    if (deed === "watch" || deed === "digest") this.#watchers.add(key);
    if ((deed === "unwatch" || deed === "digest_off") && this.#watchers.has(key)) return this.#count(`own ${deed}`);
    // A category, an owner or an outage: what it takes depends on the projects that it covers.
    if (named === null && deed !== "administer") return this.#count(`${deed} of no one project`);
    const is = verdict(moment, actor, DEEDS[deed], project, where);
    if (decision === "needs_approval") {
      if (is.kind !== "approval" || project === null || runKey === null) return [words];
      const asked = { requester: actor, project, publish: deed === "publish", place: where, by: new Set(is.by) };
      // Of several who press the same button, the first one asks for the run.
      if (!this.#asked.has(runKey)) this.#asked.set(runKey, asked);
      return this.#count("asked for an approval");
    }
    const isOwn = deed === "cancel" && entries.length > 0 && this.#isOwnRun(entry);
    return is.kind === "yes" || isOwn ? this.#count(deed) : [words];
  }

  /** Runs may always be cancelled by whoever asked for them. */
  #isOwnRun({ who, runKey, hexRunId }: AuditEntry): boolean {
    const asked = runKey === null ? undefined : this.#asked.get(runKey);
    return asked?.requester.id === who || (hexRunId !== null && this.#requesters.get(hexRunId) === who);
  }

  /** An approval or a decline. */
  #wrongDecision(moment: Moment, runKey: string, words: string): string[] {
    const asked = this.#asked.get(runKey);
    const { actor } = moment;
    if (asked === undefined || actor === null) return [`${words}, which nobody asked for`];
    if (asked.requester.id === actor.id) return [`${words}, who asked for it`];
    const now = verdict(moment, asked.requester, asked.publish ? "publish" : "run", asked.project, asked.place);
    if (now.kind === "no") return [`${words}, though ${asked.requester.id} may not run it any more`];
    const by = now.kind === "approval" ? now.by : [...asked.by];
    return by.some((term) => isMeant(term, actor, asked.project))
      ? this.#count("decided")
      : [`${words}, who is no approver`];
  }

  /** When the rules change, those whom they name now are asked, too. */
  #askOthers(moment: Moment): void {
    for (const { requester, project, publish, place, by } of this.#asked.values()) {
      const now = verdict(moment, requester, publish ? "publish" : "run", project, place);
      if (now.kind === "approval") for (const term of now.by) by.add(term);
    }
  }

  #any(moment: Moment, verb: "run" | "publish" | "cancel", project: WrittenProject | null): boolean {
    return moment.places.some((place) => verdict(moment, moment.actor, verb, project, place).kind === "yes");
  }

  #project(projectId: string): WrittenProject {
    const known = this.projects.find(({ id }) => id === projectId);
    return known ?? { id: projectId, title: "", owner: "", categories: [] };
  }

  #count(what: string): [] {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    return [];
  }
}

function verdict(
  { rules }: Moment,
  person: WrittenPerson | null,
  verb: Parameters<typeof verdictOf>[0]["verb"],
  project: WrittenProject | null,
  place: string | null,
): Verdict {
  return person === null ? { kind: "no" } : verdictOf({ rules, person, verb, project, place });
}

function isPublishing(body: unknown): boolean {
  return (
    typeof body === "object" &&
    body !== null &&
    "updatePublishedResults" in body &&
    body.updatePublishedResults === true
  );
}
