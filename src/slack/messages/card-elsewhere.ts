// What people who asked for a run are told when its card is not where they expect it.

import type { HexPlace } from "../../hex/links.js";
import { identityOf, isEnded, NOT_BEGUN, type Run } from "../../runs/run.js";
import { isDirect } from "../connection/conversation.js";
import { NO_CHANNEL } from "../connection/failures.js";
import { answer, context, type Message, message, section } from "./blocks.js";
import { bold, code, inline } from "./mrkdwn.js";
import { runCard } from "./run-card.js";
import { titleOf } from "./run-words.js";
import { slackRemedy } from "./slack-remedies.js";

/** Slack's error codes for a channel that the bot can post in once it is invited. */
const INVITABLE = new Set(["not_in_channel", "channel_not_found", "no_permission"]);

/** Slack's error codes for a thread that accepts no messages, in a channel that may still accept some. */
const THREAD_ONLY = new Set([
  "thread_not_found",
  "cannot_reply_to_message",
  "restricted_action_thread_locked",
  "restricted_action_non_threadable_channel",
]);

interface Refusal {
  /** Where the card was wanted. */
  channel: string;
  /** Slack's error code. */
  word: string;
}

/** Says that the card is a direct message because the channel or thread refused it. `bot` is the bot's name. */
export function cardInDirectMessage({ channel, word }: Refusal, bot: string): Message {
  if (isDirect(channel) && word === NO_CHANNEL) {
    return answer(
      "The bot cannot post in direct messages between people, so the run's card is in your direct messages with the bot. To show it to others, type the command in a channel.",
    );
  }
  const where = THREAD_ONLY.has(word) ? "thread" : "channel";
  return answer(
    `The bot cannot post in this ${where} (Slack says ${code(word, 60)}), so the run's card is in your direct messages. ${todoWords(word, bot)}`,
  );
}

/** Says that the card is a direct message because the project may not be shown where it was wanted. */
export function hiddenCardMessage(project: Run["project"]): Message {
  return answer(
    `:lock: The card of ${bold(titleOf(project), 150)} is in your direct messages: not everybody in the channel may see this project.`,
  );
}

/** Why a run has no card, or one that may not show how it ended. */
export type NoCard =
  /** Slack has not answered for a few seconds. */
  | { kind: "slow" }
  /** Slack does not take it now, and the bot tries again. `word`: Slack's, or the bot's own for no answer. */
  | { kind: "later"; word: string }
  /** It has one, but Slack does not take what is new about the run now. `word`: as above. */
  | { kind: "outdated"; word: string }
  /** Slack does not take it. `asMessage`: its word for why not as a direct message either; null when that was not tried. */
  | { kind: "refused"; word: string; asMessage: string | null };

export interface WithoutCard {
  why: NoCard;
  /** The bot's name. */
  bot: string;
  /** Epoch ms. */
  now: number;
  /** Where the projects are in Hex, for links. */
  place: HexPlace;
}

/** Takes the place of a card that could not be posted: the run's state, its link, and its buttons, which work here too. */
export function withoutCard(run: Run, { why, bot, now, place }: WithoutCard): Message {
  const card = runCard(run, now, place);
  const runId = identityOf(run)?.runId;
  const cancel = runId === undefined || isEnded(run) ? null : `Cancel it with ${code(`/hex cancel ${runId}`, 120)}.`;
  return message(`${card.text}\n${IN_SHORT[why.kind]}`, [
    section(`:warning: ${whyWords(run, why, bot)}`),
    ...card.blocks,
    isEnded(run)
      ? null
      : context(
          cancel,
          "`/hex runs` shows it. If it ends within half an hour and still has no card, you will be told here how.",
        ),
  ]);
}

/** The same for the notification. */
const IN_SHORT: Record<NoCard["kind"], string> = {
  slow: "Its card appears as soon as Slack accepts it.",
  later: "Its card appears as soon as Slack accepts it.",
  outdated: "Its card may not show it yet.",
  refused: "Slack does not accept its card.",
};

function whyWords(run: Run, why: NoCard, bot: string): string {
  const anyway = isEnded(run) ? "" : ` ${bold(titleOf(run.project), 120)} ${doesWords(run)} anyway.`;
  switch (why.kind) {
    case "slow":
      return `Slack is slow to post this run's card. It appears as soon as Slack accepts it.${anyway}`;
    case "later":
      return `Slack does not accept this run's card at the moment (${refusalWords(why.word)}). It appears as soon as Slack accepts it.${anyway}`;
    case "outdated":
      return `This run's card may not yet show how the run ended, because Slack does not accept the change at the moment (${refusalWords(why.word)}).`;
    case "refused": {
      const { word, asMessage } = why;
      const todos = [...new Set([word, asMessage ?? word].map((one) => todoWords(one, bot)))].join(" ");
      if (asMessage === null)
        return `Slack does not accept this run's card (${refusalWords(word)}).${anyway}\n${todos}`;
      const both = asMessage === word ? "" : ` (${refusalWords(word)})`;
      return `Slack accepts this run's card neither in this channel${both} nor as a direct message (${refusalWords(asMessage)}).${anyway}\n${todos}`;
    }
  }
}

function doesWords({ state }: Run): string {
  if (state === "awaiting") return "is waiting for approval";
  return state === "starting" || NOT_BEGUN.has(state) ? "will be started" : "is running";
}

function refusalWords(word: string): string {
  return `${code(word, 60)}: ${inline(slackRemedy(word).what, 200)}`;
}

function todoWords(word: string, bot: string): string {
  if (INVITABLE.has(word)) return `Type ${code(`/invite @${bot}`, 100)} in this channel to see cards here.`;
  return `To do: ${inline(slackRemedy(word).todo, 400)}.`;
}
