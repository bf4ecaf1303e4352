// What approvers are asked and told, and what people read who may not decide or come too late.

import type { PeopleTerm } from "../../access/policy.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { Run, RunIn } from "../../runs/run.js";
import { STILL_UNSURE } from "./access.js";
import { actions, answer, context, type Message } from "./blocks.js";
import { bold, date, link, mention } from "./mrkdwn.js";
import { emptyGroupWords, peopleWords } from "./people-terms.js";
import { approvalButtons } from "./run-buttons.js";
import { optionsLine, optionsToJudge, titleOf } from "./run-words.js";

const TITLE_MAX = 150;

export interface Asked {
  /** The id of the project's owner in Slack; `null` when it is not known. */
  owner: string | null;
  /** How many people are asked in direct messages. */
  asked: number;
  /** Whether everybody in the workspace may read the card, so that nobody needs a direct message. */
  isForAll: boolean;
}

/** The reply in a card's thread that tells those who may approve the run. Edits of the card notify nobody. */
export function approversMessage(run: RunIn<"awaiting">, { owner, asked, isForAll }: Asked): Message {
  const { by, until } = run.approval;
  const none = isForAll
    ? ""
    : " The bot could not send anybody a direct message, so tell them yourself if they do not read this.";
  const direct =
    asked === 0 ? none : ` The bot has sent ${asked === 1 ? "a direct message" : `${asked} direct messages`}.`;
  return answer(
    `:raised_hand: ${deedWords(run)}. It needs the approval of ${peopleWords(by, { owner })} by ${date(until, "{time}")}: press *Approve* or *Decline* on the card, or in \`/hex runs\`.${direct}`,
  );
}

/** The reply to the requester of a run that nobody can approve any more. */
export function hopelessMessage(run: RunIn<"awaiting">): Message {
  const { by, until } = run.approval;
  const who = run.requester === null ? "" : `${mention(run.requester)} `;
  return answer(
    `${who}:warning: Nobody can approve ${bold(titleOf(run.project), TITLE_MAX)} any more. The rule names ${peopleWords(by)}, but each of them has left, belongs to another workspace, may not see the project, or asked for the run.${emptyGroupWords(by)} Ask whoever looks after the bot to name somebody else by ${date(until, "{time}")}, or press *Cancel*.`,
  );
}

/** What that direct message says at first, and for ever if the bot dies before it has stored where the message is. */
export function announcedMessage(run: RunIn<"awaiting">, place: HexPlace): Message {
  return answer(`:raised_hand: ${deedWords(run, place)}, and asked for your approval, ${date(run.requestedAt)}.`);
}

/** The direct message to somebody who may approve a run and may not see its card. */
export function questionMessage(run: RunIn<"awaiting">, place: HexPlace): Message {
  const { rule, until } = run.approval;
  const why = rule.name === null ? "" : ` The rule ${bold(rule.name, 150)} asks for somebody's approval.`;
  return answer(
    `:raised_hand: ${deedWords(run, place)}, ${date(run.requestedAt)}.${why}\nYou can approve it until ${date(until, "{time}")}. Once approved, it starts by itself.`,
    context(...optionsToJudge(run.options)),
    actions(...approvalButtons(run)),
  );
}

/** What becomes of that direct message when the rules mean others. */
export function noLongerAskedMessage(run: Run, place: HexPlace): Message {
  return answer(
    `${deedWords(run, place)}, ${date(run.requestedAt)}.\nOthers are asked to approve it now, so you do not need to do anything.`,
  );
}

/** What becomes of that direct message when it has been decided. */
export function decidedMessage(run: Run, place: HexPlace): Message {
  return answer(
    `${deedWords(run, place)}, ${date(run.requestedAt)}.\n${outcomeWords(run)}`,
    context(optionsLine(run.options)),
  );
}

/** To somebody who presses a button after it has been decided. */
export function alreadyDecidedMessage(run: Run): Message {
  return answer(`${outcomeWords(run)} There is nothing left to approve for ${bold(titleOf(run.project), TITLE_MAX)}.`);
}

/** To somebody who has decided it where neither the card nor the question is. */
export function decidedHereMessage(run: Run): Message {
  const title = bold(titleOf(run.project), TITLE_MAX);
  const rest =
    run.state === "declined" ? `${title} has not been started.` : `${title}: \`/hex runs\` shows how it is going.`;
  return answer(`${outcomeWords(run)} ${rest}`);
}

/** To an approver, when the store stopped working right after it took the approval. */
export function approvedLaterMessage(): Message {
  return answer(
    ":warning: Your approval is stored, but the bot's store has stopped working. If it works again within ten minutes, the run starts by itself. Watch the card to see what happens.",
  );
}

export function ownRequestMessage(run: Run, by: readonly PeopleTerm[]): Message {
  return answer(
    `You asked for ${bold(titleOf(run.project), TITLE_MAX)} yourself, so somebody else has to approve it: ${peopleWords(by)}. If you no longer want it, press *Cancel*.`,
  );
}

export function notApproverMessage(run: Run, by: readonly PeopleTerm[]): Message {
  return answer(
    `:lock: You cannot approve or decline ${bold(titleOf(run.project), TITLE_MAX)}. Under the rules in force now, ${peopleWords(by)} can.`,
  );
}

/** Slack or Hex has not said what it takes to know whether they may. */
export function unsureApproverMessage(run: Run): Message {
  return answer(
    `:lock: Slack or Hex has not said enough to be sure that the rules allow this for ${bold(titleOf(run.project), TITLE_MAX)}. Nothing has been decided. Try again in a minute. ${STILL_UNSURE}`,
  );
}

/** To an approver of a run that the rules no longer allow. */
export function noLongerAllowedMessage(run: Run): Message {
  const whom = run.requester === null ? "anybody" : mention(run.requester);
  return answer(
    `:lock: The rules no longer allow ${whom} to run ${bold(titleOf(run.project), TITLE_MAX)}. It was not started.`,
  );
}

/** Who wants what. `place`: where Hex is, for a link. */
function deedWords({ requester, project, options }: Run, place: HexPlace | null = null): string {
  const title = titleOf(project);
  const name = place === null ? bold(title, TITLE_MAX) : link(projectUrl(place, project), title, TITLE_MAX);
  const who = requester === null ? "Somebody" : mention(requester);
  return `${who} wants to run ${name}${options.publish ? " and publish its results" : ""}`;
}

/** Who has decided what. */
function outcomeWords(run: Run): string {
  const approved = run.approval?.approved ?? null;
  switch (run.state) {
    case "awaiting":
      return ":raised_hand: *It is still waiting for approval.*";
    case "declined":
      return run.by === null
        ? ":no_entry_sign: *Not started:* the rules no longer allow it."
        : `:no_entry_sign: *Declined* by ${mention(run.by)}, ${date(run.endedAt)}.`;
    case "withdrawn":
      return `:no_entry_sign: *Cancelled* by ${mention(run.by)}, ${date(run.endedAt)}.`;
    case "expired":
      return approved === null
        ? `:no_entry_sign: *Too late:* nobody approved it by ${date(run.approval.until)}.`
        : `:no_entry_sign: *Approved* by ${mention(approved.by)}, ${date(approved.at)}, but not started in time.`;
    default:
      return approved === null
        ? ":white_check_mark: *It needed no approval.*"
        : `:white_check_mark: *Approved* by ${mention(approved.by)}, ${date(approved.at)}.`;
  }
}
