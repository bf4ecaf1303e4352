// What may keep the bot from writing where somebody asks it to.

import { within } from "../../lib/with-timeout.js";
import { isDirect, isPerson } from "../connection/conversation.js";
import { NO_CHANNEL, slackFailureOf } from "../connection/failures.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { Obstacle } from "../messages/watch-words.js";

/** How long (ms) somebody waits for Slack to say whether it lets the bot see the conversation. */
const ANSWER_MS = 1_500;
/** A timestamp that no message has. */
const NO_MESSAGE = "1.000000";

/** `null` where the bot can write, as far as is known. */
export async function obstacleIn(
  bot: Pick<Bot, "name" | "slack" | "slackRefusals" | "clock">,
  { conversation: { channel, isPublic }, triggerId }: Pick<Interaction, "conversation" | "triggerId">,
): Promise<Obstacle | null> {
  const notInvited: Obstacle = { kind: "not_invited", name: bot.name };
  if (isPublic) {
    const writesInPublic = !bot.slackRefusals.now().declinedScopes.includes("chat:write.public");
    // A mention reaches the bot only in channels that it is in, and has no trigger.
    return writesInPublic || triggerId === null ? null : notInvited;
  }
  // By a person's id, direct messages are always those with the bot.
  if (isPerson(channel)) return null;
  const sees = await seesConversation(bot, channel);
  if (isDirect(channel)) return sees === false ? { kind: "between_people" } : null;
  return sees === true || triggerId === null ? null : notInvited;
}

/**
 * Whether the bot is in a conversation that is not public; `null` if Slack does not say. Asks for a message that is not there: the method
 * needs no scope, nobody notices it, and Slack answers which it does not find, the conversation or the message.
 * Source: https://docs.slack.dev/reference/methods/chat.getPermalink
 */
async function seesConversation(
  { slack, clock }: Pick<Bot, "slack" | "clock">,
  channel: string,
): Promise<boolean | null> {
  const asked = slack.chat.getPermalink({ channel, message_ts: NO_MESSAGE });
  const word = await within(clock, ANSWER_MS, asked).then(
    () => null,
    (error: unknown) => slackFailureOf(error)?.word ?? null,
  );
  return word === "message_not_found" ? true : word === NO_CHANNEL ? false : null;
}
