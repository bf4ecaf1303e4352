// The on-call card: whether the connection to Hex is alive, whose token it is, what it may do, and when it expires.

import type { KnownBlock } from "@slack/types";
import type { NameFindings } from "../../access/unmatched-name.js";
import { type HexError, type LifeSign, meansLater } from "../../hex/errors.js";
import type { HexPlace } from "../../hex/links.js";
import { type Connection, failuresOf, type Proof } from "../../hex/prober.js";
import type { HexReport } from "../../hex/status-page.js";
import { DAY, MINUTE } from "../../lib/time.js";
import type { History } from "../../outages/history.js";
import { missingScope, remedyFor } from "../../remedies/hex.js";
import type { StoreKind } from "../../remedies/store.js";
import type { ReadTable } from "../../store/row-reader.js";
import type { StoreState } from "../../store/store-check.js";
import type { OpenNow } from "../alerts/open-now.js";
import type { SlackState } from "../connection/refusals.js";
import { context, fields, type Message, message, section } from "./blocks.js";
import { ALARM_DAYS, expiresIn } from "./expiry.js";
import { hexReportLine } from "./hex-report.js";
import { historyBlocks } from "./history.js";
import { code, count, date, duration, inline, referenceWords } from "./mrkdwn.js";
import { openNowText, outageButtons } from "./open-now.js";
import { type PagesHeldShown, pagesHeldLine } from "./paging.js";
import { type RulesShown, rulesLine, rulesTroubleLines, uncheckedNamesLine, unmatchedNamesLine } from "./policy.js";
import { remedyBlocks } from "./remedy.js";
import { setAsideLine } from "./set-aside.js";
import { type ConnectionRefusals, connectionRefusalLine } from "./shared-connection.js";
import { declinedScopesLine, slackTroubleLines } from "./slack-remedies.js";
import { storeTroubleLine } from "./store-trouble.js";

const WARN_DAYS = 14;

export interface Status {
  connection: Connection;
  /** `null` when the store cannot be read; so is `tracked`. */
  history: History | null;
  /** Runs that the bot keeps up to date. */
  tracked: number | null;
  /** What is not over, and who is on it; `null` when the store cannot be read. */
  open: OpenNow | null;
  /** Whether they can take an outage here: they may, and no channel has a message about it. */
  takesOutages: boolean;
  place: HexPlace;
  /** Events that the paging service did not accept; `null` when there are none, or the store cannot be read. */
  pagesHeld: PagesHeldShown | null;
  /** When Hex refused to tell of data connections; `null` when the store cannot be read. */
  connectionsRefusedAt: ConnectionRefusals | null;
  /** How many requests to Hex the bot may make at this moment. */
  budgetLeft: number;
  /** What Hex's public status page says; `null` when it did not answer. */
  report: HexReport | null;
  slack: SlackState;
  rules: RulesShown;
  /** What the rules name and nobody knows, for those who look after the bot; `null` for others, and before it has been looked up. */
  names: NameFindings | null;
  store: StoreState;
  storeKind: StoreKind;
  /** How many stored rows cannot be read, by table. */
  setAside: ReadonlyMap<ReadTable, number>;
  reference: string;
}

/** `now`: epoch ms. */
export function statusMessage(status: Status, now: number): Message {
  const { error } = status.connection;
  // A spent budget or Hex's limit says nothing about the connection.
  const sign = error === null ? "alive" : meansLater(error.kind) ? "nothing" : "failure";
  const open = status.open === null ? null : openNowText(status.open, { now, place: status.place });
  const take = status.open !== null && status.takesOutages ? outageButtons(status.open) : null;
  const beside = [
    ...(open === null ? [] : [section(open)]),
    ...(take === null ? [] : [take]),
    ...besideBlocks(status, sign),
  ];
  const off = [
    context(declinedScopesLine(status.slack.declinedScopes)),
    context(connectionRefusalLine(status.connectionsRefusedAt, now)),
    context(rulesLine(status.rules), uncheckedNamesLine(status.names)),
  ];
  const below = [...historyBlocks(status.history, sign), ...off, foot(status, now)];
  return error === null
    ? connectedMessage(status.connection, [...beside, ...below], now)
    : brokenMessage(status, error, { sign, beside, below });
}

function connectedMessage(connection: Connection, rest: readonly (KnownBlock | null)[], now: number): Message {
  const { host, since, me, read, run, latencyMs } = connection;
  const failures = failuresOf(connection);
  return message(`Connected to Hex at ${inline(host, 100)}${failures.length > 0 ? ", but not everything works" : ""}`, [
    section(`:large_green_circle: *Connected to Hex* at ${code(host)} since ${date(since)}`),
    fields([
      ["Token", tokenLine(connection)],
      ["Expires", expiryLine(me, now)],
      ["Read projects", proofLine(read, now)],
      ["Run projects", proofLine(run, now)],
      ["Projects", projectsLine(connection)],
      ["Latency", latencyMs === null ? "not measured" : `${latencyMs} ms`],
    ]),
    ...different(failures).flatMap((failure) => remedyBlocks(":warning: *To do*", failure.facts, null)),
    ...rest,
  ]);
}

/** `beside` goes between what happened and what to do. */
function brokenMessage(
  { connection, history, reference }: Status,
  error: HexError,
  { sign, beside, below }: { sign: LifeSign; beside: readonly KnownBlock[]; below: readonly (KnownBlock | null)[] },
): Message {
  const { host, since } = connection;
  // What the watchdog knows survives a restart.
  const began = history?.lastOutage?.state === "down" ? Math.min(since, history.lastOutage.since) : since;
  const limited = sign === "nothing";
  const head = limited
    ? `:large_yellow_circle: *Not checked:* ${error.kind === "budget_spent" ? "the bot's budget of" : "the limit on"} requests to ${code(host)} ${error.kind === "budget_spent" ? "is spent" : "has been reached"}`
    : `:red_circle: *Not connected to Hex* at ${code(host)} since ${date(began)}`;
  const text = `${limited ? "Not checked" : "Not connected to Hex"}: ${inline(remedyFor(error.facts).what, 300)}`;
  const [first = null, ...more] = remedyBlocks(head, error.facts, reference);
  return message(text, [first, ...beside, ...more, ...below]);
}

/** What Hex says about itself, what Slack refused lately, and what in the store cannot be read. */
function besideBlocks(
  { connection, report, pagesHeld, slack, rules, names, store, storeKind, setAside }: Status,
  sign: LifeSign,
): KnownBlock[] {
  const lines = [
    storeTroubleLine(store, storeKind),
    hexReportLine(report, sign === "failure" ? (connection.error?.kind ?? null) : null),
    ...slackTroubleLines(slack),
    ...rulesTroubleLines(rules),
    unmatchedNamesLine(names),
    pagesHeldLine(pagesHeld),
    setAsideLine(setAside),
  ];
  return lines.filter((line) => line !== null).map((line) => section(line));
}

function foot({ connection, store, tracked, budgetLeft, reference }: Status, now: number): KnownBlock | null {
  return context(
    `${tracked === null ? "number of tracked runs not known" : `${count(tracked, "run")} tracked`} · ${count(budgetLeft, "request")} to Hex left this minute${store.why === null ? ` · store working since ${date(store.since)}` : ""} · checked ${date(now, "{time_secs}")}`,
    connection.error === null ? referenceWords(reference) : null,
  );
}

function tokenLine({ me, tokenKind }: Connection): string {
  if (me === null) return "not known";
  if (me.withheld) return `${TOKEN_WORDS[tokenKind ?? "unknown"]}, alive`;
  if (me.user === null) return tokenKind === "workspace" ? "Workspace token" : "not known";
  const name = me.user.name ? `${inline(me.user.name, 80)}, ${inline(me.user.email, 120)}` : inline(me.user.email, 120);
  return `Personal token of ${name}${me.user.role ? ` (${inline(me.user.role, 40)})` : ""}`;
}

const TOKEN_WORDS = { workspace: "Workspace token", personal: "Personal token", unknown: "Owner not known" };

/** Warns under 14 days, alarms under 3. */
function expiryLine(me: Connection["me"], now: number): string {
  const scope = missingScope(me);
  if (scope !== null) return `not known: the token needs the scope "${scope}" for that`;
  const expiresAt = me === null ? "unknown" : me.expiresAt;
  if (expiresAt === "unknown") return "not known";
  if (expiresAt === null) return "never";
  const when = `${date(expiresAt, "{date_short_pretty}")}, ${expiresIn(expiresAt, now)}`;
  if (expiresAt - now < ALARM_DAYS * DAY) return `:rotating_light: ${when}. Create a new token now.`;
  if (expiresAt - now < WARN_DAYS * DAY) return `:warning: ${when}. Plan to renew it.`;
  return when;
}

function proofLine(proof: Proof, now: number): string {
  switch (proof.state) {
    case "proven":
      return `:white_check_mark: proven${now - proof.at < MINUTE ? "" : ` ${duration(now - proof.at)} ago`}`;
    case "missing":
      return ":x: missing";
    case "failed":
      return `:grey_question: not proven: ${inline(remedyFor(proof.error.facts).what, 200)}`;
    case "unproven":
      return proof.why === "no_published_project"
        ? ":grey_question: not proven: publish a project so that the bot can try a dry run"
        : ":grey_question: not proven";
  }
}

function projectsLine({ projects }: Connection): string {
  if (projects === null) return "not read";
  const more = projects.complete ? "" : " (and more)";
  return `${projects.total}${more}, ${projects.published} published`;
}

/** One of each that reads the same. Two of the same kind may be about two scopes. */
function different(errors: readonly HexError[]): HexError[] {
  return [...new Map(errors.map((error) => [remedyFor(error.facts).what, error])).values()];
}
