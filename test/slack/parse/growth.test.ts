// Typed text is read in time proportional to its length. Each of these used to take seconds to minutes, or would have.

import { describe, expect, test } from "vitest";
import { parseProjectRef } from "../../../src/slack/parse/project-ref.js";
import { parseRunArguments } from "../../../src/slack/parse/run-arguments.js";
import { splitSubcommand } from "../../../src/slack/parse/subcommand.js";
import { plainWords, splitWords } from "../../../src/slack/parse/words.js";
import { wordsToBot } from "../../../src/slack/parse/words-to-bot.js";

const LENGTH = 200_000;
const HOSTILE: [string, string][] = [
  ["brackets and a letter", `${")".repeat(LENGTH)}x`],
  ["zeros inside a number", `1.${"0".repeat(LENGTH)}1`],
  ["zeros inside numbers of a list", `a=[${Array.from({ length: 20 }, () => `1.${"0".repeat(LENGTH / 20)}1`).join()}]`],
  ["white space and a letter", `a${" ".repeat(LENGTH)}b`],
  ["equals signs", `${"a".repeat(LENGTH / 2)}${"=".repeat(LENGTH / 2)}`],
  ["brackets that are never closed", "a=[ ".repeat(LENGTH / 4)],
  ["quotes that are never closed", 'a=" '.repeat(LENGTH / 4 + 1)],
  ["formatting that is never closed", "*a `b ".repeat(LENGTH / 6)],
  ["formatting alone", "*`".repeat(LENGTH / 2)],
  ["links that are never closed", "<https://".repeat(LENGTH / 9)],
  ["dots", `${"a.".repeat(LENGTH / 2)}b`],
  ["dashes", `${"–".repeat(LENGTH)}1`],
  ["backslashes in quotes", `a="${"\\".repeat(LENGTH)}"`],
  ["what cannot be seen", `${"\u200d\u200b".repeat(LENGTH / 2)}x`],
  ["mentions", "<@U1> ".repeat(LENGTH / 6)],
  ["mentions that are never closed", "<@U1|".repeat(LENGTH / 5)],
  ["empty lines and a letter", `<@U1>${"\n".repeat(LENGTH)}x`],
  ["accents", `e${"\u0301".repeat(LENGTH)}`],
];

describe.each(HOSTILE)("%s", (_, text) => {
  test("as a command, words, arguments, and an id", () => {
    splitSubcommand(text);
    wordsToBot(`<@U1> ${text}`, "U1", (words) => words.startsWith("run"));
    splitSubcommand(`*run ${text}*`);
    expect(splitWords(text)).toHaveProperty("ok");
    plainWords(`"${text}`);
    for (let from = 0; from < text.length; from += 39_000) parseRunArguments(`p a=${text.slice(from, from + 39_000)}`);
    parseProjectRef(text, "https://app.hex.tech");
    parseProjectRef(`https://app.hex.tech/acme/app/${text}`, "https://app.hex.tech");
  });
});
