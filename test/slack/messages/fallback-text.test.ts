// What a phone's notification and a screen reader have of a message: its text. It says what the message says, in plain words.

import { describe, expect, test } from "vitest";
import type { Run } from "../../../src/runs/run.js";
import { deniedMessage } from "../../../src/slack/messages/access.js";
import * as answers from "../../../src/slack/messages/answers.js";
import * as approval from "../../../src/slack/messages/approval.js";
import { takenOverMessage, takingMessage } from "../../../src/slack/messages/attention.js";
import { auditMessage } from "../../../src/slack/messages/audit.js";
import type { Message } from "../../../src/slack/messages/blocks.js";
import { cardInDirectMessage, hiddenCardMessage, withoutCard } from "../../../src/slack/messages/card-elsewhere.js";
import { NOTHING_CARRIED } from "../../../src/slack/messages/carried.js";
import { chosenMessage } from "../../../src/slack/messages/choose-project.js";
import * as digests from "../../../src/slack/messages/digest-answers.js";
import { endMessage } from "../../../src/slack/messages/follow-up.js";
import { unknownCommandMessage } from "../../../src/slack/messages/help.js";
import { spoken } from "../../../src/slack/messages/mrkdwn.js";
import { overdueMessage } from "../../../src/slack/messages/overdue.js";
import { projectsMessage } from "../../../src/slack/messages/projects.js";
import { runCard } from "../../../src/slack/messages/run-card.js";
import { closedFormMessage } from "../../../src/slack/messages/run-form-answers.js";
import { runProblemMessage } from "../../../src/slack/messages/run-problem.js";
import { projectRunsMessage } from "../../../src/slack/messages/runs.js";
import * as watches from "../../../src/slack/messages/watch-answers.js";
import { watchesEndedMessage } from "../../../src/slack/messages/watches-ended.js";
import { APPROVAL, AT, PLAIN_RUN } from "./plain-run.js";

const PLACE = { origin: "https://app.hex.tech", workspace: "6f4922f4-8d2b-4f7a-9f3e-0123456789ab" };
const project = { id: "018f2a1e-1111-7abc-8def-0123456789ab", title: "weekly_revenue" };
const facts = { kind: "plan" as const, operation: "runProject" as const, host: "app.hex.tech" };
const base = {
  ...PLAIN_RUN,
  project,
  approval: { ...APPROVAL, by: [{ kind: "person" as const, id: "U3" }], rule: { number: 1, name: "Month end" } },
};
const awaiting = { ...base, state: "awaiting" as const };
const hex = { runId: "r", url: "https://app.hex.tech/acme/app/p/run/r", traceId: null, projectVersion: null };
const live = { ...base, hex, startedAt: AT, status: "PAUSED", trouble: null, cancelFailure: null };
const running: Run = { ...live, state: "running" };
const declined: Run = { ...base, state: "declined", by: "U2", endedAt: AT };
const cancelled = {
  ...base,
  hex,
  state: "cancelled" as const,
  by: "U2",
  orBy: [],
  startedAt: AT,
  endedAt: AT,
  elapsedMs: 0,
};
const plainRun = { ...base, approval: null };
const refused: Run = { ...plainRun, state: "refused", facts, endedAt: AT };
const errored: Run = { ...cancelled, approval: null, state: "errored" };
const card = { channel: "C0DATATEAM1", isHere: false };
const digest = {
  hour: 8,
  minute: 0,
  zone: "Europe/Berlin",
  weekdaysOnly: false,
  rule: null,
  channel: "C1",
  threadTs: null,
};
const typed = { hour: 8, minute: 0, zone: null, weekdaysOnly: false, text: "weekly_revenue" };
const rule = { kind: "project" as const, id: project.id };

/** The message, and what its text has to say. */
const messages: [string, Message, RegExp][] = [
  [
    "a card with a status that is not known",
    runCard(running, AT, PLACE),
    /^Running: weekly_revenue, Hex calls it PAUSED$/,
  ],
  [
    "a cancellation",
    answers.cancelAskedMessage(running, card),
    /^Hex is stopping weekly_revenue\. Its card .* shows when/,
  ],
  [
    "a cancellation for later",
    answers.cancelledLaterMessage(running, facts, card),
    /^weekly_revenue will be cancelled\./,
  ],
  [
    "nothing to cancel",
    answers.cannotCancelMessage(cancelled, card),
    /^There is nothing to cancel: Cancelled weekly_revenue, 2026-11-02 09:30 UTC\.$/,
  ],
  [
    "a cancellation of a run that the bot has lost",
    answers.cannotCancelMessage(
      { ...plainRun, state: "lost", why: "unreachable", hex, facts, unlisted: false, endedAt: AT },
      card,
    ),
    /^The bot has lost track of weekly_revenue, so it cannot cancel it\. If .* cancel it in Hex\. Open the run in Hex\.$/,
  ],
  ["a withdrawal", answers.withdrawnMessage(running), /^weekly_revenue will not be started\.$/],
  [
    "Tell me",
    answers.tellMeMessage(running, true),
    /^You will get a direct message when weekly_revenue ends\. Press Tell me again/,
  ],
  [
    "Tell me after the end",
    answers.alreadyEndedMessage(cancelled),
    /^weekly_revenue has already ended: Cancelled, 2026-11-02 09:30 UTC\.$/,
  ],
  [
    "a project without a version to run",
    answers.notPublishedMessage(project.title, PLACE.origin),
    /^weekly_revenue is not published, .*\n.* press Publish/,
  ],
  [
    "the card of a run that Hex refused",
    runCard(refused, AT, PLACE),
    /^Not started: weekly_revenue\. The workspace's plan does not include the Hex API \(403\)\.$/,
  ],
  [
    "the card of a run that waits",
    runCard({ ...plainRun, state: "waiting", facts, nextAt: AT, until: AT, tries: 1 }, AT, PLACE),
    /^Waiting to start: weekly_revenue\. The workspace's plan .* The bot tries again on its own until/,
  ],
  [
    "the card of a run that needs an approval",
    runCard(awaiting, AT, PLACE),
    /^Waiting for approval: weekly_revenue\. <@U3> can approve it until 2026-11-02 09:30 UTC\./,
  ],
  [
    "the card of a run that failed",
    runCard(errored, AT, PLACE),
    /^Errored: weekly_revenue, .*\. A cell failed\. Open the run/,
  ],
  ["how a run ended", endMessage(cancelled, 9_000), /^<@U1> weekly_revenue was cancelled by <@U2> after 9 s$/],
  [
    "that a run is overdue",
    overdueMessage(running, "U1", AT),
    /^<@U1> weekly_revenue is overdue\. .* press Cancel on its card\./,
  ],
  [
    "a question to an approver",
    approval.questionMessage(awaiting, PLACE),
    /^<@U1> wants to run weekly_revenue, .*You can approve it until 2026-11-02 09:30 UTC\./s,
  ],
  [
    "a reply to the approvers",
    approval.approversMessage(awaiting, { owner: null, asked: 0, isForAll: true }),
    /^<@U1> wants to run weekly_revenue\. It needs the approval of <@U3> by/,
  ],
  [
    "a question that nobody can answer",
    approval.hopelessMessage(awaiting),
    /^<@U1> Nobody can approve weekly_revenue any more/,
  ],
  [
    "a dry run",
    answers.dryRunMessage(project.title, PLACE.origin, base.options),
    /^Hex would start weekly_revenue\. Nothing was started\. Leave out --dry-run/,
  ],
  ["a button of another version", answers.staleButtonMessage(), /Type \/hex to see/],
  [
    "a decision",
    approval.decidedMessage(declined, PLACE),
    /^<@U1> wants to run weekly_revenue, 2026-11-02 09:30 UTC\.\nDeclined by <@U2>/,
  ],
  [
    "a decision that came too late",
    approval.alreadyDecidedMessage(declined),
    /^Declined by <@U2>, .*\. There is nothing left to approve for weekly_revenue\.$/,
  ],
  [
    "an approver's own request",
    approval.ownRequestMessage(awaiting, awaiting.approval.by),
    /^You asked for weekly_revenue yourself/,
  ],
  [
    "somebody who is no approver",
    approval.notApproverMessage(awaiting, awaiting.approval.by),
    /^You cannot approve or decline weekly_revenue\./,
  ],
  [
    "an approval that the rules forbid",
    approval.noLongerAllowedMessage(awaiting),
    /no longer allow <@U1> to run weekly_revenue/,
  ],
  [
    "on it",
    takingMessage({ kind: "taken", from: [] }, { untold: null, hasPaging: false }),
    /^You are on it\. Press I'm on it again/,
  ],
  ["taken over", takenOverMessage("U2", ["U1"]), /^<@U2> is on it now, instead of <@U1>\.$/],
  [
    "a refusal by the rules",
    deniedMessage({ verb: "run", project, decision: { kind: "denied", rule: null, isUnsure: false } }),
    /^You may not run weekly_revenue here\. No rule allows it\.\nIf you need to, ask/,
  ],
  [
    "an empty audit",
    auditMessage({ entries: [], total: 0, days: 7, who: "U1", project }),
    /^What <@U1> did with weekly_revenue in the last 7 days: nothing that you may see here\.$/,
  ],
  [
    "a card in direct messages",
    cardInDirectMessage({ channel: "C1", word: "not_in_channel" }, "hex"),
    /Slack says not_in_channel\), .* Type \/invite @hex in this channel/,
  ],
  [
    "a card that may not be shown",
    hiddenCardMessage(project),
    /^The card of weekly_revenue is in your direct messages/,
  ],
  [
    "a card that Slack is slow to post",
    withoutCard(running, { why: { kind: "slow" }, bot: "hex", now: AT, place: PLACE }),
    /^Running: weekly_revenue, .*\nIts card appears as soon as Slack accepts it\.$/,
  ],
  ["a choice", chosenMessage(project.title, false), /^Asking Hex to run weekly_revenue\./],
  [
    "a digest that was set",
    digests.digestSetMessage({
      digest,
      set: "new",
      named: 3,
      hidden: 0,
      obstacle: null,
      project: null,
      next: AT,
      place: PLACE,
    }),
    /gets a digest daily at 08:00 \(Europe\/Berlin\).*next one comes 2026-11-02 09:30 UTC/s,
  ],
  ["a digest without a zone", digests.whichZoneMessage(typed), /: \/hex digest 08:00 Europe\/Berlin weekly_revenue$/],
  [
    "a digest that has ended",
    digests.digestEndedMessage(digest, "is_archived", false),
    /has ended: the channel is archived \(is_archived\)\.\nTo get it again, type \/hex digest/,
  ],
  [
    "an unknown command",
    unknownCommandMessage("weekly_revenue", "run", []),
    /^weekly_revenue is not something that \/hex can do\. Did you mean \/hex run\?$/,
  ],
  [
    "a form that was closed",
    closedFormMessage({
      title: project.title,
      complaints: [{ at: { kind: "project" }, text: "It is archived." }],
      notice: null,
      nonce: "n",
    }),
    /^Not started: weekly_revenue\n• It is archived\.$/,
  ],
  [
    "a run that was not understood",
    runProblemMessage({ kind: "bad_json", name: "weekly_days" }),
    /^The value of weekly_days begins like .*\nNothing was started\.$/,
  ],
  [
    "a project without runs",
    projectRunsMessage({
      project,
      runs: [],
      own: new Map(),
      others: [],
      now: AT,
      place: PLACE,
      mayCancel: () => true,
      mayDecide: () => true,
    }),
    /^weekly_revenue has no runs in the last 90 days\. Start one with \/hex run/,
  ],
  [
    "no projects",
    projectsMessage({
      projects: [],
      isNearest: false,
      mayRun: () => true,
      words: ["weekly_revenue"],
      page: 0,
      nonce: "n",
      readAt: null,
      known: null,
      place: PLACE,
      carried: NOTHING_CARRIED,
    }),
    /^No project fits weekly_revenue\n/,
  ],
  [
    "the end of one of several watches",
    watches.noLongerWatchedMessage({ rule, project, also: { by: [{ rule, project: null }], projects: 1 } }, PLACE),
    /^The watch of weekly_revenue has ended. .* still told about it, because it also watches/,
  ],
  [
    "an owner who is no address",
    watches.ownerIsAddressMessage("weekly_ada", "watch"),
    /^weekly_ada is not an e-mail address\. .*: \/hex watch owner:ada@example\.com\.$/,
  ],
  [
    "watches that have ended",
    watchesEndedMessage({ channel: "C1", ended: { at: AT, word: "is_archived" } }, ["hidden"], {
      place: PLACE,
      isDoubled: false,
    }),
    /^The bot cannot write in <#C1> any more: the channel is archived .* This watch of yours has ended:/,
  ],
];

describe("the text of a message says what it is about, without formatting", () => {
  test.each(messages)("%s", (_, { text }, words) => {
    expect(text).toMatch(words);
    expect(text).not.toMatch(/\*|`|(^|\s):[a-z_]+:|<!date|<https?:/);
  });
});

test.each([
  [":warning: *Not started:* `a_b*c`", "Not started: a_b*c"],
  ["Nothing to cancel: :x: *Errored* at 2*3*4", "Nothing to cancel: Errored at 2*3*4"],
  ["see <https://x.test/a|the run>, <!date^0^{time}|1970-01-01 00:00 UTC>", "see the run, 1970-01-01 00:00 UTC"],
  ["<@U1> and <!subteam^S0DATATEAM1> in <#C1>", "<@U1> and <!subteam^S0DATATEAM1> in <#C1>"],
  ["snake_case_name stays, _that_ does not", "snake_case_name stays, that does not"],
  ["*<https://x.test/a|2*3*4>* has no runs", "2*3*4 has no runs"],
  ["*The latest runs of* <https://x.test/a|a *b* _c_>", "The latest runs of a *b* _c_"],
  ["_as of <!date^0^{time}|1970-01-01 00:00 UTC>_", "as of 1970-01-01 00:00 UTC"],
  ["~Failed <!date^0^{time}|1970-01-01 00:00 UTC>~ until now, a~b~c", "Failed 1970-01-01 00:00 UTC until now, a~b~c"],
  ["*Last day:* 100% available\n:large_green_square::large_red_square:\nNow", "Last day: 100% available\nNow"],
  ["nobody · :no_bell: Silenced", "nobody · Silenced"],
  ["at 10:30: on time", "at 10:30: on time"],
  ["Launch :rocket: now", "Launch :rocket: now"],
  ["R&amp;D &lt;EU&gt;", "R&amp;D &lt;EU&gt;"],
])("%j is spoken as %j", (mrkdwn, words) => expect(spoken(mrkdwn)).toBe(words));
