// Text from outside is read in time proportional to its length, wherever it comes in.

import { describe, expect, test } from "vitest";
import { clean } from "../src/config/schema.js";
import { isHtml } from "../src/hex/error-of-answer.js";
import { readReference } from "../src/hex/links.js";
import { givesSecret } from "../src/lib/secret-names.js";
import { folded } from "../src/lib/spelling.js";
import { textScrubber } from "../src/log/secrets.js";
import { bold, code, escapeLoose, inline, link, shortenMrkdwn } from "../src/slack/messages/mrkdwn.js";
import { scheduleWords } from "../src/slack/messages/schedule.js";

const LENGTH = 200_000;
const scrub = textScrubber(new Set(["xoxb-1234567890"]));

/** Repeated, each alone and behind a beginning that some expression waits for the end of. */
const PIECES = [
  '"',
  "'",
  "`",
  "*",
  " ",
  "\t\n",
  "\\",
  "&",
  "<",
  "<https://x|",
  "<!date^1^",
  "token=",
  'token="',
  "Bearer+",
  "//",
  "//:",
];
const MORE = ["https://hooks.slack.com/", ".", "0 ", "a.", "-", "\u0301", "👩\u200d", "…", ")", "xoxb-", "ticket="];
const BEGINNINGS = ["", '"', "<", 'token=\\\\\\"', "https://app.hex.tech/acme/app/"];
const hostile = (piece: string) =>
  BEGINNINGS.map((beginning) => `${beginning}${piece.repeat(Math.ceil(LENGTH / piece.length))}x`);

const custom = (cron: string) => ({
  cadence: "CUSTOM",
  enabled: true,
  hourly: null,
  daily: null,
  weekly: null,
  monthly: null,
  custom: { timezone: "UTC", cron },
});

// Where time grows with the square of the length, each of these takes longer than a test may.
describe.each([...PIECES, ...MORE])("%j again and again", (piece) => {
  test("is configured, scrubbed, shown, compared and looked up", () => {
    for (const text of hostile(piece)) {
      expect(clean(text.repeat(3))).toBeDefined();
      expect(clean(piece.repeat(LENGTH))?.length ?? 0).toBeLessThanOrEqual(LENGTH * piece.length);
      expect(typeof scrub(text)).toBe("string");
      expect(isHtml(text)).toBe(false);
      for (const show of [inline, bold, code]) expect(show(text, 100).length).toBeLessThanOrEqual(600);
      expect(link(text, text, 100).length).toBeLessThanOrEqual(600);
      expect(shortenMrkdwn(escapeLoose(text), 3_000).length).toBeLessThanOrEqual(3_000);
      expect(typeof folded(text)).toBe("string");
      expect(typeof givesSecret(text)).toBe("boolean");
      expect(() => readReference(text, "https://app.hex.tech")).not.toThrow();
      expect(scheduleWords([custom(text)])?.length).toBeLessThanOrEqual(400);
    }
  });
});
