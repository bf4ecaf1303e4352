// How long a token is still good for, in words, and the warning before it expires.

import { expect, test } from "vitest";
import { expiresIn, expiryMessage } from "../../../src/slack/messages/expiry.js";
import { plainText } from "../../../src/slack/messages/plain.js";

const DAY = 24 * 60 * 60_000;

test.each([
  [14, "in 14 days"],
  [13.99, "in 13 days"],
  [1, "in 1 day"],
  [0.99, "in less than a day"],
  [0, "expired"],
  [-3, "expired"],
])("%d days before: %s", (days, words) => {
  expect(expiresIn(100 * DAY, (100 - days) * DAY)).toBe(words);
});

test("the warning names every scope that the next warning needs, and both ways to set the token", () => {
  const said = plainText(expiryMessage({ expiresAt: 100 * DAY, days: 7, at: 93 * DAY, renewedAt: null }, false));
  expect(said).toContain("with all scopes of the old one");
  expect(said).toContain("Without Users: Read, the bot cannot warn you");
  expect(said).toContain("2. Set it as `HEX_API_TOKEN` and restart the bot, or write it into the file");
});
