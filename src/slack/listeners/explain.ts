// What became of an interaction that failed: what the person reads, and what the log says.

import type { Outcome } from "../../health/metrics.js";
import { HexError } from "../../hex/errors.js";
import type { Logger } from "../../log.js";
import { UnreadableRun } from "../../runs/unreadable-run.js";
import { faultMessage } from "../messages/answers.js";
import type { Message } from "../messages/blocks.js";
import { remedyMessage } from "../messages/remedy.js";
import { unreadableRunMessage } from "../messages/set-aside.js";

export interface Explained {
  message: Message;
  outcome: Exclude<Outcome, "ok">;
}

/** Logs what was thrown and puts it into words. `origin`: where Hex is, for links. */
export function explain(
  error: unknown,
  { log, reference }: { log: Logger; reference: string },
  origin: string,
): Explained {
  if (error instanceof HexError) {
    log.warn({ err: error }, "Hex: %s", error.kind);
    return { message: remedyMessage("That did not work", error.facts, reference), outcome: "hex_failed" };
  }
  if (error instanceof UnreadableRun) {
    log.warn({ err: error, runKey: error.run.key }, "a run that cannot be read");
    return { message: unreadableRunMessage(error.run, origin, reference), outcome: "fault" };
  }
  log.error({ err: error }, "fault");
  return { message: faultMessage(reference), outcome: "fault" };
}
