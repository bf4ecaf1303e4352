// The answer to somebody who may not do what they asked for.

import type { DeniedDeed } from "../../access/access-denied.js";
import type { Verb } from "../../access/policy.js";
import { type Message, message, section } from "./blocks.js";
import { bold, inline } from "./mrkdwn.js";
import { titleOf } from "./run-words.js";

export function deniedMessage({ verb, project, decision }: DeniedDeed): Message {
  const what = project === null ? DEEDS[verb] : `${DEEDS[verb]} ${bold(titleOf(project), 150)}`;
  const why = decision.isUnsure
    ? "Slack or Hex has not said enough about you or the project to be sure. Try again in a minute."
    : decision.rule?.name == null
      ? "No rule allows it here."
      : `The rule *${inline(decision.rule.name, 150)}* decides.`;
  return message("You may not do that here.", [
    section(`:lock: *You may not ${what}* here. ${why}\nAsk whoever looks after the bot if you need to.`),
  ]);
}

const DEEDS: Record<Verb, string> = {
  see: "see",
  run: "run",
  publish: "publish the results of",
  cancel: "cancel runs of",
  watch: "watch",
  silence: "silence alerts about",
  administer: "do what only administrators of the bot may do",
};
