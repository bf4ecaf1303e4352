// The words for a run that its card, lists and answers share: its title, its state, what it was started with.

import { MASKED } from "../../audit/masked-inputs.js";
import { holdsSecret } from "../../lib/secret-names.js";
import { identityOf, type Run, type RunIn, type RunOptions, type RunState } from "../../runs/run.js";
import { firstWithin, together } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { andMore, code, dotted, ELLIPSIS, inline, link, mention, shorten } from "./mrkdwn.js";

/** Not escaped yet. A project without a title is called by its id. */
export function titleOf({ title, id }: Run["project"]): string {
  return title || id;
}

/** A link to the run in Hex; `null` when it has none. */
export function inHex(run: Run): string | null {
  return linkInHex(identityOf(run)?.url ?? null);
}

export function linkInHex(url: string | null): string | null {
  return url ? link(url, "Open the run in Hex", 40) : null;
}

interface Face {
  emoji: string;
  word: string;
}

/** A state is never shown by colour alone. */
export const FACES: Record<Exclude<RunState, "lost">, Face> = {
  awaiting: { emoji: ":raised_hand:", word: "Waiting for approval" },
  approved: { emoji: ":hourglass_flowing_sand:", word: "Approved, starting" },
  declined: { emoji: ":no_entry_sign:", word: "Declined" },
  expired: { emoji: ":no_entry_sign:", word: "Not approved in time" },
  starting: { emoji: ":hourglass_flowing_sand:", word: "Starting" },
  waiting: { emoji: ":hourglass:", word: "Waiting to start" },
  withdrawn: { emoji: ":no_entry_sign:", word: "Not started" },
  pending: { emoji: ":hourglass_flowing_sand:", word: "Waiting for a kernel" },
  running: { emoji: ":arrow_forward:", word: "Running" },
  cancelling: { emoji: ":octagonal_sign:", word: "Cancelling…" },
  completed: { emoji: ":white_check_mark:", word: "Completed" },
  errored: { emoji: ":x:", word: "Errored" },
  cancelled: { emoji: ":no_entry_sign:", word: "Cancelled" },
  no_kernel: { emoji: ":x:", word: "No kernel" },
  ended: { emoji: ":grey_question:", word: "Ended" },
  refused: { emoji: ":x:", word: "Not started" },
};

/** The bot's states for Hex's statuses. */
export const STATES: ReadonlyMap<string, keyof typeof FACES> = new Map([
  ["PENDING", "pending"],
  ["RUNNING", "running"],
  ["COMPLETED", "completed"],
  ["ERRORED", "errored"],
  ["KILLED", "cancelled"],
  ["UNABLE_TO_ALLOCATE_KERNEL", "no_kernel"],
]);

/** How a run stands, within a sentence, by Hex's status. One that this bot does not know is shown almost as it came. */
export function statusWord(status: string): string {
  const state = STATES.get(status);
  return state === undefined ? inline(status.toLowerCase().replace(/_/g, " "), 40) : FACES[state].word.toLowerCase();
}

const LOST: Record<RunIn<"lost">["why"], string> = {
  start_unknown: "Not known",
  several: "Not known",
  vanished: "No longer in Hex",
  refused: "Not known",
  unreachable: "Not known",
  too_long: "No longer tracked",
};

/** The emoji and the word for a run's state. */
export function faceOf(run: Run): Face {
  if (run.state === "lost") return { emoji: ":grey_question:", word: LOST[run.why] };
  if (run.state === "running" && run.overdue !== null) return { emoji: ":alarm_clock:", word: "Running, overdue" };
  if (run.state === "starting" && run.looking) return { emoji: ":mag:", word: "Looking for the run" };
  if (run.state === "expired" && run.approval.approved !== null) return FACES.refused;
  return FACES[run.state];
}

const TRIGGERS: ReadonlyMap<string, string> = new Map([
  ["API", "API"],
  ["SCHEDULED", "schedule"],
  ["APP_REFRESH", "app refresh"],
]);

/** What started a run, from Hex's word for it. A word that this bot does not know is shown as it came. */
export function triggerWord(trigger: string): string {
  return TRIGGERS.get(trigger) ?? inline(trigger, 40);
}

/** Who cancelled a run, or everybody who may have: `by …`. */
export function cancellerWords({ by, orBy }: RunIn<"cancelled">): string {
  return by === null ? "in Hex" : `by ${[...orBy, by].map(mention).join(" or ")}`;
}

const INPUTS_SHOWN = 12;

/** The inputs and flags of a run; `null` when there are none. A channel may read it: values of secret-looking inputs are hidden. */
export function optionsLine(options: RunOptions): string | null {
  const inputs = inputWords(options);
  const line = dotted(
    inputs.length > 0 ? `Inputs ${andMore(inputs, INPUTS_SHOWN).join(" ")}` : null,
    ...flagWords(options),
  );
  return line === "" ? null : line;
}

/** Of all inputs together, in characters of the message's JSON: it leaves room for the rest of a message. */
const JUDGED_INPUTS = 6_000;
/** How much is shown of each input, in characters: the most with which all have room. */
const JUDGED_LENGTHS = [6_000, 3_000, 1_500, 750] as const;
/** How much is shown of each, whether or not all have room. */
const LEAST_JUDGED = 300;
/** How much of an input is in one piece, in characters: escaped, it has room in a line. */
const PIECE = 350;

/** The same, one part after another, for those who decide about the run: nobody should approve what they cannot read. */
export function optionsToJudge(options: RunOptions): string[] {
  const texts = Object.entries(options.inputs).map(([name, value]) => `${name}=${judgeable(printed(name, value))}`);
  const longest = JUDGED_LENGTHS.find((most) => shownOf(texts, most) === texts.length) ?? LEAST_JUDGED;
  const shown = shownOf(texts, longest);
  const pieces = texts.slice(0, shown).flatMap((text) => inPieces(shorten(text, longest)));
  const words = texts.length === 0 ? [] : ["Inputs", ...pieces, ...andMore(texts, shown).slice(shown)];
  const isWhole = shown === texts.length && texts.every(({ length }) => length <= longest);
  const flags = dotted(...flagWords(options));
  return [
    ...together(words, LIMITS.contextText).map((line) => line.join(" ")),
    ...(isWhole ? [] : [NOT_WHOLE]),
    ...(flags === "" ? [] : [flags]),
  ];
}

const NOT_WHOLE =
  ":warning: There is no room for all of the inputs. Ask whoever wants the run for the rest before you approve it.";

/** With line breaks that can be seen: what follows one may mean something else than it would on the same line. */
function judgeable(text: string): string {
  return /[\n\r\t\v\f]/.test(text) ? JSON.stringify(text) : text;
}

/** How many of the inputs have room together with `longest` characters of each. JSON writes some characters as several. */
function shownOf(texts: readonly string[], longest: number): number {
  const lengthOf = (text: string) => JSON.stringify(inPieces(shorten(text, longest)).join(" ")).length;
  return firstWithin(texts, JUDGED_INPUTS, lengthOf).length;
}

/** A text as code, in several pieces if it is long. Each shows that it continues, so that none looks like another input. */
function inPieces(text: string): string[] {
  const characters = [...text];
  const count = Math.ceil(characters.length / PIECE);
  return Array.from({ length: count }, (_, at) => {
    const piece = characters.slice(at * PIECE, (at + 1) * PIECE).join("");
    return code(`${at > 0 ? ELLIPSIS : ""}${piece}${at < count - 1 ? ELLIPSIS : ""}`, Number.POSITIVE_INFINITY);
  });
}

function inputWords({ inputs }: RunOptions): string[] {
  return Object.entries(inputs).map(([name, value]) => code(`${name}=${printed(name, value)}`, 120));
}

function flagWords({ fresh, publish, view }: RunOptions): (string | null)[] {
  return [
    fresh ? "fresh SQL" : null,
    publish ? "updates the published results" : null,
    view === null ? null : `view ${code(view, 100)}`,
  ];
}

function printed(name: string, value: unknown): string {
  if (holdsSecret(name, value)) return MASKED;
  return typeof value === "string" ? value : JSON.stringify(value);
}
