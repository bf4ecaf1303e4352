// The answer to somebody who may not do what they asked for.

import type { DeniedDeed } from "../../access/access-denied.js";
import type { Verb } from "../../access/policy.js";
import { answer, type Message } from "./blocks.js";
import { bold, shorten } from "./mrkdwn.js";
import { emptyGroupWords, peopleWords } from "./people-terms.js";
import { titleOf } from "./run-words.js";

export function deniedMessage(deed: DeniedDeed): Message {
  const { verb, project, decision } = deed;
  const what =
    project === null ? (WITHOUT_PROJECT[verb] ?? DEEDS[verb]) : `${DEEDS[verb]} ${bold(titleOf(project), 150)}`;
  const by = decision.rule?.name == null ? "" : ` The rule ${bold(decision.rule.name, 150)} decides.`;
  return answer(`:lock: *You may not* ${what} here. ${why(deed)}${by}\n${todo(deed)}`);
}

/** How many people and groups the answer names. */
const MOST_NAMED = 5;

/** Some people and projects are never shown to the bot. */
export const STILL_UNSURE =
  "If that does not help, ask whoever looks after the bot: Slack or Hex may keep this from the bot, and then the rules have to name you or the project by id.";

function todo({ whoMay = [], nobodyOf, decision }: DeniedDeed): string {
  if (isUnsure(decision)) return STILL_UNSURE;
  if (nobodyOf !== undefined) {
    return `The rule names ${peopleWords(nobodyOf, { most: MOST_NAMED })}, but each of them has left, belongs to another workspace, may not see the project, or is you.${emptyGroupWords(nobodyOf)} Ask whoever looks after the bot to name somebody else.`;
  }
  if (whoMay.length === 0) return "If you need to, ask whoever looks after the bot.";
  return `Ask ${peopleWords(whoMay, { most: MOST_NAMED })}: they may.`;
}

/** The same in plain text, for a field of a form. */
export function deniedWords(deed: DeniedDeed): string {
  const title = deed.project === null ? "" : ` “${shorten(titleOf(deed.project), 60)}”`;
  const still = isUnsure(deed.decision) ? ` ${STILL_UNSURE}` : "";
  return `You may not ${DEEDS[deed.verb]}${title} here. ${why(deed)}${still}`;
}

function isUnsure(decision: DeniedDeed["decision"]): boolean {
  return decision.kind === "denied" && decision.isUnsure;
}

function why({ decision, nobodyOf }: DeniedDeed): string {
  if (nobodyOf !== undefined) return "It needs somebody's approval, and nobody can give it now.";
  if (decision.kind === "needs_approval") return "It needs somebody's approval.";
  if (decision.isUnsure) {
    return "Slack or Hex has not said enough about you or the project to be sure. Try again in a minute.";
  }
  return decision.rule === null ? "No rule allows it." : "A rule forbids it.";
}

const DEEDS: Record<Verb, string> = {
  see: "see",
  run: "run",
  publish: "publish the results of",
  cancel: "cancel runs of",
  watch: "watch",
  silence: "take or silence alerts about",
  administer: "do what only administrators of the bot may do",
};

/** Where they are about no project, or one that may not be named. */
const WITHOUT_PROJECT: Partial<Record<Verb, string>> = {
  watch: "change watches and digests",
  silence: "take or silence alerts about outages of Hex",
};
