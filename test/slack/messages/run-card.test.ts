import { expect, test } from "vitest";
import { footLine } from "../../../src/slack/messages/run-card.js";
import { triggerWord } from "../../../src/slack/messages/run-words.js";
import { AT, PLAIN_RUN } from "./plain-run.js";

test.each([
  ["API", "Started through the API"],
  ["SCHEDULED", "Started by its schedule"],
  ["constructor", "Started in Hex"],
  [null, "Started in Hex"],
])("a card says what started a run that nobody asked for: %s", (trigger, said) => {
  const line = footLine({
    ...PLAIN_RUN,
    requester: null,
    trigger,
    state: "starting",
    looking: false,
    facts: null,
    lease: AT,
  });
  expect(line.split(" · ")[0]).toBe(said);
});

test.each([
  ["SCHEDULED", "schedule"],
  ["constructor", "constructor"],
])("a list calls what started a run by its own word if it knows it: %s", (trigger, said) => {
  expect(triggerWord(trigger)).toBe(said);
});
