// Whatever the data, no message exceeds Slack's limits, notifies anybody by mistake, or loses its text.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PolicyTrouble } from "../../../src/access/load-policy.js";
import { type PeopleTerm, VERBS } from "../../../src/access/policy.js";
import type { NameFindings } from "../../../src/access/unmatched-name.js";
import { type Attention, holderOf } from "../../../src/attention/attention.js";
import { type AuditEntry, DEEDS } from "../../../src/audit/audit-entry.js";
import { WHY_ABSENT } from "../../../src/follow/absence.js";
import { newlyFollowed } from "../../../src/follow/followed-project.js";
import type { Freshness } from "../../../src/follow/freshness.js";
import type { Ailment, Trouble } from "../../../src/follow/trouble.js";
import { LEVELS, type Rule } from "../../../src/follow/watch.js";
import { HEX_ERROR_KINDS, HexError, OPERATIONS } from "../../../src/hex/errors.js";
import type { Connection } from "../../../src/hex/prober.js";
import type { HexRun, Project } from "../../../src/hex/schema.js";
import type { History, Period } from "../../../src/outages/history.js";
import type { Incident } from "../../../src/outages/incident.js";
import { PAGE_FAILURES } from "../../../src/paging/page-plan.js";
import type { Approval } from "../../../src/runs/approval.js";
import { isEnded, type Run, type RunIn } from "../../../src/runs/run.js";
import type { OpenNow } from "../../../src/slack/alerts/open-now.js";
import { OPTIONAL_SCOPES, REQUIRED_SCOPES } from "../../../src/slack/connection/scopes.js";
import { ownRuns } from "../../../src/slack/home/own-runs.js";
import { COMMANDS } from "../../../src/slack/listeners/commands/index.js";
import { abandonedMessage } from "../../../src/slack/messages/abandoned.js";
import { absenceMessage } from "../../../src/slack/messages/absence.js";
import { deniedMessage } from "../../../src/slack/messages/access.js";
import * as answers from "../../../src/slack/messages/answers.js";
import { alreadyEndedMessage, tellMeMessage } from "../../../src/slack/messages/answers.js";
import {
  alreadyDecidedMessage,
  announcedMessage,
  approversMessage,
  decidedHereMessage,
  decidedMessage,
  hopelessMessage,
  noLongerAllowedMessage,
  noLongerAskedMessage,
  notApproverMessage,
  ownRequestMessage,
  questionMessage,
  unsureApproverMessage,
} from "../../../src/slack/messages/approval.js";
import { takenOverMessage } from "../../../src/slack/messages/attention.js";
import { auditMessage, whichAuditProjectMessage } from "../../../src/slack/messages/audit.js";
import type { Message } from "../../../src/slack/messages/blocks.js";
import {
  cardInDirectMessage,
  hiddenCardMessage,
  type NoCard,
  withoutCard,
} from "../../../src/slack/messages/card-elsewhere.js";
import { NOTHING_CARRIED, TOO_LONG } from "../../../src/slack/messages/carried.js";
import { chosenSchema, fitsButton, KEPT, othersSchema } from "../../../src/slack/messages/choice.js";
import {
  choiceGoneMessage,
  chooseProjectMessage,
  chosenMessage,
  type ProjectChoice,
  wordsBesideIdMessage,
} from "../../../src/slack/messages/choose-project.js";
import { digestMessage } from "../../../src/slack/messages/digest.js";
import * as digests from "../../../src/slack/messages/digest-answers.js";
import { endMessage, followUpMessage } from "../../../src/slack/messages/follow-up.js";
import { endedMessage } from "../../../src/slack/messages/followers.js";
import { helpMessage, unknownCommandMessage, usageHint } from "../../../src/slack/messages/help.js";
import { homeBlocks, homeView, noHomeView } from "../../../src/slack/messages/home.js";
import { incidentMessage, incidentReplies, movedMessage } from "../../../src/slack/messages/incident.js";
import { LIMITS } from "../../../src/slack/messages/limits.js";
import { misdirectedMessage } from "../../../src/slack/messages/misdirected.js";
import { inline, shorten, shortenMrkdwn } from "../../../src/slack/messages/mrkdwn.js";
import { overdueMessage } from "../../../src/slack/messages/overdue.js";
import { plainText, waysToSay } from "../../../src/slack/messages/plain.js";
import { projectsMessage } from "../../../src/slack/messages/projects.js";
import { remedyMessage } from "../../../src/slack/messages/remedy.js";
import { announcement, runCard } from "../../../src/slack/messages/run-card.js";
import { runEndMessage } from "../../../src/slack/messages/run-end.js";
import {
  closedFormMessage,
  draftGoneMessage,
  formDoneMessage,
  formGoneMessage,
  formNotOpenedMessage,
  staleFormMessage,
} from "../../../src/slack/messages/run-form-answers.js";
import { runProblemMessage } from "../../../src/slack/messages/run-problem.js";
import {
  projectRunsMessage,
  runsInFlightMessage,
  runsToCancelMessage,
  trackedRunsMessage,
} from "../../../src/slack/messages/runs.js";
import {
  unreadableRunCancelledMessage,
  unreadableRunCard,
  unreadableRunMessage,
} from "../../../src/slack/messages/set-aside.js";
import { statusMessage } from "../../../src/slack/messages/status.js";
import { storeTroubleMessage } from "../../../src/slack/messages/store-trouble.js";
import { toldOf } from "../../../src/slack/messages/told-trouble.js";
import { troubleMessage } from "../../../src/slack/messages/trouble.js";
import { troubleReplies } from "../../../src/slack/messages/trouble-replies.js";
import { unreadableMessage } from "../../../src/slack/messages/unreadable.js";
import * as watches from "../../../src/slack/messages/watch-answers.js";
import { watchSetMessage } from "../../../src/slack/messages/watch-answers.js";
import { watchesMessage } from "../../../src/slack/messages/watches.js";
import { watchesEndedMessage } from "../../../src/slack/messages/watches-ended.js";
import { STORE_FAILURES } from "../../../src/store/failure.js";
import { READ_TABLES } from "../../../src/store/row-reader.js";
import { anyCharacter } from "../../any-character.js";
import { blockErrors } from "../../sandbox/slack/block-kit.js";
import { textsOf } from "../../sandbox/slack/messages.js";
import { pings, unknownMarks } from "../../sandbox/slack/server.js";
import { checkedView } from "../../sandbox/slack/view-schema.js";

const FINDINGS: NameFindings = {
  unmatched: Array.from({ length: 2_000 }, (_, place) => ({
    name: { kind: "title", text: "`<!channel> ".repeat(50), alias: null, line: place, column: 1 },
    why: "unknown",
    meant: null,
  })),
  unchecked: [
    { kind: "person", count: 2_000, why: { kind: "later" } },
    { kind: "channel", count: 2_000, why: { kind: "scope", scope: "channels:read" } },
  ],
};
const UNREADABLE: PolicyTrouble = { kind: "file", problem: { kind: "unreadable", code: "E".repeat(1_000) } };
const ORIGIN = "https://app.hex.tech";
const PLACE = { origin: ORIGIN, workspace: "6f4922f4-8d2b-4f7a-9f3e-0123456789ab" };
/** Whom runs may name. */
const NAMED = ["<@U1>", "<!subteam^S0DATATEAM1>"];
const NOW = Date.UTC(2026, 10, 2);
const AT = { now: NOW, place: PLACE, mayCancel: () => true, mayDecide: () => true };

/** Marks with which a text turns around what stands behind it. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/;

/** Fails when Slack would refuse the message, or swallow a part of it, or when it would notify more than the people who may be named. */
function check(message: Message, people: readonly string[] = []): void {
  const [{ text, blocks = [] }] = waysToSay(message);
  expect(blockErrors(blocks, "message")).toEqual([]);
  expect(message.text.trim()).not.toBe("");
  // It is for notifications and screen readers, which have no links and no dates.
  expect(text).not.toMatch(/<!date|<https?:/);
  expect(text.length).toBeLessThanOrEqual(LIMITS.messageText);
  expect(JSON.stringify(blocks).length).toBeLessThan(12_000);
  expect(unknownMarks({ text, blocks })).toEqual([]);
  expect([text, ...textsOf(blocks)].filter((one) => TURNING.test(one))).toEqual([]);
  expect(
    pings({ text, blocks }).filter((ping) => !people.some((id) => ping === `<@${id}>` || ping === `<!subteam^${id}>`)),
  ).toEqual([]);
}

const hostile = fc.constantFrom(
  "<!channel>",
  "<@U999>",
  "&",
  "<https://x.test|y>",
  "*_~`",
  "🚀👩‍👩‍👧",
  "|",
  "\n",
  "𝔘",
  "\u0000",
  " ",
  "\u202e",
  "\u200b",
  "דוח",
);
const nasty = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 80 }),
  fc.array(hostile, { maxLength: 40 }).map((parts) => parts.join("")),
  // Several thousand characters. To generate each of them would take longer than everything else here.
  fc.array(hostile, { minLength: 30, maxLength: 80 }).map((parts) => parts.join("").repeat(10)),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const due = fc.record({ at: time, slackMs: fc.constantFrom(0, 60 * 60_000) });
const span = fc.integer({ min: 0, max: 1_000_000_000 });
/** Hex's are UUIDs. */
const identifier = nasty.filter((id) => id !== "" && id.length < 200);
const absence = fc.record({
  why: fc.constantFrom(...WHY_ABSENT),
  since: time,
  backAt: maybe(time),
  knownUntil: maybe(time),
});
const absent = fc.record({ id: identifier, title: nasty, absence });
const url = fc.oneof(fc.constant(`${ORIGIN}/acme/app/x/run/y`), nasty, fc.constant(`${ORIGIN}/${"x".repeat(4_000)}`));

const facts = fc.record(
  {
    kind: fc.constantFrom(...HEX_ERROR_KINDS),
    operation: fc.constantFrom(...OPERATIONS),
    host: nasty,
    status: fc.integer({ min: 100, max: 599 }),
    detail: nasty,
    traceId: nasty,
    retryAfterMs: span,
    inputs: fc.record({
      unknown: fc.array(nasty, { maxLength: 12 }),
      wrongType: fc.array(fc.record({ name: nasty, expected: nasty, given: nasty }), { maxLength: 12 }),
    }),
  },
  { requiredKeys: ["kind", "operation", "host"] },
);
const error = facts.map((made) => new HexError(made));

const cause = fc.record({ facts, at: time });
const outage = {
  id: fc.constant("abcd1234"),
  since: time,
  cause,
  causes: fc.array(cause, { minLength: 1, maxLength: 20 }),
  relapses: fc.nat(),
  unwatchedMs: span,
};
const incident: fc.Arbitrary<Incident> = fc.oneof(
  fc.record({ ...outage, state: fc.constant("down" as const) }),
  fc.record({ ...outage, state: fc.constantFrom("back" as const, "over" as const), backAt: time }),
);
const period = (squares: number): fc.Arbitrary<Period> =>
  fc.record({
    squares: fc.array(fc.constantFrom("up", "partly", "mostly_down", "unwatched"), {
      minLength: squares,
      maxLength: squares,
    }),
    available: maybe(fc.double({ min: 0, max: 100, noNaN: true })),
    downMs: span,
    outages: fc.nat(),
  });
const history: fc.Arbitrary<History> = fc.record({ day: period(8), month: period(10), lastOutage: maybe(incident) });

/** Numbers that JSON can write, and gives back as they were. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0));
const json = fc.oneof(nasty, number, fc.boolean(), fc.constant(null), fc.array(nasty, { maxLength: 5 }));
const approver: fc.Arbitrary<PeopleTerm> = fc.oneof(
  fc.constantFrom<PeopleTerm>({ kind: "owner" }, { kind: "admins" }, { kind: "guests" }, { kind: "members" }),
  fc.constantFrom<PeopleTerm>({ kind: "person", id: "U1" }, { kind: "group", id: "S0DATATEAM1" }, { kind: "everyone" }),
);
const approval: fc.Arbitrary<Approval> = fc.record({
  verb: fc.constantFrom("run" as const, "publish" as const),
  rule: fc.record({ number: fc.nat(), name: maybe(nasty) }),
  by: fc.array(approver, { minLength: 1, maxLength: 100 }),
  place: fc.constant("C1"),
  posting: fc.constant(null),
  until: time,
  approved: maybe(fc.record({ by: fc.constant("U1"), at: time })),
  told: fc.boolean(),
  questions: fc.constant([]),
  isEndTold: fc.boolean(),
  hopeless: maybe(fc.record({ since: time, told: fc.boolean() })),
});
const base = {
  key: fc.string({ minLength: 1, maxLength: 80 }),
  project: fc.record({ id: identifier, title: nasty }),
  options: fc.record({
    inputs: fc.dictionary(nasty, json, { maxKeys: 30 }),
    fresh: fc.boolean(),
    publish: fc.boolean(),
    view: maybe(nasty),
  }),
  requester: maybe(fc.constant("U1")),
  trigger: maybe(nasty),
  requestedAt: time,
  reference: fc.constant("abcd1234"),
  typicalMs: maybe(span),
  overdue: maybe(fc.record({ since: time, told: fc.boolean() })),
  again: maybe(fc.record({ by: fc.constant("U1"), at: time })),
  approval: maybe(approval),
};
const hex = fc.record({ runId: identifier, url: maybe(url), traceId: maybe(nasty), projectVersion: maybe(nasty) });
const startedAt = maybe(time);
const live = { ...base, hex, startedAt, status: nasty, trouble: maybe(fc.record({ facts, since: time })) };
const unclear = fc.array(fc.record({ by: fc.constant("U1"), at: fc.nat() }), { maxLength: 3 });
const cancelFailure = maybe(fc.record({ facts, reference: fc.constant("abcd1234"), unclear }));
const ended = { ...base, hex, startedAt, endedAt: time, elapsedMs: maybe(span) };
const run: fc.Arbitrary<Run> = fc.oneof(
  fc.record({ ...base, approval, state: fc.constantFrom("awaiting" as const, "approved" as const) }),
  fc.record({
    ...base,
    approval,
    state: fc.constant("declined" as const),
    by: maybe(fc.constant("U1")),
    endedAt: time,
  }),
  fc.record({ ...base, approval, state: fc.constant("expired" as const), endedAt: time }),
  fc.record({
    ...base,
    state: fc.constant("starting" as const),
    looking: fc.boolean(),
    facts: maybe(facts),
    lease: time,
  }),
  fc.record({ ...base, state: fc.constant("waiting" as const), facts, tries: fc.nat(), nextAt: time, until: time }),
  fc.record({ ...base, state: fc.constant("withdrawn" as const), by: fc.constant("U1"), endedAt: time }),
  fc.record({ ...live, state: fc.constantFrom("pending" as const, "running" as const), cancelFailure }),
  fc.record({
    ...live,
    state: fc.constant("cancelling" as const),
    by: fc.constant("U1"),
    accepted: fc.boolean(),
    heldBack: maybe(facts),
    unclear,
    lease: time,
  }),
  fc.record({ ...ended, state: fc.constantFrom("completed" as const, "errored" as const, "no_kernel" as const) }),
  fc.record({ ...ended, state: fc.constant("ended" as const), status: nasty }),
  fc.record({
    ...ended,
    state: fc.constant("cancelled" as const),
    by: maybe(fc.constant("U1")),
    orBy: fc.array(fc.constant("U1"), { maxLength: 3 }),
  }),
  fc.record({ ...base, state: fc.constant("refused" as const), facts, endedAt: time }),
  fc.record({
    ...base,
    state: fc.constant("lost" as const),
    why: fc.constantFrom(
      "start_unknown" as const,
      "several" as const,
      "vanished" as const,
      "refused" as const,
      "unreachable" as const,
      "too_long" as const,
    ),
    hex: maybe(hex),
    facts: maybe(facts),
    unlisted: fc.boolean(),
    endedAt: time,
  }),
);

const schedule = fc.record({
  cadence: nasty,
  enabled: fc.boolean(),
  hourly: maybe(fc.record({ timezone: nasty, minute: fc.integer() })),
  daily: maybe(fc.record({ timezone: nasty, minute: fc.integer(), hour: fc.integer() })),
  weekly: maybe(
    fc.record({ timezone: nasty, minute: fc.integer(), hour: fc.integer(), dayOfWeek: fc.oneof(nasty, fc.integer()) }),
  ),
  monthly: maybe(fc.record({ timezone: nasty, minute: fc.integer(), hour: fc.integer(), day: fc.integer() })),
  custom: maybe(fc.record({ timezone: nasty, cron: nasty })),
});
const person = maybe(fc.record({ email: nasty }));
const project: fc.Arbitrary<Project> = fc.record({
  id: identifier,
  title: nasty,
  description: maybe(nasty),
  type: fc.constant("PROJECT"),
  creator: person,
  owner: person,
  status: maybe(fc.record({ name: nasty })),
  categories: fc.array(fc.record({ name: nasty }), { maxLength: 3 }),
  lastEditedAt: maybe(time),
  lastPublishedAt: maybe(time),
  createdAt: maybe(time),
  archivedAt: fc.constant(null),
  trashedAt: fc.constant(null),
  schedules: fc.array(schedule, { maxLength: 5 }),
});
const hexRun: fc.Arbitrary<HexRun> = fc.record({
  projectId: nasty,
  runId: identifier,
  runUrl: maybe(url),
  status: fc.oneof(nasty, fc.constantFrom("PENDING", "RUNNING", "COMPLETED", "KILLED")),
  runTrigger: maybe(nasty),
  projectVersion: maybe(nasty),
  startTime: maybe(time),
  endTime: maybe(time),
  elapsedTime: maybe(span),
  traceId: maybe(nasty),
});

const impact = fc.constantFrom("none" as const, "minor" as const, "critical" as const, "maintenance" as const);
const report = fc.record({
  indicator: impact,
  description: nasty,
  incidents: fc.array(fc.record({ name: nasty, impact, url: maybe(url) }), { maxLength: 9 }),
  isCertain: fc.boolean(),
});

const somebody = fc.constantFrom("U1", "U2");
const attention: fc.Arbitrary<Attention> = fc.record({
  version: fc.nat(),
  taken: maybe(fc.record({ by: somebody, at: time })),
  silence: maybe(fc.record({ by: somebody, at: time, until: maybe(time) })),
});
const ailment: fc.Arbitrary<Ailment> = fc.oneof(
  fc.record({ kind: fc.constant("late" as const), since: time, overAt: maybe(time) }),
  fc.record({
    kind: fc.constantFrom("failed" as const),
    since: time,
    runId: identifier,
    url: maybe(url),
    status: nasty,
    overAt: maybe(time),
  }),
  fc.record({
    kind: fc.constant("stuck" as const),
    since: time,
    runId: identifier,
    url: maybe(url),
    overAt: maybe(time),
    overtaken: fc.constant(true as const),
  }),
);
const troubleOf: fc.Arbitrary<Trouble> = fc.record({
  id: fc.constant("abcd1234"),
  projectId: identifier,
  since: time,
  seenAt: time,
  newsAt: fc.constant([]),
  ailments: fc.array(ailment, { minLength: 1, maxLength: 12 }),
  overAt: maybe(time),
  endedBy: maybe(nasty),
});
const going = fc.record({ runId: identifier, url: maybe(url), since: time });
const lastRun = fc.record({
  runId: identifier,
  url: maybe(url),
  status: nasty,
  endedAt: time,
  tookMs: maybe(span),
  version: maybe(nasty),
});
const DEED_NAMES = Object.keys(DEEDS).filter((name): name is keyof typeof DEEDS => name in DEEDS);
const ANY_RULE = {
  line: 1,
  column: 5,
  effect: { kind: "deny" as const },
  verbs: new Set(VERBS),
  people: [],
  channels: null,
  projects: null,
};
const openNow: fc.Arbitrary<OpenNow> = fc.record({
  outage: maybe(fc.record({ id: identifier, since: time, attention })),
  troubles: fc.array(fc.record({ trouble: troubleOf, project: maybe(project), attention }), { maxLength: 12 }),
  others: fc.nat(),
});

describe("never past a limit, whatever the data", () => {
  test("the Home tab, for any number of runs", () => {
    const hexNow = fc.oneof(
      fc.constant({ state: "connected" as const }),
      fc.record({ state: fc.constant("doubt" as const), since: time }),
      fc.record({ state: fc.constant("down" as const), since: time, what: nasty, todo: nasty }),
      fc.record({ state: fc.constant("not_asked" as const), since: maybe(time) }),
    );
    const shown = fc.record({
      hex: maybe(hexNow),
      open: maybe(openNow),
      host: nasty,
      runs: fc.array(run, { maxLength: 40 }),
      directMessagesOff: fc.boolean(),
      notice: maybe(nasty.map((text) => inline(text, 2_000))),
      mayStart: fc.func(fc.boolean()),
      searches: fc.nat(),
    });
    fc.assert(
      fc.property(shown, maybe(nasty), time, ({ runs, ...rest }, title, now) => {
        const blocks = homeBlocks({ ...rest, now, runs: ownRuns(runs, () => title), place: PLACE });
        for (const view of [homeView(blocks, now), noHomeView(rest.notice ?? "")]) {
          expect(checkedView(view, "home")).toBe(view);
          expect(unknownMarks({ text: "", blocks: view.blocks })).toEqual([]);
          expect([...textsOf(view.blocks)].filter((text) => TURNING.test(text))).toEqual([]);
          const strangers = pings({ text: "", blocks: view.blocks }).filter((ping) => !/^<@U[12]>$/.test(ping));
          expect(strangers).toEqual([]);
        }
      }),
    );
  });

  test("what approvers are asked and told", () => {
    const awaited: fc.Arbitrary<RunIn<"awaiting">> = fc.record({ ...base, approval, state: fc.constant("awaiting") });
    const all = ["U1", "U2", "S0DATATEAM1"];
    fc.assert(
      fc.property(awaited, maybe(fc.constant("U2")), fc.nat(20), fc.boolean(), (made, owner, asked, isForAll) => {
        check(approversMessage(made, { owner, asked, isForAll }), all);
        check(announcedMessage(made, PLACE), all);
        check(hopelessMessage(made), all);
        check(noLongerAskedMessage(made, PLACE), all);
        check(questionMessage(made, PLACE), all);
        for (const message of [ownRequestMessage, notApproverMessage]) check(message(made, made.approval.by), all);
      }),
    );
    fc.assert(
      fc.property(run, (made) => {
        check(decidedMessage(made, PLACE), all);
        for (const message of [
          alreadyDecidedMessage,
          decidedHereMessage,
          unsureApproverMessage,
          noLongerAllowedMessage,
        ])
          check(message(made), all);
      }),
    );
  });

  test("the run card and its reply", () => {
    fc.assert(
      fc.property(
        run,
        time,
        maybe(fc.record({ from: fc.constant("C1"), why: nasty })),
        fc.nat(),
        (made, now, moved, followers) => {
          check(runCard(made, now, PLACE, { moved, followers }), ["U1", "S0DATATEAM1"]);
          check(announcement(made, PLACE), ["U1", "S0DATATEAM1"]);
          check(endMessage(made, 500_000), ["U1", "S0DATATEAM1"]);
          expect(plainText(endMessage(made, 500_000)).length).toBeLessThanOrEqual(LIMITS.plainText);
          check(overdueMessage(made, "U1", now), ["U1", "S0DATATEAM1"]);
          const reply = followUpMessage(made, 500_000);
          if (reply !== null) check(reply, ["U1", "S0DATATEAM1"]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("what followers read at the end", () => {
    fc.assert(
      fc.property(run.filter(isEnded), maybe(url), maybe(fc.constant("U1")), (made, cardUrl, mentioned) => {
        check(endedMessage(made, { place: PLACE, cardUrl, mentioned }), ["U1", "S0DATATEAM1"]);
        check(alreadyEndedMessage(made), ["U1", "S0DATATEAM1"]);
      }),
    );
    fc.assert(fc.property(run, fc.boolean(), (made, isFollowing) => check(tellMeMessage(made, isFollowing))));
  });

  test("a run whose card is elsewhere or nowhere", () => {
    const word = fc.oneof(fc.constantFrom("missing_scope", "not_in_channel", "HTTP 503"), nasty);
    const why: fc.Arbitrary<NoCard> = fc.oneof(
      fc.record({ kind: fc.constant("slow" as const) }),
      fc.record({ kind: fc.constant("later" as const), word }),
      fc.record({ kind: fc.constant("refused" as const), word, asMessage: maybe(word) }),
    );
    fc.assert(
      fc.property(run, why, time, nasty, (made, given, now, bot) => {
        const shown = withoutCard(made, { why: given, bot, now, place: PLACE });
        check(shown, ["U1", "S0DATATEAM1"]);
        expect(plainText(shown).length).toBeLessThanOrEqual(LIMITS.plainText);
        expect(pings({ text: plainText(shown), blocks: [] }).filter((ping) => !NAMED.includes(ping))).toEqual([]);
      }),
    );
    fc.assert(fc.property(word, nasty, (one, bot) => check(cardInDirectMessage({ channel: "C1", word: one }, bot))));
  });

  test("a remedy", () => {
    fc.assert(fc.property(nasty, facts, maybe(fc.constant("abcd1234")), (...given) => check(remedyMessage(...given))));
  });

  // No other message has as many parts: it takes four seconds on a machine at rest.
  test("the status", { timeout: 120_000 }, () => {
    const proof = fc.oneof(
      fc.record({ state: fc.constant("proven" as const), at: fc.constant(0) }),
      fc.record({ state: fc.constantFrom("missing" as const, "failed" as const), error }),
      fc.record({
        state: fc.constant("unproven" as const),
        why: fc.constantFrom("no_published_project" as const, "projects_unread" as const, "disconnected" as const),
      }),
    );
    const connection: fc.Arbitrary<Connection> = fc.record({
      host: nasty,
      error: maybe(error),
      since: time,
      me: maybe(
        fc.record({
          user: maybe(fc.record({ name: maybe(nasty), email: nasty, role: maybe(nasty) })),
          orgId: nasty,
          expiresAt: fc.oneof(maybe(time), fc.constant("unknown" as const)),
        }),
      ),
      tokenKind: fc.constantFrom("personal", "workspace", null),
      latencyMs: maybe(span),
      read: proof,
      run: proof,
      projects: maybe(fc.record({ total: fc.nat(), published: fc.nat(), complete: fc.boolean() })),
    });
    const trouble = fc.record({
      kind: fc.constantFrom("place" as const, "credentials" as const, "app_token" as const, "transient" as const),
      word: fc.oneof(fc.constantFrom("missing_scope", "not_in_channel", "HTTP 503"), nasty),
      method: fc.constantFrom("chat.update" as const, "response_url" as const),
      channel: maybe(fc.oneof(fc.constantFrom("C0DATATEAM1", "U1"), nasty)),
      at: time,
    });
    const slack = fc.record({
      troubles: fc.array(trouble, { maxLength: 6 }),
      granted: fc.constant(null),
      missingScopes: fc.subarray([...REQUIRED_SCOPES]),
      declinedScopes: fc.subarray([...OPTIONAL_SCOPES]),
      directMessagesOff: fc.boolean(),
    });
    const store = fc.record({ at: time, since: time, why: maybe(fc.constantFrom(...STORE_FAILURES)) });
    const stores = fc.record({ store, storeKind: fc.constantFrom("embedded" as const, "shared" as const) });
    fc.assert(
      fc.property(
        connection,
        maybe(history),
        maybe(fc.nat()),
        maybe(report),
        slack,
        stores,
        maybe(openNow),
        maybe(fc.record({ count: fc.nat(), kind: fc.constantFrom(...PAGE_FAILURES), at: time })),
        (made, past, tracked, page, state, storeState, open, pagesHeld) => {
          const setAside = new Map(READ_TABLES.map((table, index) => [table, index]));
          const rest = {
            open,
            takesOutages: true,
            place: PLACE,
            tracked,
            budgetLeft: 3,
            report: page,
            slack: state,
            pagesHeld,
            rules: {
              count: 2_000,
              trouble: UNREADABLE,
              versions: 3,
              missingScopes: OPTIONAL_SCOPES,
              knowsGuests: false,
            },
            names: FINDINGS,
            connectionsRefusedAt: { cells: NOW, names: NOW },
            setAside,
            reference: "abcd1234",
          };
          check(statusMessage({ connection: made, history: past, ...rest, ...storeState }, NOW), ["U1", "U2"]);
        },
      ),
    );
  });

  test("alerts and their replies", () => {
    fc.assert(
      fc.property(
        incident,
        fc.nat(),
        maybe(report),
        fc.boolean(),
        attention,
        (made, inFlight, said, isDoubled, who) => {
          check(incidentMessage(made, { inFlight, report: said, isDoubled, attention: who, now: NOW }), ["U1", "U2"]);
          for (const reply of incidentReplies(made, false)) check(reply.message);
        },
      ),
    );
  });

  test("alerts of watched projects, their replies, and the answers to their buttons", () => {
    const followed = maybe(fc.record({ going: fc.array(going, { maxLength: 2 }), last: maybe(lastRun) })).map((its) =>
      its === null
        ? null
        : { ...newlyFollowed({ schedules: [] }, NOW), going: its.going, lastGood: its.last, lastRun: its.last },
    );
    const told = fc.record({ trouble: troubleOf, project: maybe(project), followed, attention });
    const gone = fc.record({
      trouble: fc.constant(null),
      why: fc.constant("unwatched" as const),
      projectId: fc.string(),
      project: maybe(project),
    });
    const hidden = fc.record({
      trouble: fc.constant(null),
      why: fc.constant("hidden" as const),
      mayReturn: fc.boolean(),
    });
    const members = fc.array(fc.oneof(told, gone, hidden), { minLength: 1, maxLength: 30 });
    const shared = fc.array(fc.record({ name: nasty, projectIds: fc.array(nasty, { minLength: 2 }) }));
    const alert = "trouble C0123456789 1730541600.000100 abcd1234";
    fc.assert(
      fc.property(members, shared, fc.boolean(), (all, connections, isDoubled) => {
        const emails = all.flatMap((one) => ("project" in one ? (one.project?.owner?.email ?? []) : []));
        const owners = new Map(emails.map((email) => [email, "U3"]));
        const around = { alert, to: NOW, place: PLACE, owners, shared: connections, now: NOW, isDoubled };
        const made = troubleMessage(all, around);
        check(made, ["U1", "U2", "U3"]);
        const drawn = JSON.stringify(made.blocks);
        const counted = Number(/… and (\d+) more projects?[.,]/.exec(drawn)?.[1] ?? 0);
        const inFull = drawn.match(/No good run is known|Last good run/g)?.length ?? 0;
        expect(inFull + counted).toBe(toldOf(all).length);
        const isOpen = all.some(({ trouble }) => trouble?.overAt === null);
        expect(made.blocks.filter(({ type }) => type === "actions")).toHaveLength(isOpen ? 1 : 0);
        for (const every of [1, 60_000]) {
          const members = all.map((one, index) => {
            const joinedAt = NOW - 86_400_000 + index * every;
            return { told: one, joinedAt, failedAt: joinedAt + 3_600_000 };
          });
          for (const reply of troubleReplies(members, { now: NOW, owners })) check(reply.message, ["U3"]);
        }
        check(takenOverMessage("U1", ["U2"]), ["U1", "U2"]);
        expect(["U1", "U2", null]).toContain(holderOf(toldOf(all).map((one) => one.attention)));
      }),
    );
  });

  test("the end of a run of a watched project", () => {
    const end = fc.record({
      runId: identifier,
      projectId: identifier,
      status: fc.oneof(fc.constantFrom("COMPLETED", "KILLED"), nasty),
      trigger: maybe(fc.oneof(fc.constantFrom("API", "SCHEDULED"), nasty)),
      endedAt: time,
      tookMs: maybe(span),
      typicalMs: maybe(span),
      url: maybe(url),
    });
    fc.assert(
      fc.property(end, maybe(project), fc.boolean(), (made, its, isDoubled) => {
        check(runEndMessage(made, { project: its, title: made.status, place: PLACE, isDoubled }));
      }),
    );
  });

  test("watches, and projects that are not judged any more", () => {
    const load = { projects: 600, perMinute: 12, ageMs: 50 * 60_000, leastAgeMs: 5 * 60_000 };
    const short = nasty.map((text) => text.slice(0, 320));
    const rule: fc.Arbitrary<Rule> = fc.oneof(
      fc.record({ kind: fc.constant("project" as const), id: identifier }),
      fc.record({ kind: fc.constant("category" as const), name: short }),
      fc.record({ kind: fc.constant("owner" as const), email: short }),
      fc.constant({ kind: "scheduled" as const }),
    );
    const level = fc.constantFrom(...LEVELS);
    const watch = fc.record({ rule, level, page: fc.boolean(), setBy: fc.constant("U1"), setAt: time });
    const seen = fc.record({
      watch: watch.map((one) => ({ ...one, channel: "C1", threadTs: null })),
      mayEnd: fc.boolean(),
      total: fc.oneof(fc.constant(0), fc.nat(600)),
      hidden: fc.nat(600),
      projects: fc.array(
        fc.record({ project, followed: fc.constant(null), nextDue: maybe(due), trouble: maybe(troubleOf) }),
        { maxLength: 9 },
      ),
      absent: fc.array(absent, { maxLength: 9 }),
      areAllKnown: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(absent, { maxLength: 21 }), (all) =>
        check(absenceMessage(all, { place: PLACE, isDoubled: true })),
      ),
    );
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 3 }), (all) =>
        check(watchesMessage(all, { now: NOW, place: PLACE, load, isThread: true }), ["U1", "S0DATATEAM1"]),
      ),
    );
    const named = fc.oneof(
      fc.record({ rule, project: maybe(project) }),
      fc.constantFrom("hidden" as const, "unsure" as const),
    );
    const word = fc.constantFrom("is_archived", "not_in_channel", "thread_not_found");
    fc.assert(
      fc.property(fc.array(named, { minLength: 1, maxLength: 17 }), word, (all, why) =>
        check(
          watchesEndedMessage({ channel: "C1", ended: { at: NOW, word: why } }, all, { place: PLACE, isDoubled: true }),
        ),
      ),
    );
    const obstacle = fc.oneof(
      fc.constant({ kind: "between_people" as const }),
      fc.record({ kind: fc.constant("not_invited" as const), name: nasty }),
    );
    const set = fc.record({
      rule,
      level,
      paging: fc.constantFrom("none" as const, "on" as const, "no_key" as const),
      set: fc.constantFrom("new" as const, "changed" as const, "same" as const),
      project: maybe(project),
      named: fc.nat(600),
      obstacle: maybe(obstacle),
      hidden: fc.nat(600),
      load: fc.constant(load),
      place: fc.constant(PLACE),
    });
    fc.assert(fc.property(set, (all) => check(watchSetMessage(all))));
  });

  test("lists of projects", () => {
    const view = fc.record({
      projects: fc.array(project, { maxLength: 20 }),
      isNearest: fc.boolean(),
      mayRun: fc.func(fc.boolean()),
      words: fc.array(nasty, { maxLength: 12 }),
      page: fc.integer({ min: -3, max: 9 }),
      nonce: fc.constant("nonce123"),
      readAt: maybe(time),
      known: maybe(fc.nat()),
      place: fc.constant(PLACE),
      carried: fc.oneof(
        fc.constant(NOTHING_CARRIED),
        fc.constant(TOO_LONG),
        fc.tuple(base.options, fc.boolean()).map(([options, dryRun]) => ({ ...options, dryRun })),
      ),
    });
    fc.assert(fc.property(view, (made) => check(projectsMessage(made))));
    // No page leaves out a project for lack of room.
    fc.assert(
      fc.property(view, (made) => {
        const projects = made.projects.map((one, at) => ({ ...one, id: `id-of-${at}-`, lastPublishedAt: NOW }));
        const old = { readAt: NOW, known: null };
        const pages = projects.map((_, page) => projectsMessage({ ...made, ...old, projects, page }));
        const text = JSON.stringify(pages);
        expect(projects.filter(({ id }) => !text.includes(id))).toEqual([]);
        expect(pages.every((one) => JSON.stringify(one).includes("As of"))).toBe(true);
      }),
    );
  });

  test("projects to choose from, with what was typed in every button", () => {
    const carried = fc.oneof(
      fc.constant(NOTHING_CARRIED),
      fc.tuple(base.options, fc.boolean()).map(([options, dryRun]) => ({ ...options, dryRun })),
    );
    const longTitle = fc.tuple(nasty, nasty).map(([a, b]) => `${"R&D <EU> ".repeat(30)}${a}${b}`);
    const one = fc
      .tuple(project, fc.oneof(nasty, longTitle), fc.uuid())
      .map(([made, title, id]) => ({ ...made, title, id }));
    const view: fc.Arbitrary<ProjectChoice> = fc.record({
      choice: fc.oneof(
        fc.record({ purpose: fc.constant("run"), text: nasty, carried }),
        fc.record({
          purpose: fc.constant("watch"),
          text: nasty,
          level: fc.constantFrom(...LEVELS),
          page: fc.boolean(),
        }),
        fc.record({ purpose: fc.constantFrom("runs", "cancel"), text: nasty }),
      ),
      fit: fc.constantFrom("one", "several", "others", "nearest"),
      projects: fc.array(one, { maxLength: 5 }),
      total: fc.nat(),
      isDenied: fc.boolean(),
      denied: fc.nat(),
      hasOthers: fc.boolean(),
      passed: fc.array(fc.uuid(), { maxLength: 10 }),
      unpublished: fc.array(one, { maxLength: 5 }),
      known: maybe(fc.nat()),
      nonce: fc.constant("nonce123"),
      place: fc.constant(PLACE),
    });
    fc.assert(
      fc.property(view, (made) => {
        const shown = chooseProjectMessage(made);
        check(shown);
        expect(plainText(shown).length).toBeLessThanOrEqual(LIMITS.plainText);
        const values = [...JSON.stringify(shown.blocks).matchAll(/"value":("(?:[^"\\]|\\.)*")/g)].map(([, value]) =>
          JSON.parse(JSON.parse(value ?? "")),
        );
        const chosen = values.flatMap((value) => chosenSchema.safeParse(value).data ?? []);
        // The suggested project can be run as it is or with changes.
        const taken = made.fit === "one" ? chosen.slice(0, 1) : chosen;
        const [others] = values.flatMap((value) => othersSchema.safeParse(value).data ?? []);
        const offered = made.fit === "one" ? made.projects.slice(0, 1) : made.projects;
        expect(taken.map((value) => value.project)).toEqual(offered.slice(0, taken.length).map(({ id }) => id));
        if (made.isDenied) {
          expect(chosen).toEqual([]);
          return;
        }
        if (offered.length > 0) expect(taken.length).toBeGreaterThan(0);
        // Projects that did not fit are among the others.
        if (taken.length < offered.length)
          expect(others?.passed).toEqual([...made.passed, ...taken.map((value) => value.project)]);
        for (const value of [...chosen, ...(others ? [others] : [])]) {
          expect(value.choice).toEqual(fitsButton(made.choice) ? made.choice : KEPT);
        }
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        check(wordsBesideIdMessage(one, other));
        check(chosenMessage(one, false));
      }),
    );
    check(choiceGoneMessage());
  });

  test("lists of runs", () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 15 }), fc.array(hexRun, { maxLength: 15 }), project, (own, runs, of) => {
        check(trackedRunsMessage(own, own, AT), ["U1", "S0DATATEAM1"]);
        const byId = new Map(own.map((one, index) => [runs[index]?.runId ?? "", one]));
        const listed = { project: of, runs, own: byId, others: own, ...AT };
        check(projectRunsMessage(listed), ["U1", "S0DATATEAM1"]);
        check(runsToCancelMessage({ ...listed, isUnread: true, named: "by_name" }), ["U1", "S0DATATEAM1"]);
        const placed = own.map((one, index) => ({ run: one, channel: index % 2 === 0 ? null : "C0DATATEAM1" }));
        check(runsInFlightMessage(placed, { user: "U1", here: "C1", ...AT }), ["U1", "S0DATATEAM1"]);
      }),
    );
  });

  test("inputs full of quotes are shown to those who decide about the run, as far as they fit", () => {
    const inputs = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`in${at}`, '"\\'.repeat(150)]));
    const options = { inputs, fresh: false, publish: false, view: null };
    const awaited: fc.Arbitrary<RunIn<"awaiting">> = fc.record({
      ...base,
      approval,
      options: fc.constant(options),
      state: fc.constant("awaiting"),
    });
    fc.assert(
      fc.property(awaited, (made) => {
        const list = trackedRunsMessage([made], [], AT);
        for (const message of [runCard(made, NOW, PLACE), questionMessage(made, PLACE), list]) {
          check(message, ["U1", "S0DATATEAM1"]);
          expect([...textsOf(message.blocks)].join("\n")).toMatch(/in0=.*in7=.*and \d+ more/s);
        }
      }),
    );
  });

  test("of many runs in flight with long titles, none is missing without a word", () => {
    const title = `Quarterly revenue & margin ${"of every region ".repeat(20)}`;
    const runs: Run[] = Array.from({ length: 14 }, (_, index) => ({
      key: `again:${String(index).repeat(32)}`.slice(0, 38),
      project: { id: crypto.randomUUID(), title },
      options: { inputs: {}, fresh: false, publish: false, view: null },
      requester: "U0ADALOVELA",
      approval: null,
      trigger: null,
      requestedAt: NOW,
      reference: "abcd1234",
      typicalMs: null,
      overdue: null,
      again: null,
      hex: {
        runId: "r",
        url: `${ORIGIN}/acme/app/${"x".repeat(36)}/run/${"y".repeat(36)}`,
        traceId: null,
        projectVersion: null,
      },
      state: "running",
      status: "RUNNING",
      startedAt: NOW,
      trouble: null,
      cancelFailure: null,
    }));
    const text = JSON.stringify(trackedRunsMessage(runs, [], AT));
    const listed = text.match(/arrow_forward/g)?.length ?? 0;
    expect(text).toContain(`and ${runs.length - listed} more`);
  });

  test("answers about the form", () => {
    for (const message of [staleFormMessage(), formGoneMessage(), draftGoneMessage()]) check(message);
    const complaint = fc.record({ at: fc.constant({ kind: "project" as const }), text: nasty });
    const notice = maybe(fc.record({ level: fc.constantFrom("success" as const, "warning" as const), text: nasty }));
    fc.assert(
      fc.property(nasty, fc.array(complaint, { maxLength: 40 }), notice, (title, complaints, said) => {
        check(formNotOpenedMessage("nonce", true));
        check(formDoneMessage(title));
        check(closedFormMessage({ title, complaints, notice: said, nonce: "nonce" }));
      }),
    );
  });

  test("answers about runs, cards and links", () => {
    const card = maybe(fc.record({ channel: fc.constantFrom("C0DATATEAM1", "U1", "D1"), isHere: fc.boolean() }));
    const all = ["U1", "S0DATATEAM1"];
    fc.assert(
      fc.property(run, card, facts, maybe(fc.constant("U1")), nasty, url, (made, place, why, by, text, address) => {
        for (const message of [
          answers.cancelAskedMessage,
          answers.cannotCancelMessage,
          answers.nothingToLookForMessage,
          answers.alreadyStartedMessage,
        ]) {
          check(message(made, place), all);
        }
        check(answers.alreadyRunAgainMessage(by, made, place), all);
        check(answers.cancelledLaterMessage(made, why, place), all);
        check(answers.withdrawnMessage(made), all);
        check(answers.cancelFailedMessage(why, "abcd1234"));
        check(answers.notPublishedMessage(text, address));
        check(answers.dryRunMessage(text, address, made.options));
        check(answers.unknownRunMessage(text));
        check(answers.noRunInLinkMessage(text));
        check(answers.unusableLinkMessage({ kind: "other_host", host: text }, text));
        check(hiddenCardMessage(made.project));
        check(movedMessage("C0DATATEAM1"));
        check(abandonedMessage());
        check(misdirectedMessage(text, "/slack/events"));
        check(unreadableMessage("abcd1234"));
      }),
    );
    fc.assert(
      fc.property(identifier, maybe(identifier), (projectId, runId) => {
        const outline = { key: "k", projectId, runId };
        check(unreadableRunCard(outline, PLACE));
        check(unreadableRunMessage(outline, PLACE, "abcd1234"));
        check(unreadableRunCancelledMessage(outline, PLACE));
      }),
    );
    for (const why of STORE_FAILURES)
      for (const kind of ["embedded", "shared"] as const)
        for (const undone of [
          "nothing_started",
          "nothing_decided",
          "nothing_read",
          "maybe_run",
          "maybe_other",
        ] as const)
          check(storeTroubleMessage({ why, kind, undone, reference: "abcd1234" }));
  });

  test("what people may not do", () => {
    const named = maybe(fc.record({ number: fc.nat(), name: maybe(nasty) })).map((rule) =>
      rule === null ? null : { ...ANY_RULE, ...rule },
    );
    const decision = fc.record({ kind: fc.constant("denied" as const), rule: named, isUnsure: fc.boolean() });
    const people = fc.array(approver, { maxLength: 100 });
    const deed = fc.record(
      {
        verb: fc.constantFrom(...VERBS),
        project: maybe(fc.record({ id: identifier, title: nasty })),
        decision,
        whoMay: people,
        nobodyOf: people,
      },
      { requiredKeys: ["verb", "project", "decision"] },
    );
    fc.assert(fc.property(deed, (made) => check(deniedMessage(made), ["U1", "S0DATATEAM1"])));
  });

  test("the audit log", () => {
    const entry: fc.Arbitrary<AuditEntry> = fc.record({
      id: fc.uuid(),
      at: time,
      who: maybe(fc.constant("U1")),
      where: maybe(fc.constantFrom("C0DATATEAM1", "U1")),
      deed: fc.constantFrom(...DEED_NAMES),
      project: maybe(fc.record({ id: identifier, title: nasty })),
      detail: maybe(nasty),
      inputs: fc.constant(null),
      decision: maybe(fc.constantFrom("allowed" as const, "refused" as const, "needs_approval" as const)),
      rule: maybe(fc.record({ number: fc.nat(), name: maybe(nasty) })),
      result: maybe(nasty),
      runKey: fc.constant(null),
      hexRunId: maybe(nasty),
      traceId: fc.constant(null),
      reference: fc.constant(null),
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 40 }),
        maybe(nasty),
        nasty,
        fc.array(project),
        (all, title, typed, of) => {
          const view = { entries: all, total: all.length + 7, days: 7, who: "U1" };
          check(auditMessage({ ...view, project: title === null ? null : { title } }), ["U1"]);
          check(whichAuditProjectMessage(typed, of));
        },
      ),
    );
  });

  test("digests, and answers to what was typed about them and about watches", () => {
    const followed = maybe(fc.record({ going: fc.array(going, { maxLength: 2 }), run: maybe(lastRun) })).map((its) =>
      its === null
        ? null
        : { ...newlyFollowed({ schedules: [] }, NOW), going: its.going, lastGood: its.run, lastRun: its.run },
    );
    const entry = fc.record({
      project,
      freshness: fc.constantFrom<Freshness>(
        { kind: "fresh" },
        { kind: "late" },
        { kind: "unknown", why: "unreadable" },
      ),
      followed,
      nextDue: maybe(due),
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 40 }),
        fc.array(absent, { maxLength: 9 }),
        fc.boolean(),
        fc.boolean(),
        (entries, gone, isAboutWatched, hasTables) => {
          const around = { zone: "Europe/Berlin", place: PLACE, now: NOW, onTableRefused: () => undefined };
          const made = digestMessage({ ...around, entries, gone, isAboutWatched, hasTables, notes: ["The note."] });
          // A table has room of its own.
          const beside = made.blocks.filter(({ type }) => type !== "data_table");
          check({ ...made, blocks: beside });
          expect(blockErrors(made.blocks, "message")).toEqual([]);
          if (made.instead !== undefined) check(made.instead.message);
        },
      ),
    );
    const short = nasty.map((text) => text.slice(0, 320));
    const rule: fc.Arbitrary<Rule> = fc.oneof(
      fc.record({ kind: fc.constant("project" as const), id: identifier }),
      fc.record({ kind: fc.constant("category" as const), name: short }),
      fc.record({ kind: fc.constant("owner" as const), email: short }),
      fc.constant({ kind: "scheduled" as const }),
    );
    const clock = { hour: fc.nat(23), minute: fc.nat(59), weekdaysOnly: fc.boolean() };
    const digest = fc.record({
      ...clock,
      zone: short,
      rule: maybe(rule),
      channel: fc.constant("C1"),
      threadTs: fc.constant(null),
    });
    const typed = fc.record({ ...clock, zone: maybe(nasty), text: nasty });
    const also = fc.record({
      by: fc.array(fc.record({ rule, project: maybe(project) }), { maxLength: 12 }),
      projects: fc.nat(),
    });
    const obstacle = maybe(fc.record({ kind: fc.constant("not_invited" as const), name: nasty }));
    fc.assert(
      fc.property(digest, typed, nasty, also, maybe(project), obstacle, (set, asked, word, others, its, inTheWay) => {
        const now = { named: 3, hidden: 1, obstacle: inTheWay, project: its, next: NOW, place: PLACE };
        check(digests.digestSetMessage({ digest: set, set: "new", ...now }));
        check(digests.digestEndedMessage(set, word, true));
        check(digests.whichZoneMessage(asked));
        check(digests.unknownZoneMessage(word, null, asked));
        check(digests.whatTimeMessage(word));
        check(digests.noSuchTimeMessage(word));
        check(digests.nothingToShowMessage(asked));
        check(digests.whichDigestProjectMessage(asked, its === null ? [] : [its, its], PLACE));
        for (const { rule } of others.by) {
          for (const left of [others, null])
            check(watches.noLongerWatchedMessage({ rule, project: its, also: left }, PLACE));
        }
        if (its !== null) check(watches.watchedByOthersMessage(its, others, PLACE));
        check(watches.ownerIsAddressMessage(word, "watch"));
        check(watches.whatToUnwatchMessage(word));
      }),
    );
  });

  test("help and answers to what was typed", () => {
    for (const declined of [[], [...OPTIONAL_SCOPES]]) check(helpMessage(COMMANDS, declined));
    fc.assert(
      fc.property(nasty, fc.array(nasty, { maxLength: 9 }), (word, words) => {
        check(
          unknownCommandMessage(
            word,
            "status",
            COMMANDS.map(({ name }) => name),
          ),
        );
        check(runProblemMessage({ kind: "unknown_flag", flag: word, suggestion: "--fresh" }));
        for (const behind of [null, { name: word, value: "" }, { name: word, value: word }]) {
          check(runProblemMessage({ kind: "stray_words", words, target: word, behind }));
        }
        check(runProblemMessage({ kind: "bad_json", name: word }));
      }),
    );
    expect(usageHint(COMMANDS)).toBe(
      "[status | projects | run | runs | cancel | watch | unwatch | watching | digest | audit | about | help]",
    );
  });
});

describe("shortening", () => {
  test("never past the length, and never inside a character as people see it", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 60 }), (text, max) => {
        expect(shorten(text, max).length).toBeLessThanOrEqual(max);
        if (!/[\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ""))) {
          expect(() => encodeURIComponent(shorten(text, max))).not.toThrow();
        }
        expect(shortenMrkdwn(inline(text, 500), max)).not.toMatch(/&[a-z]*…$/);
      }),
    );
    expect(shorten("👩‍👩‍👧👩‍👩‍👧", 9)).toBe("👩‍👩‍👧…");
    expect(shortenMrkdwn("see <https://a.test/long|this>", 20)).toBe("see…");
  });
});
