// What Slack would swallow is escaped, and intended formatting is left alone.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { context, fields, message, section } from "../../../src/slack/messages/blocks.js";
import {
  bold,
  code,
  count,
  date,
  dotted,
  duration,
  escapeLoose,
  inline,
  link,
  mention,
  plainDate,
  sentence,
  shorten,
  shortenMrkdwn,
} from "../../../src/slack/messages/mrkdwn.js";
import { anyCharacter } from "../../any-character.js";
import { unknownMarks } from "../../sandbox/slack/server.js";

describe("escapeLoose", () => {
  test.each([
    ["`/hex run <project id>`", "`/hex run &lt;project id&gt;`"],
    ["Settings > API tokens & more", "Settings &gt; API tokens &amp; more"],
    [">quoted\n>too > far", ">quoted\n>too &gt; far"],
    ["&amp; &lt;b&gt; &nbsp;", "&amp; &lt;b&gt; &amp;nbsp;"],
    ["<!channel> <!here|now> <!subteam^S1>", "&lt;!channel&gt; &lt;!here|now&gt; &lt;!subteam^S1&gt;"],
    ["<@U1|<!channel>> <#data>", "&lt;@U1|&lt;!channel&gt;&gt; &lt;#data&gt;"],
    ["<javascript:alert(1)|x> <http://x.test>", "&lt;javascript:alert(1)|x&gt; &lt;http://x.test&gt;"],
    ["a < b", "a &lt; b"],
    ["x\n>y", "x\n>y"],
    ["<@U1> <@u1> <#C1> <@>", "<@U1> &lt;@u1&gt; <#C1> &lt;@&gt;"],
    [
      "<!date^1793610000^{time}|9:00> <!date^x^{time}|9:00>",
      "<!date^1793610000^{time}|9:00> &lt;!date^x^{time}|9:00&gt;",
    ],
    ["<!date^1^|9:00> <!date^1^{time}|>", "&lt;!date^1^|9:00&gt; &lt;!date^1^{time}|&gt;"],
    ["<https://x.test|X> <http://x.test|X> <https://|X>", "<https://x.test|X> <http://x.test|X> &lt;https://|X&gt;"],
    ["<https://x.test/a b|X> <https://x.test|>", "&lt;https://x.test/a b|X&gt; &lt;https://x.test|&gt;"],
  ])("%j", (text, escaped) => {
    expect(escapeLoose(text)).toBe(escaped);
  });

  test("leaves what the builders write, and what is escaped already", () => {
    const built = fc.oneof(
      fc.string({ unit: anyCharacter }).map((text) => inline(text, 60)),
      fc.string({ unit: anyCharacter }).map((text) => code(text, 60)),
      fc.string({ unit: anyCharacter }).map((text) => bold(text, 60)),
      fc.webUrl({ withQueryParameters: true }).map((url) => link(url, "<a> & b | c", 60)),
      fc.integer({ min: 0, max: 4_000_000_000_000 }).map((at) => date(at)),
      fc.constantFrom("U1", "W0ABC").map(mention),
    );
    fc.assert(
      fc.property(fc.array(built, { maxLength: 6 }), (parts) => {
        const text = parts.join(" ");
        expect(escapeLoose(text)).toBe(text);
      }),
    );
  });

  test("is part of every builder of mrkdwn text", () => {
    const typed = "<id> <@U1>";
    const made = message(typed, [section(typed), fields([["Name <x>", typed]]), context(typed)]);
    expect(unknownMarks(made)).toEqual([]);
    expect(JSON.stringify(made).match(/&lt;id&gt; <@U1>/g)).toHaveLength(4);
  });
});

test("a name that people copy holds nothing unseen", () => {
  for (const title of ["a*b", "snake_case", "~x~", "`q`"]) expect(bold(title, 80)).not.toMatch(/\p{DI}/u);
  expect(bold("snake_case", 80)).toBe("`snake_case`");
  expect(bold("Revenue & more", 80)).toBe("*Revenue &amp; more*");
});

describe("shorten", () => {
  test.each([
    ["short", 5, "short"],
    ["longer", 5, "long…"],
    ["two words", 5, "two…"],
    ["", 0, ""],
    // A family of emoji is one character for people, and eight units.
    ["ab👩‍👩‍👧", 9, "ab…"],
    ["ab👩‍👩‍👧", 10, "ab👩‍👩‍👧"],
    ["👩‍👩‍👧👩‍👩‍👧", 9, "👩‍👩‍👧…"],
  ])("%j to %d: %j", (text, max, expected) => {
    expect(shorten(text, max)).toBe(expected);
  });

  test("is never longer than it may be, and never ends in half a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 1, max: 60 }), (text, max) => {
        const kept = shorten(text, max);
        expect(kept.length).toBeLessThanOrEqual(max);
        if (kept !== text) expect(text.startsWith(kept.slice(0, -1))).toBe(true);
        expect(kept).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
      }),
    );
  });

  test("keeps every whole character for which there is room beside the ellipsis", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 1, max: 60 }), (text, max) => {
        fc.pre(text.length > max);
        const segments = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)];
        const kept = segments.filter(({ index, segment }) => index + segment.length < max);
        expect(shorten(text, max)).toBe(
          `${kept
            .map(({ segment }) => segment)
            .join("")
            .trimEnd()}…`,
        );
      }),
    );
  });
});

describe("shortenMrkdwn", () => {
  test.each([
    ["as it is <@U1>", 14, "as it is <@U1>"],
    ["go to <https://x.test|X> now", 20, "go to…"],
    ["go to <https://x.test|X> now", 26, "go to <https://x.test|X>…"],
    ["this &amp; that", 7, "this…"],
    ["this &amp; that", 9, "this…"],
    ["this &amp; that", 11, "this &amp;…"],
    ["a > b and so on", 8, "a > b a…"],
    ["<@U1> and <@U2>", 12, "<@U1> and…"],
  ])("%j to %d: %j", (text, max, expected) => {
    expect(shortenMrkdwn(text, max)).toBe(expected);
  });
});

test("foreign text is on one line, shortened before it is escaped", () => {
  expect(inline("  a\n\t b & <c>  ", 40)).toBe("a b &amp; &lt;c&gt;");
  expect(inline("&&&&", 3)).toBe("&amp;&amp;…");
});

test("foreign text turns nothing around and is never invisible", () => {
  expect(inline("\u202eeuneveR\u202c \u200bQ1", 40)).toBe("euneveR Q1");
  expect(link("https://x.test", "\u200b\u2060", 40)).toBe("<https://x.test|untitled>");
  expect(bold("\u200b", 40)).toBe("* *");
  // Without their joiners, these would be other words and other emoji.
  for (const text of ["می\u200cخواهم", "👩\u200d👧", "דוח הכנסות (Q1)"]) expect(inline(text, 40)).toBe(text);
});

test("code: never empty, and a backtick does not end it", () => {
  expect(code("a `b` c")).toBe("`a 'b' c`");
  expect([code(""), code(" \n ")]).toEqual(["` `", "` `"]);
  expect(code("abcdef", 4)).toBe("`abc…`");
  expect(code("x".repeat(300))).toHaveLength(202);
});

test("bold: never empty", () => {
  expect([bold("", 9), bold(" ", 9)]).toEqual(["* *", "* *"]);
  expect(["*", "_", "~", "`"].map((mark) => bold(`a${mark}`, 9).charAt(0))).toEqual(["`", "`", "`", "`"]);
});

describe("link", () => {
  test.each([
    ["https://x.test/a?b=1&c=2", "X & Y", "<https://x.test/a?b=1&amp;c=2|X &amp; Y>"],
    ["http://x.test/a|b<c>", "a|b", "<http://x.test/a%7Cb%3Cc%3E|a¦b>"],
    ["https://x.test", " ", "<https://x.test|untitled>"],
    [null, "X", "X"],
    ["javascript:https://x.test", "X", "X"],
    ["https://x.test/a b", "X", "X"],
    ["https://", "X", "X"],
    ["ftp://x.test", "X", "X"],
  ])("%s: %s", (url, label, expected) => {
    expect(link(url, label, 40)).toBe(expected);
  });

  test("an address of 2,000 characters is linked, a longer one is not", () => {
    const url = (length: number) => "https://x.test/".padEnd(length, "a");
    expect(link(url(2_000), "X", 9)).toBe(`<${url(2_000)}|X>`);
    expect(link(url(2_001), "X", 9)).toBe("X");
  });
});

test("dates: in each reader's zone, and in UTC where Slack does not format them", () => {
  const at = Date.UTC(2026, 10, 2, 9, 5, 59, 999);
  expect(plainDate(at)).toBe("2026-11-02 09:05 UTC");
  expect(date(at)).toBe("<!date^1793610359^{date_short_pretty} {time}|2026-11-02 09:05 UTC>");
  expect(date(at, "{time}")).toBe("<!date^1793610359^{time}|2026-11-02 09:05 UTC>");
});

test.each([
  [-86_369_000, "0 s"],
  [0, "0 s"],
  [59_499, "59 s"],
  [59_500, "1 min"],
  [61_000, "1 min 1 s"],
  [3_599_000, "59 min 59 s"],
  [3_600_000, "1 h"],
  [7_500_000, "2 h 5 min"],
  [47 * 3_600_000 + 59 * 60_000, "47 h 59 min"],
  [48 * 3_600_000, "2 days"],
  [95 * 3_600_000, "3 days"],
])("a duration of %d ms: %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test("words: sentences, counts, parts of a line, mentions", () => {
  expect([sentence("a run"), sentence("")]).toEqual(["A run", ""]);
  expect([count(0, "run"), count(1, "run"), count(2, "run")]).toEqual(["0 runs", "1 run", "2 runs"]);
  expect([dotted("a", null, "b"), dotted(null)]).toEqual(["a · b", ""]);
  expect(mention("U1")).toBe("<@U1>");
});
