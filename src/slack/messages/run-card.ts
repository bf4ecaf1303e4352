// The card of a run: one message, drawn from the stored run and nothing else.

import type { Button } from "@slack/types";
import { projectUrl } from "../../hex/catalog.js";
import { remedyFor } from "../../hex/remedies.js";
import { elapsedMs, identityOf, type Run, type RunIn, type RunOptions } from "../../runs/run.js";
import { ACTIONS } from "../actions/ids.js";
import { actions, button, context, type Message, message, section } from "./blocks.js";
import { code, date, duration, inline, link, mention, plainDate, sentence } from "./mrkdwn.js";
import { remedyBlocks, saidLine, traceLine } from "./remedy.js";

const MINUTE = 60_000;
const TITLE_MAX = 150;

interface Face {
  emoji: string;
  word: string;
}

/** Why a card is a direct message: the one in the channel is gone, in Slack's word for it. */
export interface Moved {
  from: string;
  why: string;
}

/**
 * What is posted first, to be replaced by the card at once. It says nothing that can become wrong: when the process dies
 * before it has noted which message it posted, this one stays as it is, and the next process posts another.
 */
export function announcement(run: Run, origin: string): Message {
  const title = run.project.title || run.project.id;
  const who = run.requester === null ? "Somebody" : mention(run.requester);
  return message(`Asked for: ${inline(title, TITLE_MAX)}`, [
    section(`${who} asked for ${link(projectUrl(origin, run.project), title, TITLE_MAX)}, ${date(run.requestedAt)}.`),
  ]);
}

/** `now`: epoch ms; `origin`: where Hex is, for links. */
export function runCard(run: Run, now: number, origin: string, moved: Moved | null = null): Message {
  const face = faceOf(run);
  const title = run.project.title || run.project.id;
  const head = `${face.emoji} *${face.word}*  ${link(projectUrl(origin, run.project), title, TITLE_MAX)}`;
  const time = timeLine(run, now);
  return message(`${face.word}: ${inline(title, TITLE_MAX)}${time === null ? "" : `, ${time.plain}`}`, [
    section([head, time?.text, ...notes(run)].filter((line) => line).join("\n")),
    ...(run.state === "refused" ? remedyBlocks("*Why*", run.facts, run.reference) : []),
    context(optionsLine(run.options)),
    moved === null ? null : context(movedLine(moved)),
    context(footLine(run)),
    actions(...buttons(run)),
  ]);
}

/** Emoji and word of a state: never colour alone. */
export function faceOf(run: Run): Face {
  switch (run.state) {
    case "starting":
      return run.looking
        ? { emoji: ":mag:", word: "Looking for the run" }
        : { emoji: ":hourglass_flowing_sand:", word: "Starting" };
    case "waiting":
      return { emoji: ":hourglass:", word: "Waiting to start" };
    case "withdrawn":
      return { emoji: ":no_entry_sign:", word: "Not started" };
    case "pending":
      return { emoji: ":hourglass_flowing_sand:", word: "Waiting for a kernel" };
    case "running":
      return { emoji: ":arrow_forward:", word: "Running" };
    case "cancelling":
      return { emoji: ":octagonal_sign:", word: "Cancelling…" };
    case "completed":
      return { emoji: ":white_check_mark:", word: "Completed" };
    case "errored":
      return { emoji: ":x:", word: "Errored" };
    case "cancelled":
      return { emoji: ":no_entry_sign:", word: "Cancelled" };
    case "no_kernel":
      return { emoji: ":x:", word: "No kernel" };
    case "refused":
      return { emoji: ":x:", word: "Not started" };
    case "lost":
      return { emoji: ":grey_question:", word: LOST[run.why].word };
  }
}

/** Elapsed time in coarse steps, so that a long run does not use up Slack's budget of edits. */
function coarse(ms: number): number {
  if (ms < MINUTE) return 0;
  const step = ms < 10 * MINUTE ? MINUTE : ms < 60 * MINUTE ? 5 * MINUTE : 15 * MINUTE;
  return Math.floor(ms / step) * step;
}

function timeLine(run: Run, now: number): { text: string; plain: string } | null {
  const elapsed = elapsedMs(run, now);
  const typical = run.typicalMs === null ? null : `usually takes about ${duration(run.typicalMs)}`;
  switch (run.state) {
    case "pending":
      return typical ? { text: sentence(typical), plain: typical } : null;
    case "running": {
      const unknown = run.status === "RUNNING" ? null : `Hex calls it ${code(run.status, 60)}`;
      const since = elapsed !== null && coarse(elapsed) > 0 ? `for ${duration(coarse(elapsed))}` : null;
      const parts = [since, typical, unknown].filter((part) => part !== null);
      return parts.length === 0 ? null : { text: sentence(parts.join(" · ")), plain: parts.join(", ") };
    }
    case "completed":
    case "errored":
    case "cancelled": {
      const by = run.state === "cancelled" ? (run.by === null ? "in Hex" : `by ${mention(run.by)}`) : null;
      const after = elapsed === null ? null : `after ${duration(elapsed)}`;
      const at = `${date(run.endedAt)}`;
      return {
        text: sentence([by, after, at].filter((part) => part !== null).join(" · ")),
        plain: [run.state === "cancelled" && run.by === null ? "in Hex" : null, after ?? plainDate(run.endedAt)]
          .filter((part) => part !== null)
          .join(" "),
      };
    }
    default:
      return null;
  }
}

/** What a person should know beside the state. */
function notes(run: Run): string[] {
  const lines: string[] = [];
  if (run.state === "starting" && run.looking) {
    lines.push("Hex gave no clear answer to the start. Looking whether the run exists before anything else happens.");
  }
  if (run.state === "waiting") {
    const { what } = remedyFor(run.facts);
    lines.push(`${inline(what, 300)} The bot tries again on its own until ${date(run.until, "{time}")}.`);
  }
  if (run.state === "withdrawn") lines.push(`Cancelled by ${mention(run.by)} before it began.`);
  if (run.state === "cancelling") {
    lines.push(`${mention(run.by)} wants it stopped. ${run.accepted ? "Hex is stopping it." : "Asking Hex."}`);
  }
  if ((run.state === "pending" || run.state === "running") && run.cancelFailure !== null) {
    const { facts, reference } = run.cancelFailure;
    const { what, todo } = remedyFor(facts);
    lines.push(`:warning: Cancelling failed: ${inline(what, 300)} ${inline(todo[0] ?? "", 300)}`);
    lines.push(saidLine(facts) ?? "", traceLine(facts, reference));
  }
  if ("trouble" in run && run.trouble !== null) {
    const { what, todo } = remedyFor(run.trouble.facts);
    lines.push(
      `:warning: No news from Hex since ${date(run.trouble.since)}: ${inline(what, 300)} ${inline(todo[0] ?? "", 300)}`,
      saidLine(run.trouble.facts) ?? "",
    );
  }
  if (run.state === "no_kernel") {
    lines.push("Hex had no kernel free for it. Cancel a run or close a project in Hex, then press Run again.");
  }
  if (run.state === "errored") lines.push("A cell failed. Open the run in Hex to see which one and why.");
  if (run.state === "lost") lines.push(LOST[run.why].text);
  if (run.again !== null) lines.push(`Run again by ${mention(run.again.by)}, ${date(run.again.at)}.`);
  return lines;
}

const LOST: Record<RunIn<"lost">["why"], { word: string; text: string }> = {
  start_unknown: {
    word: "Not known",
    text:
      "The connection to Hex broke while the run was being started, and the bot could not find it in Hex. It may be there " +
      "all the same. Press *Look again* in a minute, or check the project in Hex before you start it again.",
  },
  several: {
    word: "Not known",
    text:
      "The connection to Hex broke while the run was being started. Hex lists a new run, but whether it is this one " +
      "cannot be told. Check the project's runs in Hex before you start it again.",
  },
  vanished: {
    word: "No longer in Hex",
    text:
      "Hex no longer knows this run: it, or its project, was deleted, or is no longer shared with the bot's token. " +
      "Check the project in Hex.",
  },
  unreachable: {
    word: "Not known",
    text: "Hex could not be asked about this run for a day, so the bot no longer watches it. Open it in Hex.",
  },
  too_long: {
    word: "No longer watched",
    text: "This run has not ended within a week, so the bot no longer watches it. Open it in Hex, and cancel it there if it hangs.",
  },
};

/** The inputs and flags it was started with; null when there are none. */
export function optionsLine(options: RunOptions): string | null {
  const inputs = Object.entries(options.inputs);
  const shown = inputs.slice(0, 12).map(([name, value]) => code(`${name}=${printed(value)}`, 120));
  const more = inputs.length > shown.length ? [`and ${inputs.length - shown.length} more`] : [];
  const flags = [
    options.fresh ? "fresh SQL" : null,
    options.publish ? "updates the published results" : null,
    options.view === null ? null : `view ${code(options.view, 100)}`,
  ].filter((flag) => flag !== null);
  const parts = [...(shown.length > 0 ? [`Inputs ${[...shown, ...more].join(" ")}`] : []), ...flags];
  return parts.length === 0 ? null : parts.join(" · ");
}

function printed(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function movedLine({ from, why }: Moved): string {
  const words: Record<string, string> = {
    message_not_found: "was deleted",
    is_archived: "can no longer be changed, because the channel is archived",
    is_inactive: "can no longer be changed, because the channel is archived",
    not_in_channel: "can no longer be changed, because the bot was removed from the channel",
    channel_not_found: "can no longer be changed, because the bot cannot see the channel any more",
  };
  return `This card is here because the one in <#${from}> ${words[why] ?? "can no longer be changed"}.`;
}

function footLine(run: Run): string {
  const hex = identityOf(run);
  const failed = run.state === "errored" || run.state === "no_kernel" || run.state === "lost";
  const parts = [
    run.requester === null ? startedElsewhere(run.trigger) : `Asked for by ${mention(run.requester)}`,
    date(run.requestedAt),
    hex?.url ? link(hex.url, "Open the run in Hex", 40) : null,
    hex?.projectVersion ? `version ${inline(hex.projectVersion, 20)}` : null,
    failed && hex?.traceId ? `Hex trace id ${code(hex.traceId, 100)}` : null,
    failed ? `Reference ${code(run.reference, 40)}` : null,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

function startedElsewhere(trigger: string | null): string {
  const by: Record<string, string> = {
    API: "Started through the API",
    SCHEDULED: "Started by its schedule",
    APP_REFRESH: "Started by a refresh of the app",
  };
  return by[trigger ?? ""] ?? "Started in Hex";
}

function buttons(run: Run): (Button | null)[] {
  const title = run.project.title || run.project.id;
  const label = run.state === "lost" && run.hex === null ? "Start again" : "Run again";
  const again = button({
    actionId: ACTIONS.runAgain,
    label,
    value: run.key,
    describe: `${label}: ${title}`,
    ...(run.state === "lost" && run.hex === null
      ? {
          confirm: {
            title: "Start it again?",
            text: "The first run may exist in Hex without being listed yet. Then there will be two.",
            confirm: "Start again",
            deny: "Not now",
          },
        }
      : {}),
  });
  switch (run.state) {
    case "starting":
    case "cancelling":
      return [];
    case "waiting":
    case "pending":
    case "running":
      return [cancelButton(run)];
    case "lost":
      return [
        run.hex === null ? button({ actionId: ACTIONS.lookAgain, label: "Look again", value: run.key }) : null,
        run.again === null ? again : null,
      ];
    case "refused":
      // The same inputs would be refused again.
      return [run.again === null && run.facts.kind !== "inputs_refused" ? again : null];
    default:
      return [run.again === null ? again : null];
  }
}

function cancelButton(run: Run): Button {
  const title = run.project.title || run.project.id;
  return button({
    actionId: ACTIONS.cancelRun,
    label: "Cancel",
    value: run.key,
    style: "danger",
    describe: `Cancel the run of ${title}`,
    confirm: {
      title: "Cancel this run?",
      text: `${title} stops in Hex, for everybody who waits for it.`,
      confirm: "Cancel the run",
      deny: "Let it run",
    },
  });
}
