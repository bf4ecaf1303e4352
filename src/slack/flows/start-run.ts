// Starts a run for somebody and shows it. The card is in the channel before the bot asks Hex. Where the rules want somebody's approval
// first, the card asks for it.

import { AccessDenied } from "../../access/access-denied.js";
import type { AuditEntry } from "../../audit/audit-entry.js";
import { maskedInputs } from "../../audit/masked-inputs.js";
import { askedId } from "../../audit/run-entries.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { ApprovalNeed } from "../../runs/approval.js";
import type { RunOptions } from "../../runs/run.js";
import type { Alongside } from "../../runs/store.js";
import type { Intent } from "../../runs/transitions.js";
import { deedEntry } from "../access/audit-entries.js";
import { mayBeApproved } from "../access/possible-approvers.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { type CardConversation, cardConversation } from "./card-conversation.js";
import { deedOfStart, demandStart } from "./demand-start.js";
import { demandStore } from "./demand-store.js";
import { tellWhere } from "./tell-where.js";

export interface Wish {
  /** The same for all clicks or deliveries that must lead to a single run. */
  key: string;
  project: ProjectNamed;
  options: RunOptions;
}

/**
 * `stored` is called with where the card goes, and whether somebody has to approve the run first, once the intent is stored and before
 * the bot asks Hex.
 * @returns false when a run with this key already exists and nothing was done
 * @throws NothingDone, AccessDenied, HexError
 */
export async function startRun(
  bot: Bot,
  interaction: Interaction,
  { key, project, options }: Wish,
  stored: (card: CardConversation, isAwaiting: boolean) => Promise<unknown> = async () => undefined,
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
  const need = interaction.permissions.approvalFor(project, options);
  if (need !== null) await demandApprover(bot, interaction, { project, need, card });
  const entry = deedEntry(interaction, deedOfStart(options), intent.requestedAt, {
    id: askedId(key, user),
    project: intent.project,
    inputs: maskedInputs(options.inputs),
    detail: detailOf(options),
    runKey: key,
    ...(need === null ? {} : { decision: "needs_approval", rule: need.rule }),
  });
  if (!(await remember(bot, user, { intent, need, entry, card }))) {
    await noteTooLate(bot, user, key, entry);
    return false;
  }
  const facts = { projectId: project.id, runKey: key };
  if (need === null) interaction.log.info(facts, "run requested");
  else interaction.log.info({ ...facts, verb: need.verb, rule: need.rule.number }, "run requested: needs approval");
  const asked = need === null ? bot.starter.ask(key) : Promise.resolve();
  await Promise.all([asked, tellWhere(bot, interaction, key, { card, asked }), stored(card, need !== null)]);
  return true;
}

/** Nobody has to wait an hour for an approval that nobody can give. @throws AccessDenied */
async function demandApprover(
  { approverSources }: Bot,
  interaction: Interaction,
  { project, need, card }: { project: Wish["project"]; need: ApprovalNeed; card: CardConversation },
): Promise<void> {
  const { verb, by } = need;
  const places = [card.channel, interaction.place];
  const wanted = { projectId: project.id, requester: interaction.user, by, places };
  if ((await mayBeApproved(approverSources, wanted)) !== false) return;
  const decision = interaction.permissions.decide(verb, project.id);
  if (decision.kind === "needs_approval") throw new AccessDenied({ verb, project, decision, nobodyOf: by });
}

/** What else the run was to start with. */
function detailOf({ fresh, view }: RunOptions): string | null {
  const details = [fresh ? "fresh" : "", view === null ? "" : `view ${view}`].filter((detail) => detail !== "");
  return details.length === 0 ? null : details.join(", ");
}

interface Remembered {
  intent: Intent;
  /** What the rules want before it starts; `null` for nothing. */
  need: ApprovalNeed | null;
  entry: AuditEntry;
  card: CardConversation;
}

/** Before the bot asks Hex for anything. Returns false when there is a run with this key already. @throws NothingDone */
function remember(bot: Bot, user: string, { intent, need, entry, card }: Remembered): Promise<boolean> {
  return demandStore(bot, "nothing_started", async () => {
    await bot.audit.demand(entry);
    // Together, so that if several people ask at once, the card belongs to the one whose run is stored.
    const withCard: Alongside = (db) => bot.cards.open(intent.key, card, { requester: user, db });
    return need === null ? bot.starter.intend(intent, withCard) : bot.starter.awaitApproval(intent, need, withCard);
  });
}

/** Somebody else has asked for the run before them: otherwise, the log would say that both of them did. @throws UnreadableRun */
async function noteTooLate(bot: Bot, user: string, key: string, entry: AuditEntry): Promise<void> {
  const run = await bot.runs.get(key);
  if (run?.requester === user) return;
  await bot.audit.record({ ...entry, id: `outcome ${entry.id}`, decision: null, result: "too_late" });
}
