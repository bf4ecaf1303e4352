// Changes who is on it for an alert, or silences the alert. People who press a button about something that is over are told so.

import {
  type Attention,
  attentionTo,
  type Change,
  isSilenced,
  type Silencing,
  type Subject,
  type Taking,
  type Unsilencing,
  versionOf,
} from "../../attention/attention.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { DAY } from "../../lib/time.js";
import { noteAttempt } from "../access/attempts.js";
import { deedEntry } from "../access/audit-entries.js";
import { toldGroup } from "../alerts/told-groups.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { alertGoneMessage, overAlreadyMessage } from "../messages/attention.js";
import { incidentAlert, isOutage } from "../messages/incident.js";
import { isHiddenForNow, toldOf } from "../messages/told-trouble.js";

/** What a button is for: `alert` is the alert's id, `to` when the last trouble joined that it showed (epoch ms, 0 for an outage). */
export interface Target {
  alert: string;
  to: number;
}

/** What somebody does. `detail`: more about it for the audit log, such as how long a silence is; null for nothing more. */
export interface AttentionDeed {
  deed: "on_it" | "silence" | "end_silence";
  target: Target;
  detail: string | null;
}

/** For how long (ms) it is known of an outage that it is over. */
const KNOWN_MS = 31 * DAY;

/** Something that the alert showed. `project`: null for an outage. `overAt`: epoch ms; null: it is not over. */
interface Shown {
  subject: Subject;
  project: ProjectNamed | null;
  overAt: number | null;
}

/**
 * Changes what belongs to all that the alert showed and that is not over.
 * @param change receives what is stored now, and the version of all that the alert shows
 * @returns what came of it, and whether all of it is silenced now; null: it is over or gone, and the person has been told
 * @throws StoreFailure, AccessDenied; HexError for a project that they may not see
 */
export async function changeAttention<T extends Taking | Silencing | Unsilencing>(
  bot: Bot,
  interaction: Interaction,
  doing: AttentionDeed,
  change: (now: Attention[], version: number) => Change<T>,
): Promise<{ outcome: T; isSilenced: boolean } | null> {
  const { shown, hidden } = await shownBy(bot, doing.target);
  const open = shown.filter(({ overAt }) => overAt === null);
  const over = shown.filter(({ overAt }) => overAt !== null);
  if (shown.length === 0) {
    for (const project of hidden) noteAttempt(interaction, doing.deed, { kind: "project", project });
    return told(interaction.respond(alertGoneMessage()));
  }
  if (open.length === 0) {
    return told(interaction.respond(overAlreadyMessage(Math.max(...over.map(({ overAt }) => overAt ?? 0)))));
  }
  demandFor(interaction, doing.deed, open);
  const attentions = await bot.attention.all();
  const toOver = over.map(({ subject }) => attentionTo(attentions, subject));
  let isSilent = false;
  const subjects = open.map(({ subject }) => subject);
  const outcome = await bot.attention.change(subjects, (now) => {
    const changed = change(now, versionOf([...toOver, ...now]));
    isSilent = changed.next.every((one) => isSilenced(one, bot.clock.now()));
    return changed;
  });
  await record(bot, interaction, doing, { open, outcome });
  interaction.log.info({ alert: doing.target.alert, outcome }, "attention");
  void bot.homes.redraw(interaction.user);
  return { outcome, isSilenced: isSilent };
}

/** @throws AccessDenied; HexError for a project that they may not see, once all of these are noted */
function demandFor(interaction: Interaction, deed: AttentionDeed["deed"], open: readonly Shown[]): void {
  const { permissions } = interaction;
  for (const { project } of open) {
    if (project !== null && !permissions.projects.has(project.id)) {
      noteAttempt(interaction, deed, { kind: "project", project });
    }
  }
  for (const { project } of open) {
    if (project === null) permissions.demandApartFromProjects("silence");
    else permissions.demand("silence", project);
  }
}

/** Enters it in the audit log, once for each outage or trouble. */
async function record(
  bot: Bot,
  interaction: Interaction,
  { deed, target, detail }: AttentionDeed,
  { open, outcome }: { open: readonly Shown[]; outcome: Taking | Silencing | Unsilencing },
): Promise<void> {
  const details = [target.alert, detail, othersIn(outcome)].filter((one) => one !== null).join(" ");
  const now = bot.clock.now();
  for (const { project, subject } of open) {
    const id = `${deed} ${interaction.key} ${subject.id}`;
    await bot.audit.record(deedEntry(interaction, deed, now, { id, project, detail: details, result: outcome.kind }));
  }
}

/** Who had it, or was faster; null for nobody. */
function othersIn(outcome: Taking | Silencing | Unsilencing): string | null {
  if ("by" in outcome) return `by ${outcome.by}`;
  return "from" in outcome && outcome.from.length > 0 ? `from ${outcome.from.join(" ")}` : null;
}

async function told(answer: Promise<void>): Promise<null> {
  await answer;
  return null;
}

/** `hidden`: the projects in the alert that may no longer be shown in its conversation. */
async function shownBy(bot: Bot, { alert, to }: Target): Promise<{ shown: Shown[]; hidden: ProjectNamed[] }> {
  const now = bot.clock.now();
  if (isOutage(alert)) {
    const incidents = await bot.health.incidentsSince(now - KNOWN_MS);
    const shown = incidents
      .filter((incident) => incidentAlert(incident) === alert)
      .map((incident) => ({
        subject: { kind: "incident" as const, id: incident.id },
        project: null,
        overAt: incident.state === "over" ? incident.backAt : null,
      }));
    return { shown, hidden: [] };
  }
  const group = await toldGroup(bot.troubleSources, alert);
  const members = (group?.members ?? []).filter(({ member }) => member.joinedAt <= to);
  const shown = toldOf(members.map(({ told }) => told)).map(({ trouble, project }) => ({
    subject: { kind: "trouble" as const, id: trouble.id },
    project: { id: trouble.projectId, title: project?.title ?? "" },
    overAt: trouble.overAt,
  }));
  const hidden = members.filter(({ told }) => isHiddenForNow(told)).map(({ member }) => member.projectId);
  return { shown, hidden: hidden.map((id) => ({ id, title: "" })) };
}
