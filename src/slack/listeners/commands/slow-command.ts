// Tells people who wait long for the answer to a command that it is still to come.

import { STORE_MS, within } from "../../../lib/with-timeout.js";
import { slowMessage } from "../../messages/answers.js";
import type { Bot, Interaction } from "../context.js";

/**
 * Does a command's work. Tells its person once that it takes long, unless they have had an answer by then, or the command has led to a
 * run: its card shows how it goes. Rejects like `work`.
 */
export async function tellingIfSlow(
  { clock, runs, slowAnswerMs }: Pick<Bot, "clock" | "runs" | "slowAnswerMs">,
  interaction: Interaction,
  work: (interaction: Interaction) => Promise<void>,
): Promise<void> {
  const { key, log, respond } = interaction;
  const answered = new AbortController();
  const tell = async () => {
    await clock.sleep(slowAnswerMs, answered.signal);
    const run = answered.signal.aborted ? null : await within(clock, STORE_MS, runs.get(key));
    if (!answered.signal.aborted && run === null) await respond(slowMessage());
  };
  const telling = tell().catch((err: unknown) => log.info({ err }, "Nobody could be told that this takes long"));
  // The answer comes last.
  const stopTelling = () => {
    answered.abort();
    return telling;
  };
  const answer: Interaction["respond"] = async (message) => {
    await stopTelling();
    await respond(message);
  };
  await work({ ...interaction, respond: answer }).finally(stopTelling);
}
