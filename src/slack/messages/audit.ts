// Who did what, for administrators.

import type { AuditEntry, Deed } from "../../audit/audit-entry.js";
import type { Project } from "../../hex/schema.js";
import type { Outsider } from "../access/audit-entries.js";
import { answer, context, fitting, type Message, message, paragraphs, section } from "./blocks.js";
import { andMore, bold, code, count, date, dotted, inline, mention, spoken } from "./mrkdwn.js";

export interface AuditView {
  /** The latest ones, newest first. Those that fit into a message are shown. */
  entries: readonly AuditEntry[];
  /** How many there are. */
  total: number;
  days: number;
  /** What was asked about; `null` for everything. */
  who: string | null;
  project: { title: string } | null;
}

/** How many entries belong together: all of them are shown, or none. */
const PER_GROUP = 5;

export function auditMessage({ entries, total, days, who, project }: AuditView): Message {
  const did = who === null ? "*Who did what*" : `*What* ${mention(who)} *did*`;
  const to = project === null ? "" : ` with ${bold(project.title, 100)}`;
  const head = `${did}${to} in the last ${count(days, "day")}`;
  if (entries.length === 0) {
    return answer(`${head}: nothing that you may see here.`, context(ALL_OF_IT));
  }
  const groups = Array.from({ length: Math.ceil(entries.length / PER_GROUP) }, (_, at) =>
    paragraphs(entries.slice(at * PER_GROUP, (at + 1) * PER_GROUP).map(entryLine)),
  );
  // No foot is longer than this one.
  const kept = fitting(groups, [section(head), footOf(total - 1, total)]);
  const shown = Math.min(entries.length, kept.length * PER_GROUP);
  return message(spoken(head), [section(head), ...kept.flat(), footOf(shown, total)]);
}

function footOf(shown: number, total: number) {
  const rest = total > shown ? `These are the latest ${shown} of ${total}. ` : "";
  return context(`${rest}${ALL_OF_IT}`);
}

/** The same whether or not there is more. */
const ALL_OF_IT =
  "`npm run audit` on the bot's machine exports all of it, also about projects that you may not see or that are gone.";

/** Without rules, nobody is an administrator. */
export function auditInTerminalMessage(): Message {
  return answer(
    "No rules say who may read the audit log, so it is not shown here. Whoever runs the bot can read it with `npm run audit -- --since 7d`.",
  );
}

const PROJECTS_SHOWN = 5;

/** `projects`: those that may be meant, best first. */
export function whichAuditProjectMessage(typed: string, projects: readonly Project[]): Message {
  const lines = projects.map(({ id, title }) => `• ${bold(title, 100)}: ${code(`/hex audit ${id}`)}`);
  const asked =
    lines.length === 0
      ? `No project is called ${code(typed, 80)}. Write its title, its id or its link, or mention a person. If the person has left, write their member id (U…).`
      : `Which project do you mean by ${code(typed, 80)}?\n${andMore(lines, PROJECTS_SHOWN).join("\n")}`;
  return answer(asked);
}

const DID: Record<Deed, string> = {
  see: "looked at",
  run: "ran",
  publish: "ran and published",
  cancel: "cancelled a run of",
  approve: "approved a run of",
  decline: "declined a run of",
  watch: "watched",
  unwatch: "stopped watching",
  digest: "set a digest",
  digest_off: "ended a digest",
  on_it: "pressed I'm on it",
  silence: "silenced an alert",
  end_silence: "ended a silence",
  administer: "read the audit log",
};

const NOT_BEGUN: ReadonlySet<string> = new Set(["declined", "expired", "refused", "too_late", "withdrawn"]);
const TOO_LATE: ReadonlySet<string> = new Set(["too_late"]);

/** What somebody did without effect, by the results that say so. */
const IN_VAIN: Partial<Record<Deed, { tried: string; results: ReadonlySet<string> }>> = {
  run: { tried: "asked to run", results: NOT_BEGUN },
  publish: { tried: "asked to run and publish", results: NOT_BEGUN },
  approve: { tried: "tried to approve a run of", results: TOO_LATE },
  decline: { tried: "tried to decline a run of", results: TOO_LATE },
  cancel: { tried: "tried to cancel a run of", results: new Set(["already", "failed", "too_late"]) },
};

/** What comes between such a deed and its project, since it may have none. */
const TO_PROJECT: Partial<Record<Deed, string>> = {
  digest: " of",
  digest_off: " of",
  on_it: " for",
  silence: " about",
  end_silence: " about",
  administer: " about",
};

/** What somebody wanted to do, without a project, and before the title of one. */
const WANTED: Record<Deed, { alone: string; about: string }> = {
  see: { alone: "see a project", about: "see" },
  run: { alone: "run a project", about: "run" },
  publish: { alone: "run and publish a project", about: "run and publish" },
  cancel: { alone: "cancel a run", about: "cancel a run of" },
  approve: { alone: "approve a run", about: "approve a run of" },
  decline: { alone: "decline a run", about: "decline a run of" },
  watch: { alone: "watch a project", about: "watch" },
  unwatch: { alone: "stop watching", about: "stop watching" },
  digest: { alone: "set a digest", about: "set a digest of" },
  digest_off: { alone: "end a digest", about: "end a digest of" },
  on_it: { alone: "press I'm on it", about: "press I'm on it for" },
  silence: { alone: "silence an alert", about: "silence an alert about" },
  end_silence: { alone: "end a silence", about: "end a silence about" },
  administer: {
    alone: "do what only administrators may do",
    about: "do what only administrators may do about",
  },
};

/** People who may not use the bot at all, whatever the rules say. */
const OUTSIDERS: Record<Outsider, string> = {
  guest: "a guest",
  of_another_workspace: "of another workspace",
  unproven: "not known to be of this workspace",
};

function entryLine(entry: AuditEntry): string {
  const { at, where, detail, decision, result, hexRunId } = entry;
  const place = where !== null && /^[CG]/.test(where) ? ` in <#${where}>` : "";
  return dotted(
    `${date(at)} ${decision === "refused" ? refusedWords(entry) : doneWords(entry)}${place}`,
    detail === null ? null : detailWords(detail),
    ruleWords(entry),
    decision === "needs_approval" ? "needs approval" : null,
    result === null ? null : (outsiderWords(result) ?? inline(result.replaceAll("_", " "), 40)),
    hexRunId === null ? null : code(hexRunId, 40),
  );
}

function doneWords(entry: AuditEntry): string {
  const { who, deed, project } = entry;
  const what = project === null ? "" : `${TO_PROJECT[deed] ?? ""} ${nameOf(project)}`;
  return `${subjectOf(who)} ${didWords(entry)}${what}`;
}

function didWords({ deed, decision, result }: AuditEntry): string {
  const { tried, results } = IN_VAIN[deed] ?? { tried: DID[deed], results: null };
  const isInVain = decision === "needs_approval" || (result !== null && results?.has(result) === true);
  return isInVain ? tried : DID[deed];
}

/** People at the end of it, as in `by U0ADA or U0GRACE`, are mentioned. Anything that somebody typed before them stays text. */
function detailWords(detail: string): string {
  const [people = ""] = /(?<=\b(?:by|of) )[UW][A-Z0-9]{4,30}(?: or [UW][A-Z0-9]{4,30})*$/.exec(detail) ?? [];
  const rest = inline(detail.slice(0, detail.length - people.length), 100);
  return people === "" ? rest : `${rest} ${people.split(" or ").map(mention).join(" or ")}`;
}

function refusedWords({ who, deed, project }: AuditEntry): string {
  const { alone, about } = WANTED[deed];
  const what = project === null ? alone : `${about} ${nameOf(project)}`;
  return `:no_entry: ${subjectOf(who)} was refused: ${what}`;
}

function ruleWords({ decision, rule, result }: AuditEntry): string | null {
  if (rule !== null) return `rule ${rule.number}${rule.name === null ? "" : ` (${inline(rule.name, 60)})`}`;
  const isByRules = result === null || (result !== "requester_left" && outsiderWords(result) === null);
  return decision === "refused" && isByRules ? "no rule allows it" : null;
}

/** `null` for any other result. */
function outsiderWords(result: string): string | null {
  return Object.entries(OUTSIDERS).find(([outsider]) => outsider === result)?.[1] ?? null;
}

function subjectOf(who: string | null): string {
  return who === null ? "Somebody" : mention(who);
}

function nameOf({ id, title }: NonNullable<AuditEntry["project"]>): string {
  return bold(title || id, 80);
}
