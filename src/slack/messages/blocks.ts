// Blocks that stay within Slack's limits, whatever goes into them.

import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  PlainTextElement,
  SectionBlock,
  StaticSelect,
} from "@slack/types";
import { withoutStrays } from "../../lib/spelling.js";
import { LIMITS } from "./limits.js";
import { escapeLoose, shorten, shortenMrkdwn, spoken } from "./mrkdwn.js";

/** A message to post. `text` is the notification, and what a screen reader reads. */
export interface Message {
  text: string;
  blocks: KnownBlock[];
  /** For a message with blocks that some workspaces refuse. */
  instead?: Instead;
}

export interface Instead {
  /** The same with blocks that every workspace takes. */
  message: Message;
  /** Called when Slack has refused the blocks and taken this message. */
  onTaken: () => void;
}

/** What is said in the thread of an alert. */
export interface Reply {
  message: Message;
  /** It is not posted, now or later: what it is about is silenced. */
  isSilent: boolean;
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
  /** State for the handler. The caller keeps it short: it would be useless if it were cut off. */
  value: string;
  style?: "danger" | "primary";
  confirm?: Confirmation;
  /** What a screen reader says in place of the label. */
  describe?: string;
}

/** Arguments of every post: the bot's links need no preview. */
export const NO_PREVIEWS = { unfurl_links: false, unfurl_media: false };

/** Plain text, at most `max` characters. Foreign text in it cannot reverse the text that follows. */
export function textObject(text: string, max: number): PlainTextElement {
  return { type: "plain_text", text: shorten(withoutStrays(text), max) || " ", emoji: true };
}

/** mrkdwn as it is sent to Slack. All mrkdwn text passes through here. */
const finished = (text: string, max: number) => shortenMrkdwn(escapeLoose(text), max) || " ";

/** A message with no more blocks and text than Slack accepts. Whatever is too much is left out, but never buttons. */
export function message(text: string, blocks: readonly (KnownBlock | null)[]): Message {
  const wanted = blocks.filter((block) => block !== null);
  const buttons = wanted.filter((block) => block.type === "actions");
  let room = LIMITS.messageBlocksText - lengthOf(buttons);
  let places = LIMITS.messageBlocks - buttons.length;
  const kept = wanted.filter((block) => {
    if (block.type === "actions") return true;
    places -= 1;
    // A table has room of its own.
    if (block.type === "data_table") return places >= 0;
    room -= lengthOf([block]);
    return room >= 0 && places >= 0;
  });
  return { text: finished(text, LIMITS.messageText), blocks: kept };
}

/** A message of one paragraph of mrkdwn, perhaps with blocks below it. Its `text` has all of the paragraph. */
export function answer(mrkdwn: string, ...below: (KnownBlock | null)[]): Message {
  return message(spoken(mrkdwn), [section(mrkdwn), ...below]);
}

/** How much of a message's room the blocks take, in characters of JSON. */
export function lengthOf(blocks: readonly (KnownBlock | null)[]): number {
  return blocks.reduce((sum, block) => sum + (block === null ? 0 : JSON.stringify(block).length), 0);
}

/** The first of these groups of blocks that fit into one message beside other blocks, such as one group for each project. */
export function fitting(groups: readonly KnownBlock[][], beside: readonly (KnownBlock | null)[]): KnownBlock[][] {
  const readable = firstWithin(groups, LIMITS.messageBlocksText - lengthOf(beside), lengthOf);
  return firstWithin(readable, LIMITS.messageBlocks - beside.length, ({ length }) => length);
}

/** The first of these that have room together. */
export function firstWithin<T>(all: readonly T[], room: number, sizeOf: (one: T) => number): T[] {
  let left = room;
  const end = all.findIndex((one) => {
    left -= sizeOf(one);
    return left < 0;
  });
  return end === -1 ? [...all] : all.slice(0, end);
}

/** A paragraph of mrkdwn, with an optional button to its right. */
export function section(text: string, accessory?: Button): SectionBlock {
  return {
    type: "section",
    text: { type: "mrkdwn", text: finished(text, LIMITS.sectionText) },
    ...(accessory ? { accessory } : {}),
  };
}

/** Lines of mrkdwn, at most `most` in a paragraph. No line is cut for lack of room. */
export function paragraphs(lines: readonly string[], most = Number.POSITIVE_INFINITY): SectionBlock[] {
  return together(lines, LIMITS.sectionText, most).map((group) => section(group.join("\n")));
}

/** Texts of mrkdwn in their order: together, as many as have room (in characters) with a separator after each. No text is cut. */
export function together(texts: readonly string[], room: number, most = Number.POSITIVE_INFINITY): string[][] {
  const groups: { texts: string[]; length: number }[] = [];
  for (const text of texts) {
    const length = escapeLoose(text).length + 1;
    const last = groups.at(-1);
    if (last === undefined || last.texts.length === most || last.length + length > room)
      groups.push({ texts: [text], length });
    else {
      last.texts.push(text);
      last.length += length;
    }
  }
  return groups.map((group) => group.texts);
}

/** Names and values in two columns. */
export function fields(pairs: readonly (readonly [string, string])[]): SectionBlock {
  return {
    type: "section",
    fields: pairs.slice(0, LIMITS.sectionFields).map(([name, value]) => ({
      type: "mrkdwn",
      text: finished(`*${name}*\n${value}`, LIMITS.fieldText),
    })),
  };
}

/** Small grey lines. Empty ones are left out; `null` when none are left. */
export function context(...lines: (string | null)[]): ContextBlock | null {
  const elements = lines
    .filter((line) => line !== null && line !== "")
    .slice(0, LIMITS.contextElements)
    .map((line) => ({ type: "mrkdwn" as const, text: finished(line ?? "", LIMITS.contextText) }));
  return elements.length === 0 ? null : { type: "context", elements };
}

/** A row of buttons and menus; `null` when there are none. */
export function actions(...buttons: (Button | StaticSelect | null)[]): ActionsBlock | null {
  const elements = buttons.filter((one) => one !== null).slice(0, LIMITS.actionElements);
  return elements.length === 0 ? null : { type: "actions", elements };
}

export function button(options: ButtonOptions): Button {
  const { actionId, label, value, style, confirm, describe } = options;
  return {
    type: "button",
    action_id: actionId,
    text: textObject(label, LIMITS.buttonText),
    value,
    ...(style === undefined ? {} : { style }),
    ...(describe === undefined ? {} : { accessibility_label: shorten(withoutStrays(describe), LIMITS.buttonText) }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: textObject(confirm.title, LIMITS.confirmTitle),
            text: textObject(confirm.text, LIMITS.confirmText),
            confirm: textObject(confirm.confirm, LIMITS.confirmButton),
            deny: textObject(confirm.deny, LIMITS.confirmButton),
            ...(style === undefined ? {} : { style }),
          },
        }),
  };
}

export interface MenuOptions {
  actionId: string;
  /** What it is called as long as nothing is picked. */
  label: string;
  /** Each with the state for the handler, which the caller keeps short. */
  options: readonly { text: string; value: string }[];
}

/** Slack keeps showing what was picked for as long as the id of the block stays the same. */
export function menu({ actionId, label, options }: MenuOptions): StaticSelect {
  return {
    type: "static_select",
    action_id: actionId,
    placeholder: textObject(label, LIMITS.placeholder),
    options: options
      .slice(0, LIMITS.options)
      .map(({ text, value }) => ({ text: textObject(text, LIMITS.optionText), value })),
  };
}
