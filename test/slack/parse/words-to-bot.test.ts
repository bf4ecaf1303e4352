// What counts as the command in a message that mentions the bot.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commandName, isCommand } from "../../../src/slack/listeners/commands/index.js";
import { parseRunArguments } from "../../../src/slack/parse/run-arguments.js";
import { wordsToBot } from "../../../src/slack/parse/words-to-bot.js";
import { printRunArguments } from "./typing.js";

const BOT = "U0HEXBOT001";
const AT = `<@${BOT}>`;
const heard = (text: string) => wordsToBot(text, BOT, isCommand);

test.each<[string, string, string]>([
  ["a mention and a command", `${AT} run p`, "run p"],
  ["a mention with a name in it", `<@${BOT}|hex> run p`, "run p"],
  ["a comma", `${AT}, run p`, "run p"],
  ["a colon and line breaks", `${AT}:\n\nrun p\ndays=3`, "run p\ndays=3"],
  ["no space", `${AT}run p`, "run p"],
  ["an address before", `Hey ${AT} run p`, "run p"],
  ["a mention at the end", `run p days=3 ${AT}`, "run p days=3"],
  ["a mention in the middle of a command", `run p ${AT} days=3`, "run p   days=3"],
  ["several mentions", `${AT} ${AT} run p ${AT} ${AT}`, "run p"],
  ["a command behind the second mention", `${AT} look at this, ${AT} status`, "status"],
  ["a mention that is a value", `${AT} run p who=${AT} days=3`, `run p who=${AT} days=3`],
  ["a mention inside a value", `${AT} run p note="ask ${AT} first" days=3`, `run p note="ask ${AT} first" days=3`],
  ["the same without another mention", `run p note="ask ${AT} first"`, `run p note="ask ${AT} first"`],
  ["bold around all of it", `*${AT} run p*`, "run p"],
  ["bold and italics around all of it", `*_${AT} run p_*`, "run p"],
  ["bold and italics around the mention", `*_${AT}_* run p`, "run p"],
  ["bold that began before other words", `*a, ${AT} run p*`, "run p*"],
  ["bold that does not end", `*${AT} run p`, "run p"],
  ["bold around the mention", `*${AT}* run p`, "run p"],
  ["formatting around the command", `${AT} \`run p\``, "`run p`"],
  ["a question mark", `${AT} status?`, "status?"],
  ["somebody else's mention", `${AT} run p <@U0GRACEHOPP>`, "run p <@U0GRACEHOPP>"],
  ["somebody else's longer id", `<@${BOT}2> run p`, `<@${BOT}2> run p`],
  ["nothing but the mention", AT, ""],
  ["a mention and a mark", `${AT} ?`, ""],
  ["no command, behind", `${AT} what can you do`, "what can you do"],
  ["no command, before", `good morning ${AT}`, "good morning"],
  ["no mention, as in a direct message", " run p ", "run p"],
  ["a quoted command and a question", `&gt; ${AT} run p\nwhy did this fail?`, "why did this fail?"],
  ["a quoted command alone", `&gt; ${AT} run p`, ""],
  ["a quoted line behind a closed quotation", `${AT} run p note="a"\n&gt; as I said`, `run p note="a"`],
  ["a quoted command behind spaces", `  &gt; ${AT} run p`, ""],
  ["a mention behind a closed quotation", `run p note="a" ${AT} b=1`, `run p note="a"   b=1`],
  ["a mention at the end of a value", `run p note="ask ${AT}" days=3`, `run p note="ask ${AT}" days=3`],
  ["a mention behind a quotation with another in it", `run p note="a ${AT}" ${AT} b=1`, `run p note="a ${AT}"   b=1`],
  ["a quoted command and another", `&gt; ${AT} run p\n${AT} status`, "status"],
  ["a value of several lines", `${AT} run p note="a\n&gt; b" days=3`, `run p note="a\n&gt; b" days=3`],
  ["a value with a bracket", `${AT} run p a=&gt;5`, "run p a=&gt;5"],
])("%s", (_, text, command) => expect(heard(text)).toBe(command));

describe("a sub-command at the end of a sentence", () => {
  test.each(["status?", "help!", "Help.", "runs,"])("%s", (typed) => expect(commandName(typed)).not.toBe("unknown"));
});

test("what is typed after a mention reads like what is typed after the command", () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
  const inputs = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const places = fc.constantFrom<(words: string) => string>(
    (words) => `${AT} ${words}`,
    (words) => `Hey ${AT}, ${words}`,
    (words) => `${AT} ${words} ${AT}`,
    (words) => words,
  );
  fc.assert(
    fc.property(inputs, places, (given, place) => {
      const printed = escaped(
        printRunArguments({ target: "p", inputs: given, fresh: true, publish: false, dryRun: false, view: null }),
      );
      // Escaped quotation marks are counted like others.
      fc.pre(!/\n\s*&gt;/.test(printed) || !/\\["“”„‟«»]|[«»]/.test(printed));
      const words = heard(place(`run ${printed}`));
      expect(words.startsWith("run ")).toBe(true);
      expect(parseRunArguments(words.slice(4))).toEqual(parseRunArguments(printed));
    }),
  );
});

test("never throws, and loses no word after a command", () => {
  const piece = fc.oneof(fc.constantFrom(AT, "run", "&gt;", "\n", '"', "*", "=", " ", "days=3"), fc.string());
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(typeof heard(pieces.join(""))).toBe("string");
      const inputs = pieces.join("").replace(/[\n"“”„‟«»*_~]|&gt;/g, "");
      expect(heard(`${AT} run ${inputs} end=1`)).toBe(`run ${inputs} end=1`.trim());
    }),
  );
});
