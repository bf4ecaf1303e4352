// The inputs of a project that the form has fields for, and the values to suggest in them.

import { z } from "zod";
import { holdsSecret } from "../../lib/secret-names.js";
import { DAY } from "../../lib/time.js";
import { STORE_MS, within } from "../../lib/with-timeout.js";
import { type KnownInput, knownInputs } from "../../runs/known-inputs.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { MOST_FIELDS } from "../parse/form-contents.js";

/** How many of a project's latest runs are examined. */
const RUNS = 200;
const REMEMBERED_MS = 90 * DAY;
/** The most names that are remembered for a project. */
const MOST_UNKNOWN = 100;

const unknownSchema = z.array(z.object({ name: z.string(), at: z.number() }));

/** What a project's runs show about its inputs. Empty when the store does not answer, because somebody is waiting for a form. */
export async function knownFields(
  bot: Bot,
  { user, log, permissions }: Interaction,
  projectId: string,
): Promise<KnownInput[]> {
  if (!permissions.projects.has(projectId)) return [];
  const read = Promise.all([bot.runs.ofProject(projectId, RUNS), unknownNames(bot, projectId)]);
  const asked = within(bot.clock, STORE_MS, bot.permissions.access.isGuest(user)).catch(() => null);
  try {
    const [[runs, unknown], isGuest] = await Promise.all([within(bot.clock, STORE_MS, read), asked]);
    return knownInputs(runs, {
      user,
      readsPublic: isGuest !== true,
      isSecret: holdsSecret,
      unknown,
      most: MOST_FIELDS,
    });
  } catch (err) {
    log.warn({ err }, "The inputs of earlier runs cannot be read");
    return [];
  }
}

async function unknownNames(bot: Bot, projectId: string): Promise<Map<string, number>> {
  const names = (await bot.drafts.get(keyOf(projectId), unknownSchema)) ?? [];
  return new Map(names.map(({ name, at }) => [name, at]));
}

/** Hex has said that a project does not have these inputs. They get no field until a run has used them again. */
export async function rememberUnknown(bot: Bot, projectId: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const known = await unknownNames(bot, projectId);
  for (const name of names) known.set(name, bot.clock.now());
  const kept = [...known].slice(-MOST_UNKNOWN).map(([name, at]) => ({ name, at }));
  await bot.drafts.keep(keyOf(projectId), kept, REMEMBERED_MS);
}

function keyOf(projectId: string): string {
  return `unknown-inputs:${projectId}`;
}
