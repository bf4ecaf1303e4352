// Short answers to one person: what was wrong with what they typed or pressed, and what to do about it.

import { type HexErrorFacts, provesNoEffect } from "../../hex/errors.js";
import type { HexPage } from "../../hex/links.js";
import { remedyFor } from "../../remedies/hex.js";
import type { EndedRun, Run, RunOptions } from "../../runs/run.js";
import { isDirect } from "../connection/conversation.js";
import type { UnusableLink } from "../parse/project-ref.js";
import { answer, context, type Message } from "./blocks.js";
import { bold, code, date, inline, inSentence, link, mention, referenceWords } from "./mrkdwn.js";
import { remedyMessage } from "./remedy.js";
import { faceOf, inHex, optionsLine, titleOf } from "./run-words.js";
import { slackRemedy } from "./slack-remedies.js";

/** The answer to a link that the bot cannot use. `own` is the host of the bot's own Hex. */
export function unusableLinkMessage(reference: UnusableLink, own: string): Message {
  if (reference.kind === "other_host") {
    return answer(
      `That link leads to ${code(reference.host, 100)}, but this bot works with ${code(own, 100)}.\nUse a link from the bot's workspace, or change \`HEX_WORKSPACE_URL\` together with the token.`,
    );
  }
  return answer(
    `That link leads to ${PAGES[reference.page]}.\nOpen the project in Hex and copy its link from the address bar, or search with \`/hex projects\`.`,
  );
}

/** The answer to what the bot was doing when it was stopped. */
export function restartingMessage(): Message {
  return answer(
    ":arrows_counterclockwise: The bot is being restarted and has not finished this. Try again in a minute.\nA run that it was starting is not lost: the run's card shows what happens next.",
  );
}

/** What somebody reads who has waited for an answer for a while. */
export function slowMessage(): Message {
  return answer(
    ":hourglass: This takes longer than usual, probably because Hex is slow. The answer will still come: no need to ask again.",
  );
}

const PAGES: Record<HexPage, string> = {
  home: "Hex's home page, not to a project",
  thread: "a Hex thread, not to a project",
  collection: "a collection of projects, not to one project",
  share_link: "a project, but it is a share link, which does not contain the project's id",
  other: "a page in Hex that is not a project",
};

/** The answer to a project link whose last part is not a run. `projectId` is the project's id. */
export function noRunInLinkMessage(projectId: string): Message {
  return answer(
    `Hex has no run at that link: its last part may be an app session.\n${code(`/hex runs ${projectId}`)} shows the project's runs, with Cancel next to those in flight.`,
  );
}

export function notPublishedMessage(title: string, url: string): Message {
  return answer(
    `${link(url, title, 150)} is *not published*, so there is nothing to run.\nOpen it in Hex, press Publish, and try again.`,
  );
}

export function dryRunMessage(title: string, url: string, options: RunOptions): Message {
  return answer(
    `:white_check_mark: Hex would start ${link(url, title, 150)}. Nothing was started. Leave out \`--dry-run\` to run it.`,
    context(optionsLine(options)),
    Object.keys(options.inputs).length === 0 ? null : context(NAMES_UNCHECKED),
  );
}

const NAMES_UNCHECKED = "Check the names of the inputs: Hex may ignore one that the published app does not have.";

export function unknownRunMessage(runId: string): Message {
  return answer(
    `The bot did not start ${code(runId, 80)}. To cancel a run that was started elsewhere, add its project: \`/hex cancel <run id> <project>\`, or press Cancel in \`/hex runs <project>\`.`,
  );
}

/** Where a run's card is. `channel` is a channel's id or a person's; `isHere` is true when the request comes from the same place. */
export interface CardPlace {
  channel: string;
  isHere: boolean;
}

/** Where to follow a run: on its card, or in the list of runs when it has no card. */
function shower({ requester }: Run, card: CardPlace | null): string {
  if (card === null) return "`/hex runs`";
  if (card.isHere) return "Its card";
  if (!isDirect(card.channel)) return `Its card in <#${card.channel}>`;
  return `Its card in a direct message${requester === null ? "" : ` to ${mention(requester)}`}`;
}

/** Where to follow a run, with a link to it in Hex once there is one. `run`: `null` when the bot no longer knows it. */
function whereToLook(run: Run | null, card: CardPlace | null): string {
  if (run === null) return "`/hex runs` shows the latest runs.";
  const there = inHex(run);
  return `${shower(run, card)} shows how it is going.${there === null ? "" : ` ${there}.`}`;
}

/** The answer to a cancellation that takes no request to Hex. */
export function cannotCancelMessage(run: Run, card: CardPlace | null): Message {
  const title = titleOf(run.project);
  if (run.state === "cancelling") {
    return answer(
      `${mention(run.by)} is already cancelling ${bold(title, 120)}. ${shower(run, card)} shows when it has stopped.`,
    );
  }
  if (run.state === "starting") {
    return answer(
      `${bold(title, 120)} is still starting. Cancel it as soon as ${inSentence(shower(run, card))} shows the button.`,
    );
  }
  if (run.state === "lost" && run.why !== "vanished") {
    const there = inHex(run);
    return answer(
      `The bot has lost track of ${bold(title, 120)}, so it cannot cancel it. If it is still running, cancel it in Hex.${there === null ? "" : ` ${there}.`}`,
    );
  }
  const { emoji, word } = faceOf(run);
  const when = "endedAt" in run ? `, ${date(run.endedAt)}` : "";
  return answer(`There is nothing to cancel: ${emoji} *${word}* ${inline(title, 120)}${when}.`);
}

export function cancelAskedMessage(run: Run, card: CardPlace | null): Message {
  return answer(
    `:octagonal_sign: Hex is stopping ${bold(titleOf(run.project), 120)}. ${shower(run, card)} shows when it has stopped.`,
  );
}

/** `facts` say why Hex could not be asked yet. */
export function cancelledLaterMessage(run: Run, facts: HexErrorFacts, card: CardPlace | null): Message {
  const { what } = remedyFor(facts);
  return answer(
    `:octagonal_sign: ${bold(titleOf(run.project), 120)} will be cancelled. ${inline(what, 300)} The bot will ask Hex as soon as it can. ${shower(run, card)} shows when it has stopped.`,
  );
}

/** `facts` say why Hex did not accept it, or why it is not known whether Hex did. */
export function cancelFailedMessage(facts: HexErrorFacts, reference: string): Message {
  const title = provesNoEffect(facts.kind) ? "Not cancelled" : "It is not certain that Hex will cancel it";
  return remedyMessage(title, facts, reference);
}

export function withdrawnMessage(run: Run): Message {
  const title = titleOf(run.project);
  return answer(`${bold(title, 120)} will not be started.`);
}

/** `run` is the one that the button started; `null` when the bot no longer knows it. */
export function alreadyStartedMessage(run: Run | null, card: CardPlace | null): Message {
  return answer(`That button has already started a run. ${whereToLook(run, card)}`);
}

/** `by` is the person who was first, if known; `run` is the new run, `null` when the bot no longer knows it. */
export function alreadyRunAgainMessage(by: string | null, run: Run | null, card: CardPlace | null): Message {
  return answer(`${by === null ? "Somebody" : mention(by)} has already run it again. ${whereToLook(run, card)}`);
}

/** `isFollowing` says whether this person will be told at the end, now that they have pressed the button. */
export function tellMeMessage(run: Run, isFollowing: boolean): Message {
  const title = bold(titleOf(run.project), 120);
  return isFollowing
    ? answer(
        `:bell: You will get a direct message when ${title} ends. Press *Tell me* again if you no longer want one.`,
      )
    : answer(
        `:no_bell: You will no longer get a direct message when ${title} ends. Press *Tell me* again if you want one.`,
      );
}

/** The answer to *Tell me* on a run that has already ended. */
export function alreadyEndedMessage(run: EndedRun): Message {
  const { emoji, word } = faceOf(run);
  return answer(`${bold(titleOf(run.project), 120)} has already ended: ${emoji} *${word}*, ${date(run.endedAt)}.`);
}

/** The answer to *Look again* when the bot need not begin to look for the run. */
export function nothingToLookForMessage(run: Run, card: CardPlace | null): Message {
  const where = whereToLook(run, card);
  return run.state === "starting"
    ? answer(`The bot is already looking for this run. ${where}`)
    : answer(`The bot is no longer looking for this run. ${where}`);
}

/**
 * The answer to a button that this version of the bot does not know, or whose run it no longer remembers or may not show to the
 * person who pressed it. It does not say which, because then they may not even know that there is a run.
 */
export function staleButtonMessage(): Message {
  return answer(
    "This button belongs to another version of the bot, or to a run that the bot no longer remembers or may not show you. Type `/hex` to see what you can do.",
  );
}

export function strangerMessage(): Message {
  return answer(
    "This bot belongs to another workspace, and only members of that workspace or its organization can use it. Ask one of them.",
  );
}

/** To a guest, when no rule gives guests rights. */
export function guestMessage(): Message {
  return answer(
    "Guests of this workspace cannot use the bot. Ask a member to do this for you, or ask whoever runs the bot for a rule that gives guests rights.",
  );
}

/** Slack does not say which organization a person belongs to. Being able to type the command proves it. */
export function unprovenMessage(): Message {
  return answer(
    "Slack does not tell the bot whether you belong to its organization. Type `/hex help` in this channel once, then try again.",
  );
}

/** The answer in place of one that Slack did not take. `word`: Slack's error code. `isDeed`: they wanted to do something. */
export function untakenMessage(word: string, { isDeed, reference }: { isDeed: boolean; reference: string }): Message {
  const next = isDeed ? "What you wanted may have been done, so look before you ask again." : "Ask again.";
  return answer(
    `:warning: *Slack did not take the bot's answer.* ${slackRemedy(word).what}. ${next}`,
    context(referenceWords(reference)),
  );
}

/** The answer after a fault in the bot itself. */
export function faultMessage(reference: string): Message {
  return answer(
    ":warning: *The bot could not do that* because of a fault of its own, not yours.\nTry again. If it keeps happening, look up the reference in the bot's log.",
    context(referenceWords(reference)),
  );
}
