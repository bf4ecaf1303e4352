// Emoji by the names that Slack gives them, as slack-blocks-to-jsx knows them.

import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { type Block, Message } from "slack-blocks-to-jsx";

/** A name between colons. The time "10:30:45" is none. */
export const EMOJI = /(?<!\d):([a-z0-9_+'-]+):/g;

const known = new Map<string, string | null>();

/** `null` if there is no such emoji. */
export function emojiOf(name: string): string | null {
  const emoji = known.get(name) ?? drawn(name);
  known.set(name, emoji);
  return emoji;
}

/** A text with its emoji. Unknown names stay unchanged. */
export function withEmoji(text: string): string {
  return text.replace(EMOJI, (typed, name: string) => emojiOf(name) ?? typed);
}

/** The library exports no table of emoji, but it draws them. It draws unknown names as letters. */
function drawn(name: string): string | null {
  const section = { type: "rich_text_section", elements: [{ type: "emoji", name }] };
  const blocks: Block[] = JSON.parse(JSON.stringify([{ type: "rich_text", elements: [section] }]));
  const html = renderToStaticMarkup(createElement(Message, { blocks, name: "", logo: "", withoutWrapper: true }));
  const text = html.replace(/<[^>]*>/g, "");
  return /\P{ASCII}/u.test(text) ? text : null;
}
