// Who did what, for administrators.

import type { AuditEntry, Deed } from "../../audit/audit-entry.js";
import type { Project } from "../../hex/schema.js";
import { context, type Message, message, section } from "./blocks.js";
import { bold, code, count, date, dotted, inline, mention } from "./mrkdwn.js";

export interface AuditView {
  /** Newest first: those that fit into a message. */
  entries: readonly AuditEntry[];
  /** How many there are. */
  total: number;
  days: number;
  /** What was asked about; `null` for everything. */
  who: string | null;
  project: { title: string } | null;
}

/** How many entries one section holds, so that it stays within Slack's limit for a text. */
const PER_SECTION = 5;

export function auditMessage({ entries, total, days, who, project }: AuditView): Message {
  const about = [who === null ? "" : ` by ${mention(who)}`, project === null ? "" : ` to ${bold(project.title, 100)}`];
  const head = `*Who did what* in the last ${count(days, "day")}${about.join("")}`;
  if (entries.length === 0) {
    return message("Nothing was done in this time.", [section(`${head}: nothing.`)]);
  }
  const lines = entries.map(entryLine);
  const sections = Array.from({ length: Math.ceil(lines.length / PER_SECTION) }, (_, at) =>
    section(lines.slice(at * PER_SECTION, (at + 1) * PER_SECTION).join("\n")),
  );
  const rest = total > entries.length ? `These are the latest ${entries.length} of ${total}. ` : "";
  return message("Who did what", [
    section(head),
    ...sections,
    context(`${rest}\`npm run audit\` in the bot's terminal exports all of it.`),
  ]);
}

/** Without rules, nobody is an administrator. */
export function auditInTerminalMessage(): Message {
  return message("The audit log is in the bot's terminal.", [
    section(
      "No rules say who may read the audit log, so it is not shown here. Whoever runs the bot reads it with `npm run audit -- --since 7d`.",
    ),
  ]);
}

export function whichAuditProjectMessage(typed: string, projects: readonly Project[]): Message {
  const lines = projects.slice(0, 5).map(({ id, title }) => `• ${bold(title, 100)}: ${code(`/hex audit ${id}`)}`);
  const asked =
    lines.length === 0
      ? `No project is called ${code(typed, 80)}. Write its title, its id or its link, or mention a person.`
      : `Which project do you mean by ${code(typed, 80)}?\n${lines.join("\n")}`;
  return message("Which project?", [section(asked)]);
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

/** What stands between such a deed and its project, since it may have none. */
const TO_PROJECT: Partial<Record<Deed, string>> = {
  digest: " of",
  digest_off: " of",
  on_it: " for",
  silence: " about",
  end_silence: " about",
  administer: " about",
};

function entryLine({ at, who, where, deed, project, detail, decision, rule, result, hexRunId }: AuditEntry): string {
  const subject = who === null ? "Somebody" : mention(who);
  const isRefused = decision === "refused";
  const link = isRefused ? "" : (TO_PROJECT[deed] ?? "");
  const what = project === null ? "" : `${link} ${bold(project.title || project.id, 80)}`;
  const place = where !== null && /^[CG]/.test(where) ? ` in <#${where}>` : "";
  return dotted(
    `${date(at)} ${isRefused ? ":no_entry: " : ""}${subject} ${isRefused ? "was refused:" : ""}${isRefused ? ` ${deed}` : DID[deed]}${what}${place}`,
    detail === null ? null : inline(detail, 100),
    rule === null
      ? isRefused
        ? "no rule allows it"
        : null
      : `rule ${rule.number}${rule.name === null ? "" : ` (${inline(rule.name, 60)})`}`,
    decision === "needs_approval" ? "waits for approval" : null,
    result === null ? null : inline(result.replaceAll("_", " "), 40),
    hexRunId === null ? null : code(hexRunId, 40),
  );
}
