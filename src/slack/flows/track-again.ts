// Asks Hex about a run that the bot no longer tracks, and tracks it again if it is still going.

import type { Call } from "../../hex/client.js";
import { asHexError, HexError } from "../../hex/errors.js";
import { isEnded, isLive, type Run } from "../../runs/run.js";
import { adopted } from "../../runs/transitions.js";
import type { Bot } from "../listeners/context.js";

/** `runId`: the run's id in Hex. If the bot had lost the run, it now shows how it has ended. @throws HexError */
export async function trackAgain(bot: Bot, { key, project, state }: Run, runId: string, call: Call): Promise<void> {
  const seen = await bot.hex.run(project.id, runId, call).catch(asHexError);
  if (seen instanceof HexError) {
    // If the bot has seen the run end, that is still final.
    if (state !== "lost") return;
    throw seen;
  }
  await bot.runs.update(key, (run) => {
    if (!isEnded(run)) return null;
    const now = adopted(run, seen, bot.clock.now());
    return run.state === "lost" || isLive(now) ? now : null;
  });
}
