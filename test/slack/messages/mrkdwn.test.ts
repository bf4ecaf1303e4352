// What Slack would swallow is escaped, and intended formatting is left alone.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { context, fields, message, section } from "../../../src/slack/messages/blocks.js";
import { bold, code, date, escapeLoose, inline, link, mention } from "../../../src/slack/messages/mrkdwn.js";
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
  ])("%j", (text, escaped) => {
    expect(escapeLoose(text)).toBe(escaped);
  });

  test("leaves what the builders write, and what is escaped already", () => {
    const built = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => inline(text, 60)),
      fc.string({ unit: "binary" }).map((text) => code(text, 60)),
      fc.string({ unit: "binary" }).map((text) => bold(text, 60)),
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
