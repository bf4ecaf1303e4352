// Explains an interaction that failed: what the person reads, and what the log says.

import { AccessDenied } from "../../access/access-denied.js";
import { DEEDS, type Deed } from "../../audit/audit-entry.js";
import { HexError } from "../../hex/errors.js";
import type { Logger } from "../../log/logger.js";
import { storeSentence } from "../../remedies/store.js";
import { UnreadableRun } from "../../runs/unreadable-run.js";
import { StoreFailure } from "../../store/failure.js";
import { todoAfter } from "../connection/answer-in.js";
import { answerFailure } from "../connection/response.js";
import { NothingDone } from "../flows/demand-store.js";
import { deniedMessage } from "../messages/access.js";
import { faultMessage, untakenMessage } from "../messages/answers.js";
import type { Message } from "../messages/blocks.js";
import { remedyMessage } from "../messages/remedy.js";
import { unreadableRunMessage } from "../messages/set-aside.js";
import { storeTroubleMessage, type Undone } from "../messages/store-trouble.js";
import type { Bot } from "./context.js";

/**
 * How an interaction ended: done, not done again because it had come before, not allowed, with a failure of Hex that was explained,
 * without an answer because Slack did not take it, or with a fault of the bot.
 */
export type Outcome = "ok" | "repeated" | "denied" | "hex_failed" | "slack_failed" | "fault";

export interface Explained {
  message: Message;
  outcome: Exclude<Outcome, "ok" | "repeated">;
}

/** Logs what was thrown and puts it into words. `deed`: what somebody wanted to do; `null` for reading. */
export function explain(
  error: unknown,
  { log, reference, deed }: { log: Logger; reference: string; deed: Deed | null },
  { hex, storeKind }: Pick<Bot, "hex" | "storeKind">,
): Explained {
  if (error instanceof HexError) {
    log.warn({ kind: error.kind, err: error }, "Hex: %s", error.kind);
    return { message: remedyMessage("That did not work", error.facts, reference), outcome: "hex_failed" };
  }
  if (error instanceof AccessDenied) {
    const { verb, project, decision } = error.deed;
    const why = decision.kind === "denied" ? { unsure: decision.isUnsure } : { needsApproval: true };
    log.info({ verb, projectId: project?.id, rule: decision.rule?.number, ...why }, "not allowed");
    return { message: deniedMessage(error.deed), outcome: "denied" };
  }
  if (error instanceof UnreadableRun) {
    log.warn({ err: error, runKey: error.run.key }, "Not done: the run cannot be read");
    return { message: unreadableRunMessage(error.run, hex.place.now, reference), outcome: "fault" };
  }
  if (error instanceof StoreFailure || error instanceof NothingDone) {
    const { kind: why } = error;
    const undone = error instanceof NothingDone ? error.undone : undoneOf(deed);
    log.error({ err: error, why, todo: storeSentence(why, storeKind) }, "Not done: the store does not work");
    return {
      message: storeTroubleMessage({ why, kind: storeKind, undone, reference }),
      outcome: "fault",
    };
  }
  const untaken = answerFailure(error);
  if (untaken !== null) {
    log.warn({ failure: untaken.facts, todo: todoAfter(untaken) }, "Slack did not take an answer: %s", untaken.word);
    return { message: untakenMessage(untaken.word, { isDeed: deed !== null, reference }), outcome: "slack_failed" };
  }
  log.error({ err: error }, "fault");
  return { message: faultMessage(reference), outcome: "fault" };
}

/** When the store failed somewhere in the middle. */
function undoneOf(deed: Deed | null): Undone {
  switch (deed === null ? "see" : DEEDS[deed]) {
    case "see":
    // Reading the audit log is all that there is to it in Slack.
    case "administer":
      return "nothing_read";
    case "run":
    case "publish":
    case "cancel":
      return "maybe_run";
    case "watch":
    case "silence":
      return "maybe_other";
  }
}
