// Starts a run for somebody and shows it. The card is in the channel before the bot asks Hex.

import type { AuditEntry } from "../../audit/audit-entry.js";
import { maskedInputs } from "../../audit/masked-inputs.js";
import { askedId } from "../../audit/run-entries.js";
import type { Project } from "../../hex/schema.js";
import type { RunOptions } from "../../runs/run.js";
import type { Intent } from "../../runs/transitions.js";
import { StoreFailure, type StoreFailureKind } from "../../store/failure.js";
import { deedEntry } from "../access/audit-entries.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { type CardConversation, cardConversation } from "./card-conversation.js";
import { demandStart } from "./demand-start.js";
import { tellWhere } from "./tell-where.js";

/** The store did not accept the intent, so the bot asked Hex for nothing. */
export class NothingStarted extends Error {
  override readonly name = "NothingStarted";
  constructor(
    readonly why: StoreFailureKind,
    cause?: unknown,
  ) {
    super("the store does not take the start of a run", { cause });
  }
}

export interface Wish {
  /** The same for all clicks or deliveries that must lead to a single run. */
  key: string;
  project: Pick<Project, "id" | "title">;
  options: RunOptions;
}

/**
 * `stored` is called with where the card goes once the intent is stored, before the bot asks Hex.
 * @returns false when a run with this key already exists and nothing was done
 * @throws NothingStarted, AccessDenied, HexError
 */
export async function startRun(
  bot: Bot,
  interaction: Interaction,
  { key, project, options }: Wish,
  stored: (card: CardConversation) => Promise<unknown> = async () => undefined,
): Promise<boolean> {
  const { user, reference } = interaction;
  await demandStart(interaction, project, options);
  const card = cardConversation(bot, interaction, project.id);
  const intent = {
    key,
    project: { id: project.id, title: project.title },
    options,
    requester: user,
    requestedAt: bot.clock.now(),
    reference,
  };
  const entry = deedEntry(interaction, options.publish ? "publish" : "run", intent.requestedAt, {
    id: askedId(key),
    project: intent.project,
    inputs: maskedInputs(options.inputs),
    detail: detailOf(options),
    runKey: key,
  });
  if (!(await remember(bot, user, { intent, entry, card }))) return false;
  interaction.log.info({ projectId: project.id, runKey: key }, "run requested");
  const asked = bot.starter.ask(key);
  await Promise.all([asked, tellWhere(bot, interaction, key, { card, asked }), stored(card)]);
  return true;
}

/** What else the run was to start with. */
function detailOf({ fresh, view }: RunOptions): string | null {
  const details = [fresh ? "fresh" : "", view === null ? "" : `view ${view}`].filter((detail) => detail !== "");
  return details.length === 0 ? null : details.join(", ");
}

/** A deleted database file accepts writes as before, but they are lost at the next start, and so would the run be. */
async function remember(
  bot: Bot,
  user: string,
  { intent, entry, card }: { intent: Intent; entry: AuditEntry; card: CardConversation },
): Promise<boolean> {
  const store = await bot.storeCheck.now();
  if (!store.ok && store.why !== "timeout") throw new NothingStarted(store.why);
  try {
    await bot.audit.demand(entry);
    await bot.cards.open(intent.key, card, user);
    return await bot.starter.intend(intent);
  } catch (error) {
    if (error instanceof StoreFailure) throw new NothingStarted(error.kind, error);
    throw error;
  }
}
