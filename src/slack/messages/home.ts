// One person's Home tab: whether Hex is connected, which of their runs are in flight, and what they may want to run.

import type { HomeView, KnownBlock } from "@slack/types";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { isOverdue, type WatchdogState } from "../../outages/watchdog-state.js";
import { remedyFor } from "../../remedies/hex.js";
import { type EndedRun, elapsedMs, type Run } from "../../runs/run.js";
import type { OpenNow } from "../alerts/open-now.js";
import type { FrequentProject, OwnRuns } from "../home/own-runs.js";
import { ACTIONS } from "./action-ids.js";
import { actions, button, context, section, textObject } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { code, count, date, dotted, duration, inline, link, referenceWords, sentence } from "./mrkdwn.js";
import { openNowText } from "./open-now.js";
import { cancelButton, type MayStart, runButtons } from "./run-buttons.js";
import { faceOf, inHex, optionsLine, titleOf } from "./run-words.js";
import { DIRECT_MESSAGES_OFF } from "./slack-remedies.js";
import { spokenNames } from "./spoken-names.js";

const IN_FLIGHT_SHOWN = 10;
const ENDED_SHOWN = 5;
const FREQUENT_SHOWN = 5;
const TITLE_MAX = 120;

/** How Hex was when the bot last looked. Times in epoch ms. */
export type HexSeen =
  | { state: "connected" }
  /** It failed once, which may be nothing. */
  | { state: "doubt"; since: number }
  | { state: "down"; since: number; what: string; todo: string }
  /** `since`: when it was asked last; null: never. */
  | { state: "not_asked"; since: number | null };

/** Derived from what the watchdog knows at `now` (epoch ms). */
export function hexSeen({ health, probe }: Pick<WatchdogState, "health" | "probe">, now: number): HexSeen {
  if (probe === null) return { state: "not_asked", since: null };
  if (isOverdue(probe, now)) return { state: "not_asked", since: probe.at };
  switch (health.state) {
    case "down": {
      const { what, todo } = remedyFor(health.incident.cause.facts);
      return { state: "down", since: health.incident.since, what, todo: todo[0] ?? "" };
    }
    case "doubt":
      return { state: "doubt", since: health.first.at };
    case "back":
      return health.first === null ? { state: "connected" } : { state: "doubt", since: health.first.at };
    case "up":
      return { state: "connected" };
  }
}

export interface HomeFacts {
  /** `null` when the store cannot say. */
  hex: HexSeen | null;
  /** Hex's host. */
  host: string;
  place: HexPlace;
  /** What is not over and concerns them; `null` when the store cannot say. */
  open: OpenNow | null;
  /** Epoch ms. */
  now: number;
  runs: OwnRuns;
  mayStart: MayStart;
  /** Slack accepts no direct messages from the bot. */
  directMessagesOff: boolean;
  /** An answer that could not be given anywhere else, in mrkdwn. */
  notice: string | null;
  /** How many times something was picked in the search field. */
  searches: number;
}

/** The part of the view to keep up to date. It is equal for facts that look equal. */
export function homeBlocks(facts: HomeFacts): KnownBlock[] {
  const { inFlight, ended, frequent } = facts.runs;
  const often = frequent.slice(0, FREQUENT_SHOWN);
  const names = spokenNames(often);
  // What concerns only others is not shown here.
  const openText = facts.open && openNowText({ ...facts.open, others: 0 }, facts);
  const blocks = [
    section(hexLine(facts.hex, facts.host)),
    openText === null ? null : section(openText),
    facts.notice === null ? null : section(facts.notice),
    facts.directMessagesOff ? section(`:warning: ${inline(DIRECT_MESSAGES_OFF, 500)}`) : null,
    DIVIDER,
    ...searchBlocks(facts.searches),
    DIVIDER,
    section(inFlight.length === 0 ? "*You have no runs in flight*" : `*Your runs in flight:* ${inFlight.length}`),
    ...inFlight.slice(0, IN_FLIGHT_SHOWN).map((run) => inFlightBlock(run, facts.place)),
    inFlight.length > IN_FLIGHT_SHOWN ? context(`and ${inFlight.length - IN_FLIGHT_SHOWN} more: \`/hex runs\``) : null,
    ...(ended.length === 0 ? [] : [DIVIDER, section("*Your latest runs*")]),
    ...ended.slice(0, ENDED_SHOWN).flatMap((run) => endedBlocks(run, facts)),
    ...(frequent.length === 0 ? [] : [DIVIDER, section("*What you run most*")]),
    ...often.map((project, at) => frequentBlock(project, names[at] ?? "", facts)),
  ];
  return blocks.filter((block) => block !== null);
}

/** `now`: when it is drawn, epoch ms. */
export function homeView(blocks: readonly KnownBlock[], now: number): HomeView {
  const foot = context(
    `As of ${date(now)}`,
    "`/hex help` shows what else there is, and `/hex status` more about the connection",
  );
  const kept = blocks.slice(0, LIMITS.viewBlocks - 1);
  return { type: "home", blocks: foot === null ? kept : [...kept, foot] };
}

/** Replaces all of it for somebody who may not see it, or when it cannot be drawn. `text` is mrkdwn. */
export function noHomeView(text: string): HomeView {
  return { type: "home", blocks: [section(text)] };
}

/** `reference` is the one in the log. */
export function brokenHomeText(reference: string): string {
  return `:warning: Your runs cannot be shown at the moment, because the bot's store does not answer. The runs themselves continue. Open this tab again in a minute; \`/hex status\` says more.\n${referenceWords(reference)}`;
}

const DIVIDER: KnownBlock = { type: "divider" };

function hexLine(seen: HexSeen | null, host: string): string {
  const at = code(host, 100);
  switch (seen?.state) {
    case "connected":
      return `:large_green_circle: *Connected to Hex* at ${at}`;
    case "doubt":
      return `:large_yellow_circle: *Hex at ${at} did not answer as it should*, ${date(seen.since)}. The bot will ask again in a moment.`;
    case "down":
      return `:red_circle: *Not connected to Hex* at ${at} since ${date(seen.since)}\n${inline(seen.what, 300)} ${inline(seen.todo, 300)}`;
    case "not_asked":
      return seen.since === null
        ? `:white_circle: *Not known whether Hex is connected:* the bot has not asked yet. \`/hex status\` asks now.`
        : `:white_circle: *Not known whether Hex is connected:* the bot last asked ${date(seen.since)}. \`/hex status\` asks now.`;
    case undefined:
      return ":white_circle: *Not known whether Hex is connected:* the bot's store does not answer. `/hex status` says more.";
  }
}

function inFlightBlock(run: Run, place: HexPlace): KnownBlock {
  const title = titleOf(run.project);
  const mayCancel = run.state !== "starting" && run.state !== "cancelling";
  const began = "startedAt" in run ? run.startedAt : null;
  const details = dotted(
    began === null ? `requested ${date(run.requestedAt)}` : `since ${date(began)}`,
    run.typicalMs === null ? null : `usually takes about ${duration(run.typicalMs)}`,
    inHex(run),
  );
  const cancel = { actionId: ACTIONS.cancelRun, value: run.key, title, name: title, state: run.state };
  return section(`${headOf(run, place)}\n${sentence(details)}`, mayCancel ? cancelButton(cancel) : undefined);
}

function endedBlocks(run: EndedRun, { place, mayStart }: HomeFacts): (KnownBlock | null)[] {
  const elapsed = elapsedMs(run, run.endedAt);
  const details = dotted(date(run.endedAt), elapsed === null ? null : `after ${duration(elapsed)}`, inHex(run));
  const why = run.state === "refused" ? inline(remedyFor(run.facts).what, 300) : null;
  const lines = [headOf(run, place), details, why, optionsLine(run.options)];
  return [section(lines.filter((line) => line !== null).join("\n")), actions(...runButtons(run, mayStart))];
}

/** Slack keeps what was picked in a field for as long as the block_id stays the same. */
function searchBlocks(searches: number): KnownBlock[] {
  return [
    section("*Run a project*"),
    {
      type: "actions",
      block_id: `search ${searches}`,
      elements: [
        {
          type: "external_select",
          action_id: ACTIONS.homeSearch,
          min_query_length: 0,
          placeholder: textObject("Find a project", LIMITS.placeholder),
        },
        button({ actionId: ACTIONS.openForm, label: "Open an empty form", value: "home" }),
      ],
    },
  ];
}

/** `name`: what a screen reader calls the project. */
function openFormButton({ id }: FrequentProject, name: string) {
  return button({
    actionId: ACTIONS.runProjectForm,
    label: "Run…",
    value: JSON.stringify({ project: id }),
    describe: `Run with other inputs: ${name}`,
  });
}

function frequentBlock(project: FrequentProject, name: string, { place, mayStart }: HomeFacts): KnownBlock {
  return section(
    `${link(projectUrl(place, project), titleOf(project), TITLE_MAX)}\n${count(project.runs, "run")} of yours`,
    mayStart(project.id, { publish: false }) ? openFormButton(project, name) : undefined,
  );
}

function headOf(run: Run, place: HexPlace): string {
  const { emoji, word } = faceOf(run);
  return `${emoji} *${word}*  ${link(projectUrl(place, run.project), titleOf(run.project), TITLE_MAX)}`;
}
