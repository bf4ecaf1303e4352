// Short answers to one person: what was wrong with what they typed or pressed, and what to do.

import type { Run, RunIn } from "../../runs/run.js";
import type { RunProblem } from "../commands/parse/run-arguments.js";
import { context, type Message, message, section } from "./blocks.js";
import { bold, code, date, duration, inline, link, mention } from "./mrkdwn.js";
import { faceOf, optionsLine } from "./run-card.js";

/** One paragraph of mrkdwn. `text`: the same without marks, for the notification. */
function answer(mrkdwn: string, text: string): Message {
  return message(text, [section(mrkdwn)]);
}

const RUN_USAGE = "Like this: `/hex run <project id or link> name=value --fresh`.";

/** Why a `/hex run` was not understood. Nothing was started. */
export function runProblemMessage(problem: RunProblem): Message {
  return answer(`${runProblemWords(problem)}\n_Nothing was started._`, "That was not understood. Nothing was started.");
}

function runProblemWords(problem: RunProblem): string {
  switch (problem.kind) {
    case "unbalanced_quote":
      return 'A quote is opened and not closed. Put one at the end of the value, or write `\\"` for a quote inside it.';
    case "no_target":
      return `Which project? ${RUN_USAGE}\n\`/hex projects\` lists them, each with a Run button.`;
    case "too_many_targets":
      return `Which of these is the project: ${problem.words
        .slice(0, 5)
        .map((word) => code(word, 60))
        .join(", ")}? ${RUN_USAGE}\nA value with spaces needs quotes: \`name="two words"\`.`;
    case "unknown_flag": {
      const meant = problem.suggestion === null ? "" : ` Did you mean ${code(problem.suggestion)}?`;
      return `There is no flag ${code(problem.flag, 60)}.${meant} The flags are \`--fresh\`, \`--publish\`, \`--view <id>\` and \`--dry-run\`.`;
    }
    case "flag_without_value":
      return `${code(problem.flag, 60)} needs a value, like \`--view <id of the saved view>\`.`;
    case "flag_with_value":
      return `${code(problem.flag, 60)} takes no value. Write it alone.`;
    case "flag_given_twice":
      return `${code(problem.flag, 60)} is there twice. Remove one.`;
    case "input_given_twice":
      return `The input ${code(problem.name, 80)} is there twice. Remove one.`;
    case "bad_input_name":
      if (problem.name === "") return "An input is written `name=value`, without spaces around the `=`.";
      return `${code(problem.name, 80)} cannot be the name of an input: letters, digits and _ only, as the input's variable is called in Hex.`;
    case "bad_json":
      return `The value of ${code(problem.name, 80)} begins like a list or an object and is not valid JSON. Correct it, or put it in quotes to send it as text.`;
    case "view_with_inputs":
      return "`--view` brings its own inputs, so Hex takes no others with it. Leave out `--view` or the inputs.";
    case "publish_with_inputs":
      return "`--publish` updates the published results, which Hex does only without inputs. Leave out `--publish` or the inputs.";
  }
}

export function otherHostMessage(host: string, own: string): Message {
  return answer(
    `That link leads to ${code(host, 100)}, and this bot works with ${code(own, 100)}.\nUse a link of that workspace, or change \`HEX_WORKSPACE_URL\` together with the token.`,
    "That link leads to another Hex.",
  );
}

export function notPublishedMessage(title: string, url: string): Message {
  return answer(
    `${link(url, title, 150)} is *not published*, so there is nothing to run.\nOpen it in Hex, press Publish, and run it again.`,
    "That project is not published.",
  );
}

export function dryRunMessage(title: string, url: string, options: Parameters<typeof optionsLine>[0]): Message {
  return message("Hex would start this run.", [
    section(
      `:white_check_mark: Hex would start ${link(url, title, 150)}. Nothing was started: leave out \`--dry-run\` to run it.`,
    ),
    context(optionsLine(options)),
  ]);
}

/** The channel does not take the bot's messages. `place`: where the card went instead. */
export function cardElsewhereMessage(place: "dm" | "nowhere", failure: string, bot: string): Message {
  const invite = `Write \`/invite @${bot}\` in this channel to see cards here.`;
  if (place === "dm") {
    return answer(
      `The bot may not post in this channel, so the run's card is in your direct messages. ${inviteFor(failure, invite)}`,
      "The run's card is in your direct messages.",
    );
  }
  return answer(
    `The run goes on, but its card could be posted neither here nor to you (Slack says ${code(failure, 60)}). ${inviteFor(failure, invite)} \`/hex runs\` shows the run.`,
    "The run's card could not be posted.",
  );
}

function inviteFor(failure: string, invite: string): string {
  if (failure === "is_archived") return "This channel is archived: use another one.";
  if (failure.startsWith("restricted_action"))
    return "Only some people may post here: ask an admin, or use another channel.";
  return invite;
}

export function cancelUsageMessage(): Message {
  return answer(
    "Which run? Like this: `/hex cancel <run id>`, or paste the run's link.\n`/hex runs` shows the runs with a Cancel button.",
    "Which run?",
  );
}

export function unknownRunMessage(runId: string): Message {
  return answer(
    `${code(runId, 80)} is not a run that was started here. For a run that somebody else started, add its project: \`/hex cancel <run id> <project id>\`, or press Cancel in \`/hex runs <project id>\`.`,
    "That run was not started here.",
  );
}

/** A wish to cancel that needed no request. */
export function cannotCancelMessage(run: Run): Message {
  const title = inline(run.project.title || run.project.id, 120);
  if (run.state === "cancelling") {
    return answer(
      `${mention(run.by)} is already cancelling *${title}*. Its card shows when it has stopped.`,
      "Already cancelling.",
    );
  }
  if (run.state === "starting") {
    return answer(`*${title}* has not begun yet. Press Cancel when its card shows the button.`, "Not begun yet.");
  }
  const { emoji, word } = faceOf(run);
  const when = "endedAt" in run ? `, ${date(run.endedAt)}` : "";
  return answer(`There is nothing to cancel: ${emoji} *${word}* ${title}${when}.`, "There is nothing to cancel.");
}

export function cancelAskedMessage(run: Run, here: boolean): Message {
  const title = inline(run.project.title || run.project.id, 120);
  return answer(
    `:octagonal_sign: Hex is stopping *${title}*.${here ? " Its card shows when it has stopped." : ""}`,
    "Hex is stopping the run.",
  );
}

export function withdrawnMessage(run: Run): Message {
  const title = inline(run.project.title || run.project.id, 120);
  return answer(`*${title}* will not be started.`, "It will not be started.");
}

export function alreadyStartedMessage(): Message {
  return answer("That button has already started a run. Its card is in the channel.", "Already started.");
}

/** `again`: who was first, when that is known. */
export function alreadyRunAgainMessage(again: { by: string; at: number } | null): Message {
  const who = again === null ? "Somebody" : mention(again.by);
  return answer(`${who} has already run it again. Its card is further down.`, "Already run again.");
}

export function nothingToLookForMessage(): Message {
  return answer("This run is already found or ended. Its card shows how it stands.", "Nothing to look for.");
}

/** A button that this version of the bot does not know, or whose run it no longer remembers. */
export function staleButtonMessage(): Message {
  return answer(
    "This button belongs to another version of the bot, or to a run that is no longer remembered. Type `/hex` to see what can be done.",
    "This button no longer works.",
  );
}

export function strangerMessage(): Message {
  return answer(
    "This bot belongs to another workspace, and only its members can operate it. Ask one of them.",
    "Only members of the bot's workspace can do that.",
  );
}

/** A fault of the bot itself. */
export function faultMessage(reference: string): Message {
  return message("The bot could not do that.", [
    section(
      `:warning: *The bot could not do that* because of a fault of its own, and not of yours.\nTry again; if it stays so, look for the reference in the bot's log.`,
    ),
    context(`Reference ${code(reference, 40)}`),
  ]);
}

/** The thread reply that tells whoever waits how it ended; null when an edit of the card is enough. */
export function followUpMessage(run: Run, elapsed: number | null): Message | null {
  if (run.requester === null || run.state === "starting") return null;
  const title = run.project.title || run.project.id;
  const { emoji, word } = faceOf(run);
  if (!deservesReply(run, elapsed)) return null;
  const after = elapsed === null ? "" : ` after ${duration(elapsed)}`;
  const by = run.state === "cancelled" ? (run.by === null ? " in Hex" : ` by ${mention(run.by)}`) : "";
  const url = "hex" in run && run.hex?.url ? ` · ${link(run.hex.url, "Open the run in Hex", 40)}` : "";
  return message(`${word}: ${inline(title, 150)}`, [
    section(`${mention(run.requester)} ${emoji} ${bold(title, 150)} ${word.toLowerCase()}${by}${after}${url}`),
  ]);
}

const LONG_MS = 2 * 60_000;
/** A refusal that comes later than this is no longer looked at by whoever asked. */
const LATE_MS = 15_000;

function deservesReply(run: Run, elapsed: number | null): boolean {
  switch (run.state) {
    case "errored":
    case "no_kernel":
    case "lost":
      return true;
    case "completed":
      return (elapsed ?? 0) > LONG_MS;
    case "cancelled":
      return run.by !== run.requester;
    case "refused":
      return isLate(run);
    default:
      return false;
  }
}

function isLate(run: RunIn<"refused">): boolean {
  return run.endedAt - run.requestedAt > LATE_MS;
}
