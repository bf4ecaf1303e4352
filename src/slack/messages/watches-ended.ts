// What a person who set watches reads when Slack does not accept messages in the conversation any more.

import type { EndedWatch, Rule } from "../../follow/watch.js";
import type { HexPlace } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import { answer, context, type Message, section } from "./blocks.js";
import { code, count, inChannel, inline, inSentence } from "./mrkdwn.js";
import { DOUBLED_ONCE } from "./repeat.js";
import { slackRemedy } from "./slack-remedies.js";
import { ruleWords } from "./watch-words.js";

/** Rules that are named; the others are counted. */
const SHOWN = 15;

/**
 * `project`: of a rule that names one, or null when it is not known. `hidden`: it names one that the person may not see any more.
 * `unsure`: it is not known at the moment whether they may see the one that it names.
 */
export type EndedRule = { rule: Rule; project: Project | null } | "hidden" | "unsure";

const UNNAMED = {
  hidden: "a project that you may not see any more",
  unsure: "a project that is not named here, because the bot cannot tell at the moment whether you may see it",
};

/**
 * @param rules at least one
 * @param around `isDoubled`: whether this may have been posted before
 */
export function watchesEndedMessage(
  { channel, ended: { word } }: Pick<EndedWatch, "channel" | "ended">,
  rules: readonly EndedRule[],
  { place, isDoubled }: { place: HexPlace; isDoubled: boolean },
): Message {
  const { what } = slackRemedy(word);
  const why = inline(inSentence(what), 200);
  const lines = rules
    .slice(0, SHOWN)
    .map((one) => `• ${typeof one === "string" ? UNNAMED[one] : ruleWords(one.rule, one.project, place)}`);
  const rest = rules.length - lines.length;
  const [ended, them] =
    rules.length === 1 ? ["This watch of yours has", "it"] : ["These watches of yours have", "them"];
  return answer(
    `:no_bell: The bot cannot write${inChannel(channel)} any more: ${why} (${code(word, 60)}). ${ended} ended:`,
    section([...lines, ...(rest > 0 ? [`… and ${count(rest, "more rule")}.`] : [])].join("\n")),
    isDoubled ? context(DOUBLED_ONCE) : null,
    section(
      `Nobody is told about ${them} any more. To watch again, type \`/hex watch\` and the name again in a conversation that the bot can write to.`,
    ),
  );
}
