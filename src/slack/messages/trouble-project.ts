// A project in trouble, as the message about it shows it: what is wrong, since when, who owns it, and what to do.

import type { Button, KnownBlock } from "@slack/types";
import type { Followed, LastRun } from "../../follow/followed-project.js";
import { type Ailment, endedWithoutRun, isRescheduled, type Trouble } from "../../follow/trouble.js";
import { projectUrl } from "../../hex/links.js";
import { attentionLine } from "./attention.js";
import { context, section } from "./blocks.js";
import { count, date, dotted, inline, link, mention, sentence } from "./mrkdwn.js";
import { cancelHexRunButton } from "./run-buttons.js";
import { type AroundTroubles, lastTitle, ownerToMention, type ToldTrouble } from "./told-trouble.js";

/** The longest title that is shown, in characters. */
export const TITLE_MAX = 150;
/** How much of what is over is shown; what was over before that is counted. */
const OVER_SHOWN = 3;

export function projectBlocks(told: ToldTrouble, { place, now, owners }: AroundTroubles): KnownBlock[] {
  const { trouble, project, followed, attention } = told;
  const url = project === null ? null : projectUrl(place, project);
  const name = `*${link(url, lastTitle({ trouble, project, followed }), TITLE_MAX)}*`;
  const below = dotted(
    lastGoodWords(followed?.lastGood ?? null, followed?.lastRun ?? null),
    ownerOf(told, { now, owners }),
  );
  return [
    section(
      [
        name,
        ...ailmentLines(trouble),
        attentionLine(attention, { now, overAt: trouble.overAt }),
        todoLine(trouble, followed),
      ]
        .filter((line) => line !== null)
        .join("\n"),
      cancelStuck(told) ?? undefined,
    ),
    ...[context(below)].filter((block) => block !== null),
  ];
}

/** Null if no run is stuck. */
function cancelStuck(told: ToldTrouble): Button | null {
  const { projectId, ailments } = told.trouble;
  const stuck = ailments.find((one) => one.kind === "stuck" && one.overAt === null);
  if (stuck?.kind !== "stuck") return null;
  return cancelHexRunButton({ id: projectId, title: lastTitle(told) }, stuck.runId);
}

/** Oldest first. A run that is stuck may hold a trouble open for so long that not everything has room. */
function ailmentLines(trouble: Trouble): string[] {
  const over = trouble.ailments.filter(({ overAt }) => overAt !== null);
  const earlier = over.sort((one, other) => (other.overAt ?? 0) - (one.overAt ?? 0)).slice(OVER_SHOWN);
  const lines = trouble.ailments.filter((one) => !earlier.includes(one)).map((one) => ailmentLine(one, trouble));
  return earlier.length === 0 ? lines : [`${count(earlier.length, "earlier problem")}, over by now`, ...lines];
}

function ailmentLine(ailment: Ailment, trouble: Trouble): string {
  const url = ailment.kind === "late" ? null : ailment.url;
  return dotted(ailmentState(ailment, trouble), url === null ? null : link(url, "Open the run", 40));
}

function ailmentState(ailment: Ailment, trouble: Trouble): string {
  const { withdrawn, overAt } = trouble;
  const words = ailmentWords(ailment);
  const isLeft = withdrawn && ailment.overAt === overAt;
  if ("rescheduled" in ailment || (isLeft && isRescheduled(trouble))) return `:white_circle: ${words}`;
  if ("overtaken" in ailment) return `:white_circle: ${words} · a later run has completed`;
  if (isLeft) return `:white_circle: ${words} · no longer checked`;
  return ailment.overAt === null ? `:warning: ${words}` : `~${words}~ until ${date(ailment.overAt)}`;
}

function ailmentWords(ailment: Ailment): string {
  switch (ailment.kind) {
    case "failed":
      return failedWords(ailment);
    case "late":
      return ailment.rescheduled
        ? `Late: a run was due ${date(ailment.since)} and had not started when its schedule was changed`
        : `Late: a run was due ${date(ailment.since)} and has not started`;
    case "stuck":
      return `Stuck: a run has been going since ${date(ailment.since)}, far longer than usual`;
  }
}

type Failed = Extract<Ailment, { kind: "failed" }>;

function failedWords(failed: Failed): string {
  const { since, lastAt = since } = failed;
  if (lastAt > since) {
    const why = hadKernel(failed) ? "" : ", because Hex had no kernel for it";
    return `Failed ${date(since)}, most recently ${date(lastAt)}${why}`;
  }
  return hadKernel(failed)
    ? `Failed ${date(since)}`
    : `Could not start ${date(since)}, because Hex had no kernel for it`;
}

/** Without one, it has not begun, so nothing in the project has failed. */
function hadKernel({ status }: Failed): boolean {
  return status === "ERRORED";
}

function todoLine(trouble: Trouble, followed: Followed | null): string | null {
  const { ailments, overAt, since } = trouble;
  if (endedWithoutRun(trouble)) return "That run did not complete. If its results are needed, run it again.";
  if (overAt !== null) return null;
  const open = ailments.filter((one) => one.overAt === null);
  const [isStuck, isLate] = [open.some(({ kind }) => kind === "stuck"), open.some(({ kind }) => kind === "late")];
  const failed = open.find((one) => one.kind === "failed");
  const from = failed === undefined ? since : (failed.lastAt ?? failed.since);
  const started = followed?.going.find((run) => run.since >= from);
  if (failed !== undefined && (isStuck || started === undefined)) {
    return hadKernel(failed)
      ? "Open the run in Hex to see what failed, fix the project, and run it again."
      : "Cancel a run or close a project in Hex, and run it again.";
  }
  if (isStuck) return "Open the run in Hex. If it does not move, cancel it and run it again.";
  if (isLate && started === undefined) return "Check its schedule in Hex, or run it now.";
  const isAnother = failed !== undefined || isLate;
  const run = isAnother ? "Another run" : "A run";
  const verb = isAnother ? "has been started" : "has started";
  return `${link(started?.url ?? null, run, 40)} ${verb}. It is green again when that run has completed.`;
}

/** The kinds of what is wrong with it now, or was at last. */
export function kindsWords({ ailments }: Trouble): string {
  const open = ailments.filter((one) => one.overAt === null);
  const kinds = (open.length > 0 ? open : ailments).map(({ kind }) => kind);
  return sentence([...new Set(kinds)].join(" and "));
}

function lastGoodWords(good: LastRun | null, last: LastRun | null): string {
  if (good === null) return "No good run is known";
  const version = good.version === null ? "" : `, version ${inline(good.version, 20)}`;
  const changed =
    last?.version != null && last.version !== good.version ? `; now version ${inline(last.version, 20)}` : "";
  return `${link(good.url, "Last good run", 40)} ${date(good.endedAt)}${version}${changed}`;
}

/** The owner: a mention if they are to be told and Slack knows them, or else their e-mail address; `null` while not known. */
export function ownerOf(told: ToldTrouble, { now, owners }: Pick<AroundTroubles, "now" | "owners">): string | null {
  const email = told.project?.owner?.email ?? null;
  if (email === null) return null;
  const id = ownerToMention(told, now) === null ? undefined : owners.get(email);
  return `owner ${id === undefined ? inline(email, 80) : mention(id)}`;
}

/** Escaped. */
export function shownTitle(told: ToldTrouble): string {
  return inline(lastTitle(told), TITLE_MAX);
}
