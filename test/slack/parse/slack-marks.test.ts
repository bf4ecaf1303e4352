import { expect, test } from "vitest";
import { withoutSlackMarks } from "../../../src/slack/parse/slack-marks.js";

test.each([
  ["<https://app.hex.tech/a|Report>", "https://app.hex.tech/a"],
  ["<https://app.hex.tech/a>", "https://app.hex.tech/a"],
  ["<HTTP://x.test|x>", "HTTP://x.test"],
  // Slack adds the scheme to what was typed without one.
  ["<http://hex.tech|hex.tech>", "hex.tech"],
  ["<http://hex.tech/a|hex.tech>", "http://hex.tech/a"],
  ["<https://hex.tech|hex.tech>", "https://hex.tech"],
  ["<http://x.test|>", "http://x.test"],
  ["<#C012|data> <@U012|ada> <#C012> <@U012>", "#data @ada <#C012> <@U012>"],
  ["<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"],
  ["<!subteam^S012|@ops> <!subteam^S012|ops> <!subteam^S012>", "@ops @ops <!subteam^S012>"],
  ["<mailto:a@b.test|a@b.test> <mailto:a@b.test>", "a@b.test a@b.test"],
  ["<tel:+4912|0049 12> <tel:+4912> <tel:+4912|>", "0049 12 +4912 +4912"],
  ["a &amp;&lt;b&gt; &quot; &amp;lt;", "a &<b> &quot; &lt;"],
])("%j: %j", (text, expected) => {
  expect(withoutSlackMarks(text)).toBe(expected);
});
