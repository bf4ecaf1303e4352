// A message that a person wrote to the bot. Its words are a command, which is done once, however often Slack delivers the message.

import type { z } from "zod";
import { answerIn } from "../../connection/answer-in.js";
import type { Conversation } from "../../connection/conversation.js";
import type { Retries } from "../../connection/deliveries.js";
import type { Origin } from "../../connection/members.js";
import type { appMention, messageSent } from "../../connection/payloads/events.js";
import { rememberingThread } from "../../messages/thread-memory.js";
import { wordsToBot } from "../../parse/words-to-bot.js";
import { commandName, deedOfCommand, firstWord, isCommand, runCommand } from "../commands/index.js";
import type { Arrival } from "../context.js";
import { arrivalOf, handle, type Listening } from "../interaction.js";

export interface PersonMessage {
  user: string;
  channel: string;
  /** The message's timestamp, which is its id in the channel. */
  ts: string;
  /** The thread in which it was written; `null` outside threads. */
  threadTs: string | null;
  /** The text, escaped by Slack. */
  text: string;
  origin: Origin;
}

type Envelope = z.output<typeof appMention> | z.output<typeof messageSent>;

/** People's messages have no subtype, unless they come with a file or are also sent to the channel. */
const OF_PEOPLE: readonly (string | undefined)[] = [undefined, "file_share", "thread_broadcast"];
const SLACKBOT = "USLACKBOT";

/** `null` when a bot wrote the message, perhaps this one, or when nobody wrote anything: a message was edited or deleted. */
export function personMessageIn(envelope: Envelope, botUserId: string): PersonMessage | null {
  const { user, channel, ts, thread_ts, text, subtype, bot_id, hidden, edited } = envelope.event;
  if (user === undefined || user === botUserId || user === SLACKBOT || bot_id !== undefined) return null;
  if (!OF_PEOPLE.includes(subtype) || hidden === true || edited !== undefined) return null;
  const threadTs = thread_ts === undefined || thread_ts === ts ? null : thread_ts;
  return { user, channel, ts, threadTs, text: text ?? "", origin: originIn(envelope, user) };
}

/** In a channel shared with another organization, the workspace that the envelope names says nothing about the person. */
function originIn({ event, ...envelope }: Envelope, user: string): Origin {
  const { team_id, context_team_id, context_enterprise_id, authorizations, is_ext_shared_channel } = envelope;
  return {
    user,
    userTeam: event.user_team ?? event.source_team ?? event.team ?? null,
    team: is_ext_shared_channel === true ? null : (context_team_id ?? team_id ?? null),
    enterprise: context_enterprise_id ?? authorizations?.[0]?.enterprise_id ?? null,
  };
}

interface Wish {
  message: PersonMessage;
  /** Where its card goes. */
  conversation: Conversation;
  retries: Retries;
}

/** Does what was written, unless it has already been done. Never rejects. */
export function runWritten(listening: Listening, wish: Wish): Promise<void> {
  return listening.work.add(runOnce(listening, wish));
}

async function runOnce(listening: Listening, { message, conversation, retries }: Wish): Promise<void> {
  const { bot, members, metrics } = listening;
  const { user, channel, ts, text, origin } = message;
  // Not the event's id, because one message may come as several events.
  const id = `message ${channel} ${ts}`;
  const log = listening.log.child({});
  const answer = answerIn(message, { slack: bot.slack, clock: bot.clock, log });
  const respond: Arrival["respond"] = (said) => answer(rememberingThread(said, conversation.threadTs));
  const arrival = arrivalOf(
    { id, once: id, user, conversation, place: channel, triggerId: null, typed: null, respond },
    log,
  );
  const words = wordsToBot(text, bot.userId, isCommand);
  arrival.log.info({ user, channel, ...retries }, "message %s", firstWord(words));
  const standing = members.ofMessage(origin);
  const asked = { standing, deed: deedOfCommand(words) };
  const outcome = await handle(listening, arrival, asked, (interaction) => runCommand(bot, interaction, words));
  metrics.command(commandName(words), outcome);
}
