// Somebody approves or declines a run. Whether they may is decided now, under the rules in force now.

import type { PeopleTerm } from "../../access/policy.js";
import { decidedBy } from "../../access/rights.js";
import type { AuditEntry } from "../../audit/audit-entry.js";
import { maskedInputs } from "../../audit/masked-inputs.js";
import { askedForBy } from "../../audit/run-entries.js";
import type { Approval } from "../../runs/approval.js";
import type { Run, RunIn } from "../../runs/run.js";
import { judged, type Verdict } from "../../runs/transitions.js";
import { StoreFailure } from "../../store/failure.js";
import { noteAttempt } from "../access/attempts.js";
import { deedEntry } from "../access/audit-entries.js";
import { factsKnown, permissionsOf, startVerbs } from "../access/permissions.js";
import type { Click } from "../listeners/actions/action.js";
import type { Bot } from "../listeners/context.js";
import { staleButtonMessage } from "../messages/answers.js";
import {
  alreadyDecidedMessage,
  approvedLaterMessage,
  decidedHereMessage,
  noLongerAllowedMessage,
  notApproverMessage,
  ownRequestMessage,
  unsureApproverMessage,
} from "../messages/approval.js";
import type { Message } from "../messages/blocks.js";
import { demandStore } from "./demand-store.js";
import { runFor } from "./runs-for.js";

/** The button's value is the run's key. @throws HexError when the project does not exist for them; NothingDone */
export async function decideRun(bot: Bot, click: Click, kind: Verdict["kind"]): Promise<void> {
  const judged = await demandStore(bot, "nothing_decided", () => judgedBy(bot, click, kind));
  if (judged !== null) await settle(bot, click, judged);
}

/** What somebody would decide, and its entry in the audit log; `null` for what has been recorded. */
interface Judged {
  verdict: Verdict;
  entry: AuditEntry | null;
}

/** `null` after telling somebody that they do not decide. */
async function judgedBy(bot: Bot, click: Click, kind: Verdict["kind"]): Promise<Judged | null> {
  const { permissions, user } = click;
  const refuse = async (why: Message) => {
    await click.respond(why);
    return null;
  };
  // The requester always sees it.
  const run = await runFor(bot, click, click.value, kind);
  if (run === null) return refuse(staleButtonMessage());
  await permissions.projects.ready();
  if (!permissions.projects.has(run.project.id)) {
    noteAttempt(click, kind, { kind: "project", project: run.project });
    throw permissions.projects.notThere();
  }
  if (run.state !== "awaiting") return refuse(alreadyDecidedMessage(run));
  const standing = await standingOf(bot, user, run);
  const entry = deedEntry(click, kind, bot.clock.now(), { ...about(run), rule: standing.rule });
  if (standing.kind !== "approver") await bot.audit.record({ ...entry, decision: "refused", result: standing.kind });
  switch (standing.kind) {
    case "approver":
      await bot.audit.demand(entry);
      return { verdict: { kind, by: user }, entry };
    case "requester":
      return refuse(ownRequestMessage(run, standing.by));
    case "other":
      return refuse(notApproverMessage(run, standing.by));
    case "unsure":
      return refuse(unsureApproverMessage(run));
    case "requester_left":
    case "no_longer_allowed":
      return { verdict: { kind: "decline", by: null }, entry: null };
  }
}

function about(run: Run) {
  const { key, project, options } = run;
  const detail = askedForBy(run);
  return { runKey: key, project, detail, inputs: maskedInputs(options.inputs), decision: "allowed" as const };
}

/** With the rule that decides. */
type Standing = { rule: Approval["rule"] | null } & (
  | { kind: "approver" }
  | { kind: "requester" | "other"; by: readonly PeopleTerm[] }
  /** The requester has left, and may do nothing, whatever the rules say. */
  | { kind: "requester_left" }
  /** The rules no longer allow the requester to run it. */
  | { kind: "no_longer_allowed" }
  | { kind: "unsure" }
);

/** Whether the buttons would do something for somebody, as far as that is known now. */
export async function mayDecide(bot: Bot, user: string, run: RunIn<"awaiting">): Promise<boolean> {
  const { kind } = await standingOf(bot, user, run);
  return kind !== "requester" && kind !== "other";
}

/** What the rules in force now make of somebody who would decide about a run. */
async function standingOf(bot: Bot, user: string, run: RunIn<"awaiting">): Promise<Standing> {
  const { access } = bot.permissions;
  const { project, options, approval, requester } = run;
  // They could not approve it, whatever else the rules say.
  if (requester === null) return { kind: "no_longer_allowed", rule: null };
  const asker = await permissionsOf(bot.permissions, requester, approval.place);
  // Where it would need no approval by now, those who were asked may still give it.
  const { by, rule } = asker.approvalFor(project, options) ?? approval;
  if (requester === user) return { kind: "requester", by, rule };
  const isApprover = await access.isAmong(user, by, factsKnown(bot.permissions, project.id));
  if (isApprover === null) return { kind: "unsure", rule };
  if (!isApprover) return { kind: "other", by, rule };
  if ((await access.isActive(requester)) === false) return { kind: "requester_left", rule: null };
  for (const verb of startVerbs(options)) {
    const decision = asker.decide(verb, project.id);
    if (decision.kind !== "denied") continue;
    return { kind: decision.isUnsure ? "unsure" : "no_longer_allowed", rule: decidedBy(decision) };
  }
  return { kind: "approver", rule };
}

/** The first verdict that is stored counts. People who come later are told whose it was. */
async function settle(bot: Bot, click: Click, { verdict, entry }: Judged): Promise<void> {
  const key = click.value;
  const result = await bot.runs.update(key, (run) =>
    run.state === "awaiting" ? judged(run, verdict, bot.clock.now()) : null,
  );
  if (result === null) return click.respond(staleButtonMessage());
  const { run, changed } = result;
  if (!changed || run.state === "expired") {
    // The verdict that counts is recorded with the run.
    if (entry !== null)
      await bot.audit.record({ ...entry, id: `outcome ${entry.id}`, decision: null, result: "too_late" });
    return click.respond(alreadyDecidedMessage(run));
  }
  click.log.info({ runKey: key, projectId: run.project.id, requester: run.requester }, "run %s", run.state);
  await Promise.all([run.state === "approved" ? start(bot, click, key) : null, tell(bot, click, run, verdict)]);
}

/** What was approved starts anyway: if not now, then as soon as the store works. */
async function start({ starter }: Bot, { log, respond }: Click, key: string): Promise<void> {
  try {
    await starter.ask(key);
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    log.error({ err: error, runKey: key }, "A run was approved, but the store did not accept its start");
    await respond(approvedLaterMessage());
  }
}

async function tell(bot: Bot, click: Click, run: Run, { by }: Verdict): Promise<void> {
  if (by === null) return click.respond(noLongerAllowedMessage(run));
  if (!(await isShownWhere(bot, click, run))) await click.respond(decidedHereMessage(run));
}

/** Whether the message with the button will show what has been decided. */
async function isShownWhere(bot: Bot, { messageTs, conversation }: Click, run: Run): Promise<boolean> {
  if (messageTs === null) return false;
  const isQuestion = run.approval?.questions.some(({ ts }) => ts === messageTs) ?? false;
  return isQuestion || (await bot.cards.isAt(run.key, { channel: conversation.channel, ts: messageTs }));
}
