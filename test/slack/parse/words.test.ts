import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutStrays } from "../../../src/lib/spelling.js";
import { plainWords, splitWords } from "../../../src/slack/parse/words.js";
import { anyCharacter } from "../../any-character.js";
import { quoteText, quoteWord } from "./typing.js";

const texts = (typed: string) => {
  const split = splitWords(typed);
  return split.ok ? split.words.map((word) => word.text) : split.problem;
};

describe("splitWords", () => {
  test.each<[string, string[] | string]>([
    ["", []],
    ["  a\u00a0b\n c ", ["a", "b", "c"]],
    ['x="two words" y', ["x=two words", "y"]],
    ["x=“North America”", ["x=North America"]],
    ["x=‘single’", ["x=single"]],
    ["„low” 'a b'", ["low", "a b"]],
    ["it's fine", ["it's", "fine"]],
    ["name=it’s", ["name=it’s"]],
    ['x="say \\"hi\\" \\\\"', ['x=say "hi" \\']],
    ['x="open', "unbalanced_quote"],
    ["“open", "unbalanced_quote"],
    ['x={"a": [1, "b c"]} y', ['x={"a": [1, "b c"]}', "y"]],
    ["x={“a”: “b c”}", ['x={"a": "b c"}']],
    ["x={“a”: “say \\“hi\\””}", ['x={"a": "say \\"hi\\""}']],
    ['x={"a": "“b” }"}', ['x={"a": "“b” }"}']],
    ["x=[1, 2", ["x=[1,", "2"]],
    ["—fresh –publish a—b — 5", ["--fresh", "--publish", "a—b", "—", "5"]],
    ["a&amp;b &lt;c&gt; &amp;lt;", ["a&b", "<c>", "&lt;"]],
    ["<https://app.hex.tech/x|label> <https://a.b/c>", ["https://app.hex.tech/x", "https://a.b/c"]],
    ["<http://a.b/c?d=1&amp;e|a.b/c?d=1&amp;e> <http://a.b|A>", ["a.b/c?d=1&e", "http://a.b"]],
    ["to=<mailto:a@b.c|a@b.c>", ["to=a@b.c"]],
    [
      "to=<@U012AB3CD|ada> <#C012AB3CD|data> <#C012AB3CD|> &lt;#C1|x&gt;",
      ["to=@ada", "#data", "<#C012AB3CD|>", "<#C1|x>"],
    ],
    [
      "<!here> <!channel|@channel> a=<!everyone> to=<!subteam^S012AB3CD|@data-team> <!subteam^S1|ops>",
      ["@here", "@channel", "a=@everyone", "to=@data-team", "@ops"],
    ],
    [
      "tel=<tel:+15550100|+1-555-0100> <tel:+15550100> <HTTPS://a.b/c>",
      ["tel=+1-555-0100", "+15550100", "HTTPS://a.b/c"],
    ],
    ["<!subteam^S1> &lt;!here&gt; <@U1>", ["<!subteam^S1>", "<!here>", "<@U1>"]],
    ["[Weekly Revenue](https://a.b/c?d=1) x=1", ["https://a.b/c?d=1", "x=1"]],
    ["*[R](<https://a.b/c_(d)?e=1|https://a.b/c_(d)?e=1>)* [x](a.b/c).", ["https://a.b/c_(d)?e=1", "a.b/c."]],
    ['x="[R](https://a.b)" [1](2) [a] [R](javascript:x)', ["x=[R](https://a.b)", "[1](2)", "[a]", "[R](javascript:x)"]],
    ['x=""', ["x="]],
    ["*a* _b c_ `d`", ["a", "b", "c", "d"]],
    ["x=«a b» y=‹ c › ‚a b’ ‛c d‘ ‟e f”", ["x=a b", "y=c", "a b", "c d", "e f"]],
    [
      "[x](http://a.b/c) [y](app.hex.tech:8080/c) [z](https://a.b/c_(dd)/e)",
      ["http://a.b/c", "app.hex.tech:8080/c", "https://a.b/c_(dd)/e"],
    ],
    ['"—fresh" —fresh', ["—fresh", "--fresh"]],
    ['"a"="b c"', ['a="b', 'c"']],
    ["x=[1 y=[2, 3]", ["x=[1", "y=[2,", "3]"]],
    ["[a b] x[1, 2]", ["[a", "b]", "x[1,", "2]"]],
    ["a=b=[1, 2]", ["a=b=[1,", "2]"]],
    ['*x="a*" b*', ["x=a*", "b"]],
    ['x="C:\\temp"', ["x=C:\\temp"]],
    ['x={"a": "\\"} b"} y', ['x={"a": "\\"} b"}', "y"]],
    ["x={“a”: “b \\” c”} y", ['x={"a": "b \\" c"}', "y"]],
    ["*_a_* **b**", ["a", "b"]],
    ["*`a` b* c", ["a", "b", "c"]],
    ["*a _b* c_", ["a", "_b", "c_"]],
    ["`a b", ["`a", "b"]],
    ["a* *", ["a*", "*"]],
    ["``` a ```", ["a"]],
    ["2*3 a_b_c ~5 __init__", ["2*3", "a_b_c", "~5", "init"]],
    ["\u2060 a\u2060", ["a\u2060"]],
    ["\ufeffa\u200b \u202ab\u202c", ["a", "b"]],
    ["——a --- —1 -b", ["--a", "---", "—1", "-b"]],
  ])("%j", (typed, words) => {
    expect(texts(typed)).toEqual(words);
  });

  test("tells what stood in quotes", () => {
    expect(splitWords('a=5 b="5" "c"')).toEqual({
      ok: true,
      words: [
        { text: "a=5", quoted: null },
        { text: "b=5", quoted: "value" },
        { text: "c", quoted: "word" },
      ],
    });
  });

  test.each([
    ["plain-1", "plain-1"],
    ["--fresh", '"--fresh"'],
    ["a=b", '"a=b"'],
    ["two “words”", '"two \\“words\\”"'],
    ["", '""'],
  ])("quoteWord(%j)", (text, typed) => {
    expect(quoteWord(text)).toBe(typed);
    expect(texts(typed)).toEqual([text]);
  });

  test("never throws, and what quoteText prints is read back", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 300, size: "max" }), (text) => {
        splitWords(text);
        const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
        expect(splitWords(quoteText(escaped))).toEqual({
          ok: true,
          words: [{ text: withoutStrays(text), quoted: "word" }],
        });
      }),
    );
  });
});

test("names have no word without anything to see", () => {
  expect(plainWords('"" a \u2060 b')).toEqual(["a", "b"]);
  expect(plainWords("“a  b ")).toEqual(["“a", "b"]);
  expect(plainWords("")).toEqual([]);
});

test("what Slack wraps is read in names too, also when a quote is not closed", () => {
  expect(plainWords("<@U012AB3CD|ada>’s “report <!here>")).toEqual(["@ada’s", "“report", "@here"]);
});
