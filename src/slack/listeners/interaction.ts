// The way of every interaction: acknowledged first, then done for those who may, and every failure becomes an answer.

import { createHash } from "node:crypto";
import type { PendingWork } from "../../lib/pending-work.js";
import type { Logger } from "../../log/logger.js";
import type { Conversation } from "../connection/conversation.js";
import { answerFailure } from "../connection/response.js";
import { strangerMessage, unprovenMessage } from "../messages/answers.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { Bot, Interaction } from "./context.js";
import { explain, type Outcome } from "./explain.js";
import type { Members, Standing } from "./members.js";

/** Counts what people do with the bot. */
export interface InteractionMetrics {
  /** `ms`: until Slack had its acknowledgement. */
  acknowledged(ms: number): void;
  /** `command`: one of the bot's, or "unknown"; likewise below. */
  command(command: string, outcome: Outcome): void;
  /** `button`: an action id. */
  button(button: string, outcome: Outcome): void;
  /** `form`: a callback id. */
  form(form: string, outcome: Outcome): void;
  /** `shortcut`: a callback id. */
  shortcut(shortcut: string, outcome: Outcome): void;
}

/** What those who listen to Slack work with. */
export interface Listening {
  bot: Bot;
  members: Members;
  log: Logger;
  work: PendingWork;
  metrics: InteractionMetrics;
}

/** Before anything else, and measured. */
export async function acknowledge(metrics: InteractionMetrics, ack: () => Promise<void>): Promise<void> {
  const from = performance.now();
  await ack();
  metrics.acknowledged(performance.now() - from);
}

export interface Origin {
  /** What Slack gives the same for every delivery of the same interaction, such as its trigger_id. */
  id: string;
  user: string;
  conversation: Conversation;
  triggerId: string | null;
  respond: Interaction["respond"];
}

export function interactionOf({ id, user, conversation, triggerId, respond }: Origin, log: Logger): Interaction {
  const key = createHash("sha256").update(id).digest("hex").slice(0, 32);
  const reference = key.slice(0, 8);
  return { key, reference, user, conversation, triggerId, log: log.child({ reference }), respond };
}

/** Does the work of an interaction if whoever asks may operate the bot; a failure becomes an answer that says what to do. Never rejects. */
export function handle(
  { bot, work }: Listening,
  interaction: Interaction,
  standing: Standing,
  task: () => Promise<void>,
): Promise<Outcome> {
  return work.add(answered(interaction, bot, () => admitted(standing, interaction, task)));
}

async function answered(interaction: Interaction, bot: Bot, task: () => Promise<void>): Promise<Outcome> {
  const { log, respond } = interaction;
  try {
    await task();
    return "ok";
  } catch (error) {
    const { message, outcome } = explain(error, interaction, bot);
    await respond(message).catch((failure: unknown) => {
      const why = answerFailure(failure);
      const todo = why === null ? {} : { todo: slackRemedy(why.kind === "answer" ? "refused_answer" : why.word).todo };
      log.error({ err: failure, ...todo }, "no answer could be given");
    });
    return outcome;
  }
}

/** Does what a member wants; anybody else is told why not. */
function admitted(standing: Standing, { respond }: Interaction, task: () => Promise<void>): Promise<void> {
  switch (standing) {
    case "member":
      return task();
    case "unproven":
      return respond(unprovenMessage());
    case "stranger":
      return respond(strangerMessage());
  }
}
