// What happens to every interaction: it is acknowledged first, then done for those who may, and every failure becomes an answer.

import { createHash, randomUUID } from "node:crypto";
import type { Context } from "@slack/bolt";
import { AccessDenied } from "../../access/access-denied.js";
import type { Deed } from "../../audit/audit-entry.js";
import { abortable } from "../../lib/abortable.js";
import type { PendingWork } from "../../lib/pending-work.js";
import type { Logger } from "../../log/logger.js";
import { type Attempt, attemptEntries } from "../access/attempts.js";
import { type Outsider, outsiderEntry, refusalEntry } from "../access/audit-entries.js";
import { permissionsOf } from "../access/permissions.js";
import { todoAfter } from "../connection/answer-in.js";
import type { Members, Standing } from "../connection/members.js";
import { answerFailure } from "../connection/response.js";
import { guestMessage, restartingMessage, strangerMessage, unprovenMessage } from "../messages/answers.js";
import type { Message } from "../messages/blocks.js";
import { withTyped } from "../messages/typed.js";
import type { Arrival, Bot, Interaction } from "./context.js";
import { explain, type Outcome } from "./explain.js";
import { isFirstTime } from "./first-time.js";

/** Counts what people do with the bot. */
export interface InteractionMetrics {
  /** `ms` is the time until Slack had its acknowledgement. */
  acknowledged(ms: number): void;
  /** `command` is one of the bot's, or "unknown". The same goes for the ids below. */
  command(command: string, outcome: Outcome): void;
  /** `button` is an action id. */
  button(button: string, outcome: Outcome): void;
  /** `form` is a callback id. */
  form(form: string, outcome: Outcome): void;
  /** `shortcut` is a callback id. */
  shortcut(shortcut: string, outcome: Outcome): void;
}

/** What all listeners work with. */
export interface Listening {
  bot: Bot;
  members: Members;
  log: Logger;
  work: PendingWork;
  /** Aborts when the bot is about to end and can wait for nothing any more. */
  leaving: AbortSignal;
  metrics: InteractionMetrics;
}

/** Acknowledges, before anything else, and measures how long that took. */
export async function acknowledge(metrics: InteractionMetrics, ack: () => Promise<void>): Promise<void> {
  const from = performance.now();
  await ack();
  metrics.acknowledged(performance.now() - from);
}

/** The id of the HTTP request that brought an interaction, in Bolt's context of it; `null` over Socket Mode. */
export function requestIdIn(context: Context): string | null {
  const requestId: unknown = context.requestId;
  return typeof requestId === "string" ? requestId : null;
}

/** An arrival before it has its key and its reference. */
interface Arriving extends Omit<Arrival, "key" | "once" | "reference" | "log"> {
  /** Something that is the same in every delivery of an interaction, and in no other interaction. */
  id: string;
  /** What is the same when the delivery itself is sent again; `null` where that cannot happen. */
  once: string | null;
}

/**
 * The `id` of an interaction, by its parts. Slack's trigger_id alone would do, but a server that takes its place may repeat one, or
 * send none (`null`): then the interaction counts as a new one.
 */
export function idOf(triggerId: string | null, ...parts: (string | null | undefined)[]): string {
  return JSON.stringify([triggerId ?? randomUUID(), ...parts]);
}

export function arrivalOf({ id, once, ...rest }: Arriving, log: Logger): Arrival {
  const key = hashOf(id);
  const reference = key.slice(0, 8);
  return { ...rest, key, once: once && hashOf(once), reference, log: log.child({ reference }) };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** What somebody wants, and whether they belong here. */
interface Asked {
  standing: Standing;
  /** For the audit log; `null` for reading. */
  deed: Deed | null;
}

/**
 * Does the work of an arrival, once, if the person may operate the bot. A failure becomes an answer that says what to do. Never
 * rejects.
 */
export function handle<A extends Arrival>(
  listening: Listening,
  arrival: A,
  asked: Asked,
  task: (interaction: A & Interaction) => Promise<void>,
): Promise<Outcome> {
  const { bot, work, leaving } = listening;
  const done = answered(listening, arrival, asked.deed, (attempts) =>
    admitted({ bot, arrival, ...asked, attempts }, task),
  );
  return work.add(abortable(done, leaving).catch(() => interrupted(arrival)));
}

/** The bot ends before the work is done, and the person hears that, in place of nothing. */
async function interrupted({ log, respond, typed }: Arrival): Promise<Outcome> {
  log.warn("The bot ends before this is done");
  await respond(withTyped(restartingMessage(), typed)).catch((err: unknown) =>
    log.error({ err }, "No answer could be given"),
  );
  return "fault";
}

type Work = (attempts: Attempt[]) => Promise<void>;

async function answered(listening: Listening, arrival: Arrival, deed: Deed | null, work: Work): Promise<Outcome> {
  const { bot } = listening;
  if (!(await isFirstTime(bot, arrival))) {
    arrival.log.info("Slack's request came again: nothing is done twice");
    return "repeated";
  }
  const attempts: Attempt[] = [];
  const outcome = await doneOrExplained(listening, arrival, deed, () => work(attempts));
  for (const entry of attemptEntries(arrival, attempts, bot.clock.now())) await bot.audit.record(entry);
  return outcome;
}

/** Never rejects. */
async function doneOrExplained(
  { bot, leaving }: Listening,
  arrival: Arrival,
  deed: Deed | null,
  work: () => Promise<void>,
): Promise<Outcome> {
  const { log, reference, respond, typed } = arrival;
  try {
    await work();
    return "ok";
  } catch (error) {
    if (error instanceof AccessDenied) await bot.audit.record(refusalEntry(arrival, error.deed, bot.clock.now()));
    const { message, outcome } = explain(error, { log, reference, deed }, bot);
    // They have been told that the bot ends.
    if (leaving.aborted) return outcome;
    await respond(withTyped(message, typed)).catch((failure: unknown) => {
      const why = answerFailure(failure);
      const todo = why === null ? {} : { todo: todoAfter(why) };
      log.error({ err: failure, ...todo }, "No answer could be given");
    });
    return outcome;
  }
}

/** Does the task for somebody who may use the bot, and tells anybody else why not. */
async function admitted<A extends Arrival>(
  { bot, arrival, standing, deed, attempts }: Asked & { bot: Bot; arrival: A; attempts: Attempt[] },
  task: (interaction: A & Interaction) => Promise<void>,
): Promise<void> {
  const { respond, user, place } = arrival;
  const turnAway = (who: Outsider, why: Message) =>
    respond(why).finally(() => deed && bot.audit.record(outsiderEntry(arrival, who, deed, bot.clock.now())));
  switch (standing) {
    case "unproven":
      return turnAway("unproven", unprovenMessage());
    case "stranger":
      return turnAway("of_another_workspace", strangerMessage());
    case "member": {
      const permissions = await permissionsOf(bot.permissions, user, place);
      if (permissions.isGuestWithoutRules) return turnAway("guest", guestMessage());
      return task({ ...arrival, permissions, attempts });
    }
  }
}
