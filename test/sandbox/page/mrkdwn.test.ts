// Texts as Slack shows them: what is formatting, what is plain text, and which day it is.

import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { bold, code, date, escapeText } from "../../../src/slack/messages/mrkdwn.js";
import { dateText } from "./dates.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

const NOON = new Date(2026, 10, 2, 12, 0, 0).getTime();
const names = {
  users: new Map([["U1", "Ada"]]),
  channels: new Map([["C1", "data"]]),
  now: NOON,
};
const shown = (text: string) => renderToStaticMarkup(mrkdwn(text, names)).replace(/^<div>(.*)<\/div>$/s, "$1");
const LINK = 'target="_blank" rel="noreferrer"';

describe("mrkdwn", () => {
  test.each([
    ["*bold* _italic_ ~strike~", "<b>bold</b> <i>italic</i> <s>strike</s>"],
    ["*_both_* (*in*) *two words*.", "<b><i>both</i></b> (<b>in</b>) <b>two words</b>."],
    ["`*code*`", "<code>*code*</code>"],
    ["*`code` in bold*", "<b><code>code</code> in bold</b>"],
    ["`0 7 * * 1-5`", "<code>0 7 * * 1-5</code>"],
    ["a ```two\n*lines*``` b", "a <pre>two\n*lines*</pre> b"],
    ["<https://x.test/a?b=1&amp;c=_2_|a *label*>", `<a href="https://x.test/a?b=1&amp;c=_2_" ${LINK}>a *label*</a>`],
    ["see https://x.test/_a_.", `see <a href="https://x.test/_a_" ${LINK}>https://x.test/_a_</a>.`],
    ["[x](http://y)", `[x](<a href="http://y" ${LINK}>http://y</a>)`],
    ["<@U1> <#C1> <!here>", "@Ada #data @here"],
    ["<javascript:alert(1)|x>", ""],
    ["a <img src=x> b", "a  b"],
    ["`run <project id> now` `<https://x.test|x>`", "<code>run  now</code> <code>x</code>"],
    ["&lt;@U1&gt; &amp;lt; &amp;amp;", "&lt;@U1&gt; &amp;lt; &amp;amp;"],
    [":warning: :large_green_square: :+1:", "⚠️ 🟩 👍"],
    ["&gt; quoted\n&gt; twice\nnot", "<blockquote>quoted\ntwice</blockquote><div>not</div>"],
    ["&gt;&gt;&gt; all\nof it", "<blockquote>all\nof it</blockquote>"],
  ])("%j", (text, html) => {
    const plainer = shown(text).replace(/<span class="slack_\w+">(.*?)<\/span>/g, "$1");
    expect(plainer).toBe(html);
  });

  test.each([
    ...["*", "a * b", "2 * 3 * 4", "a*b*c", "snake_case_name", "__init__", "**", "*a\nb*", "_ x _", "~", "~~~"],
    ...[
      "10:30:45",
      "10:100:45",
      ":nonsense:",
      "::",
      "# not a title",
      "- not a list",
      "1. nor this",
      "---",
      "| a | b |",
    ],
    ...["\\*x\\", "C:\\new\\table", "![x]", "`", "``", "a\n\nb", ":constructor:"],
  ])("%j stays unchanged", (text) => {
    expect(shown(text)).toBe(text);
  });

  test("foreign text that the bot has escaped is shown letter by letter", () => {
    for (const title of ["a*b*c *d*", "*x*", "_x_ ~y~", "`q`", "<b> & *", "* a", "R&D <b>"]) {
      const letters = escapeText(title);
      const asCode = `<code>${letters.replaceAll("`", "&#x27;")}</code>`;
      expect(shown(code(title))).toBe(asCode);
      expect(shown(bold(title, 100))).toBe(/[*_~`]/.test(title) ? asCode : `<b>${letters}</b>`);
    }
  });

  test("plain text has emoji and no other formatting", () => {
    expect(withEmoji("*a* :x: :nonsense: &amp; `b`")).toBe("*a* ❌ :nonsense: &amp; `b`");
  });
});

describe("dates", () => {
  test("are relative to the demo's day, not the machine's", () => {
    expect(shown(date(NOON))).toBe("Today 12:00");
    expect(shown(date(NOON + 13 * 3_600_000))).toBe("Tomorrow 01:00");
    expect(shown(date(NOON - 13 * 3_600_000))).toBe("Yesterday 23:00");
    expect(shown(date(NOON + 72 * 3_600_000))).toBe("Nov 5, 2026 12:00");
  });

  test.each([
    ["{date_num} {time_secs}", "2026-11-02 12:00:00"],
    ["{date}", "November 2nd, 2026"],
    ["{date_long}", "Monday, November 2nd, 2026"],
    ["on {date_short}, {none}", "on Nov 2, 2026, {none}"],
  ])("%s", (format, text) => {
    expect(dateText(NOON, format, NOON)).toBe(text);
  });

  test("show their fallback if they are not valid", () => {
    expect(shown("<!date^soon^{date}|later>")).toBe("later");
  });
});
