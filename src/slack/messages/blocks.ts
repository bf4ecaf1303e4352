// Blocks within Slack's limits, whatever is put into them.

import type { ActionsBlock, Button, ContextBlock, KnownBlock, SectionBlock } from "@slack/types";
import { LIMITS } from "./limits.js";
import { escapeLoose, shorten, shortenMrkdwn } from "./mrkdwn.js";

/** What is posted: `text` is the notification, and what a screen reader reads. */
export interface Message {
  text: string;
  blocks: KnownBlock[];
}

export interface Confirmation {
  title: string;
  text: string;
  confirm: string;
  deny: string;
}

export interface ButtonOptions {
  actionId: string;
  label: string;
  /** State for the handler. Its makers keep it short: cut off it would be worthless. */
  value: string;
  style?: "danger";
  confirm?: Confirmation;
  /** What a screen reader says instead of the label. */
  describe?: string;
}

/** Beside a message that is posted: links of ours need no preview. */
export const PLAIN = { unfurl_links: false, unfurl_media: false };

const plain = (text: string, max: number) => ({ type: "plain_text" as const, text: shorten(text, max), emoji: true });

/** mrkdwn as Slack gets it: every text that it marks up passes through here. */
const finished = (text: string, max: number) => shortenMrkdwn(escapeLoose(text), max) || " ";

/** A message of at most as many blocks, and as much text, as Slack takes. What is too much is left out, buttons never. */
export function message(text: string, blocks: readonly (KnownBlock | null)[]): Message {
  const wanted = blocks.filter((block) => block !== null);
  const buttons = wanted.filter((block) => block.type === "actions");
  let room = LIMITS.messageBlocksText - lengthOf(buttons);
  let places = LIMITS.messageBlocks - buttons.length;
  const kept = wanted.filter((block) => {
    if (block.type === "actions") return true;
    room -= lengthOf([block]);
    places -= 1;
    return room >= 0 && places >= 0;
  });
  return { text: finished(text, LIMITS.messageText), blocks: kept };
}

/** What blocks take of a message's room, in characters of JSON. */
export function lengthOf(blocks: readonly (KnownBlock | null)[]): number {
  return blocks.reduce((sum, block) => sum + (block === null ? 0 : JSON.stringify(block).length), 0);
}

/** A paragraph of mrkdwn, with a button at its right. */
export function section(text: string, accessory?: Button): SectionBlock {
  return {
    type: "section",
    text: { type: "mrkdwn", text: finished(text, LIMITS.sectionText) },
    ...(accessory ? { accessory } : {}),
  };
}

/** Pairs of a name and a value, in two columns. */
export function fields(pairs: readonly (readonly [string, string])[]): SectionBlock {
  return {
    type: "section",
    fields: pairs.slice(0, LIMITS.sectionFields).map(([name, value]) => ({
      type: "mrkdwn",
      text: finished(`*${name}*\n${value}`, LIMITS.fieldText),
    })),
  };
}

/** Small grey lines. Empty ones are left out; null when none is left. */
export function context(...lines: (string | null)[]): ContextBlock | null {
  const elements = lines
    .filter((line) => line !== null && line !== "")
    .slice(0, LIMITS.contextElements)
    .map((line) => ({ type: "mrkdwn" as const, text: finished(line ?? "", LIMITS.contextText) }));
  return elements.length === 0 ? null : { type: "context", elements };
}

/** A row of buttons; null when there is none. */
export function actions(...buttons: (Button | null)[]): ActionsBlock | null {
  const elements = buttons.filter((one) => one !== null).slice(0, LIMITS.actionElements);
  return elements.length === 0 ? null : { type: "actions", elements };
}

export function button(options: ButtonOptions): Button {
  const { actionId, label, value, style, confirm, describe } = options;
  return {
    type: "button",
    action_id: actionId,
    text: plain(label, LIMITS.buttonText),
    value,
    ...(style === undefined ? {} : { style }),
    ...(describe === undefined ? {} : { accessibility_label: shorten(describe, LIMITS.buttonText) }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plain(confirm.title, LIMITS.confirmTitle),
            text: plain(confirm.text, LIMITS.confirmText),
            confirm: plain(confirm.confirm, LIMITS.confirmButton),
            deny: plain(confirm.deny, LIMITS.confirmButton),
            ...(style === undefined ? {} : { style }),
          },
        }),
  };
}
