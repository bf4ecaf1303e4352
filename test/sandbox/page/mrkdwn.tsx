// Slack's mrkdwn, which is not Markdown: code, what is in <…>, links, emoji, quotes, *bold*, _italic_ and ~strike~.

import { createElement, Fragment, type ReactNode } from "react";
import { dateText } from "./dates.js";
import { EMOJI, emojiOf } from "./emoji.js";
import type { Names } from "./viewing.js";

/** A finished part of the text is replaced by its number between two characters that occur in no text. */
const ATOM = /\uE000(\d+)\uE001/;
const BLOCK = /\n?```\n?([\s\S]+?)\n?```\n?/;
const CODE = /`([^`\n]+)`/;
const REFERENCE = /<([^<>\n]+)>/;
const BARE = /https?:\/\/[^\s<>|*`\uE000]*[^\s<>|*`\uE000.,:;!?)\]}'"]/;
const ATOMS = new RegExp([BLOCK, CODE, REFERENCE, BARE, EMOJI].map(({ source }) => source).join("|"), "g");
const TAGS = { "*": "b", _: "i", "~": "s" } as const;
type Mark = keyof typeof TAGS;
const MARKS = { "*": pairOf("\\*"), _: pairOf("_"), "~": pairOf("~") } as const;

/** A text as Slack shows it. */
export function mrkdwn(text: string, names: Names): ReactNode {
  const atoms: ReactNode[] = [];
  const keep = (node: ReactNode) => `\uE000${atoms.push(node) - 1}\uE001`;
  const marked = text
    .replace(/[\uE000\uE001]/g, "")
    .replace(ATOMS, (typed, block?: string, code?: string, reference?: string, name?: string) => {
      if (block !== undefined) return keep(<pre>{decoded(inCode(block))}</pre>);
      if (code !== undefined) return keep(<code>{decoded(inCode(code))}</code>);
      if (reference !== undefined) return keep(refer(reference, names));
      if (name !== undefined) return emojiOf(name) === null ? typed : keep(emojiOf(name));
      return keep(<Link url={typed} label={typed} />);
    });
  return quotes(marked).map(({ isQuote, text: lines }, index) =>
    createElement(isQuote ? "blockquote" : "div", { key: index }, marks(lines, atoms)),
  );
}

/** The lines in groups, quoted or not. Three signs quote everything that follows. */
function quotes(text: string): { isQuote: boolean; text: string }[] {
  const groups: { isQuote: boolean; text: string }[] = [];
  let isRest = false;
  for (const line of text.split("\n")) {
    const [sign] = /^(?:(?:&gt;|>){3}|&gt;|>) ?/.exec(line) ?? [];
    const isQuote = isRest || sign !== undefined;
    isRest ||= /^(?:&gt;|>){3}/.test(line);
    const rest = line.slice(sign?.length ?? 0);
    const last = groups.at(-1);
    if (last?.isQuote === isQuote) last.text += `\n${rest}`;
    else groups.push({ isQuote, text: rest });
  }
  return groups;
}

/** Text between two marks at the edges of words. */
function pairOf(mark: string): RegExp {
  const inside = `(?:(?!${mark})[^\\n])`;
  return new RegExp(
    `(?<![\\p{L}\\p{N}_]|${mark})${mark}(?=\\S)(${inside}*?${inside})(?<=\\S)${mark}(?![\\p{L}\\p{N}_]|${mark})`,
    "gu",
  );
}

function marks(text: string, atoms: readonly ReactNode[]): ReactNode {
  const parts: ReactNode[] = [];
  let from = 0;
  for (let pair = firstPair(text, from); pair; pair = firstPair(text, from)) {
    parts.push(leaf(text.slice(from, pair.index), atoms));
    parts.push(createElement(TAGS[pair.mark], null, marks(pair.inside, atoms)));
    from = pair.index + pair.inside.length + 2;
  }
  parts.push(leaf(text.slice(from), atoms));
  return createElement(Fragment, null, ...parts);
}

function firstPair(text: string, from: number): { mark: Mark; index: number; inside: string } | null {
  const found = (["*", "_", "~"] as const).flatMap((mark) => {
    MARKS[mark].lastIndex = from;
    const hit = MARKS[mark].exec(text);
    return hit ? [{ mark, index: hit.index, inside: hit[1] ?? "" }] : [];
  });
  return found.sort((a, b) => a.index - b.index)[0] ?? null;
}

/** Text without marks. */
function leaf(text: string, atoms: readonly ReactNode[]): ReactNode {
  const parts = text.split(ATOM).map((part, index) => (index % 2 === 1 ? atoms[Number(part)] : decoded(part)));
  return createElement(Fragment, null, ...parts);
}

/**
 * What is between angle brackets: a person, a channel, a time, a mention of a group, or an address. Slack takes anything else for a
 * link that leads nowhere, and shows none of it.
 */
function refer(inside: string, { users, channels, now }: Names): ReactNode {
  const [target = "", label] = inside.split(/\|(.*)/s);
  const id = target.slice(1);
  const [special, ...facts] = id.split("^");
  switch (target.charAt(0)) {
    case "@":
      return <span className="slack_user">@{users.get(id) ?? label ?? id}</span>;
    case "#":
      return <span className="slack_channel">#{channels.get(id) ?? label ?? id}</span>;
    case "!": {
      if (special !== "date") return <span className="slack_user">{decoded(label ?? `@${special}`)}</span>;
      const [seconds, format = "", url] = facts;
      const at = Number(seconds) * 1_000;
      const text = Number.isFinite(at) ? dateText(at, decoded(format), now) : decoded(label ?? "");
      return url === undefined ? text : <Link url={url} label={text} />;
    }
    default:
      return /^(https?:|mailto:)/.test(target) ? <Link url={target} label={label ?? target} /> : null;
  }
}

/** Even between backticks, Slack interprets angle brackets: an address is shown as its label, and nothing else is shown. */
function inCode(text: string): string {
  return text.replace(/<([^<>\n]+)>/g, (_, inside: string) => {
    const [target = "", label] = inside.split(/\|(.*)/s);
    return /^(https?:|mailto:)/.test(target) ? (label ?? target) : "";
  });
}

function Link({ url, label }: { url: string; label: string }): ReactNode {
  return (
    <a href={decoded(url)} target="_blank" rel="noreferrer">
      {decoded(label)}
    </a>
  );
}

function decoded(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
