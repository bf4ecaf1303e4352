// How long a token is still good for, in words.

import { expect, test } from "vitest";
import { expiresIn } from "../../../src/slack/messages/expiry.js";

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
