// A Hex failure as people read it: what happened, likely causes, what to do, and where to find it in the log.

import type { KnownBlock } from "@slack/types";
import type { HexErrorFacts } from "../../hex/errors.js";
import { remedyFor } from "../../remedies/hex.js";
import { context, type Message, message, section } from "./blocks.js";
import { code, dotted, inline, referenceWords } from "./mrkdwn.js";

/** Causes and things to do that a message lists. A form may have a hundred inputs that Hex refuses. */
const LISTED = 8;

/** `title` says what did not work, such as "Not started". `reference` is the interaction's; `null` when it is shown elsewhere. */
export function remedyMessage(title: string, facts: HexErrorFacts, reference: string | null): Message {
  const { what } = remedyFor(facts);
  return message(
    `${inline(title, 150)}: ${marked(what)}`,
    remedyBlocks(`:warning: *${inline(title, 150)}*`, facts, reference),
  );
}

/** The same as blocks, for a message of its own. `head` is mrkdwn. */
export function remedyBlocks(head: string, facts: HexErrorFacts, reference: string | null): KnownBlock[] {
  const { what, causes, todo } = remedyFor(facts);
  const list = (heading: string, items: readonly string[]) =>
    items.length === 0
      ? ""
      : `\n*${heading}*\n${items
          .slice(0, LISTED)
          .map((item) => `• ${marked(item)}`)
          .join("\n")}${items.length > LISTED ? `\n• … and ${items.length - LISTED} more` : ""}`;
  const blocks = [
    section([`${head}\n${marked(what)}`, saidLine(facts)].filter((line) => line !== null).join("\n")),
    section(
      `${list(facts.kind === "inputs_refused" ? "Because" : "Likely", causes)}${list("What to do", todo)}`.trim(),
    ),
    context(traceLine(facts, reference)),
  ];
  return blocks.filter((block) => block !== null);
}

/** Hex's trace id and the bot's reference, whichever exist. */
export function traceLine(facts: HexErrorFacts, reference: string | null): string {
  return dotted(
    facts.traceId ? `Hex trace id ${code(facts.traceId, 100)}` : null,
    reference ? `${referenceWords(reference)}, also in the bot's log` : null,
  );
}

/** A remedy's sentence as mrkdwn. It may contain the name of a refused input or a host, so it is escaped and shortened like all foreign text. */
function marked(sentence: string): string {
  return inline(sentence, 400);
}

/** Hex's own words; `null` when there are none. A network failure has only an error code, which helps nobody. */
export function saidLine({ detail, status, kind }: HexErrorFacts): string | null {
  const saysMore = detail && status !== undefined && kind !== "inputs_refused";
  return saysMore ? `>Hex: ${inline(detail, 300)}` : null;
}
