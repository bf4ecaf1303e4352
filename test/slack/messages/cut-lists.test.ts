// Lists that are cut say how much is left out.

import { expect, test } from "vitest";
import type { Schedule } from "../../../src/hex/schema.js";
import { whichAuditProjectMessage } from "../../../src/slack/messages/audit.js";
import { whichDigestProjectMessage } from "../../../src/slack/messages/digest-answers.js";
import { plainText } from "../../../src/slack/messages/plain.js";
import { remedyMessage } from "../../../src/slack/messages/remedy.js";
import { unclearProjectWords } from "../../../src/slack/messages/run-form-words.js";
import { scheduleWords } from "../../../src/slack/messages/schedule.js";
import { projectOf } from "../../catalog/projects.js";

const numbered = (count: number, word: string) => Array.from({ length: count }, (_, at) => `${word}${at + 1}`);

test.each([
  [8, /`input8`\.\n\*What to do\*/],
  [12, /`input8`\.\n• … and 4 more\n\*What to do\*/],
])("%d inputs that Hex refused", (count, expected) => {
  const inputs = { unknown: numbered(count, "input"), wrongType: [], others: [] };
  const facts = { kind: "inputs_refused" as const, operation: "runProject" as const, host: "app.hex.tech", inputs };
  expect(plainText(remedyMessage("Not started", facts, null))).toMatch(expected);
});

test.each([
  [3, /minute 2 \(UTC\)$/],
  [5, /minute 2 \(UTC\); and 2 more$/],
])("%d schedules of a project", (count, expected) => {
  const hourly = (minute: number): Schedule => ({
    cadence: "HOURLY",
    enabled: true,
    hourly: { timezone: "UTC", minute },
    daily: null,
    weekly: null,
    monthly: null,
    custom: null,
  });
  expect(scheduleWords(Array.from({ length: count }, (_, minute) => hourly(minute)))).toMatch(expected);
});

test.each([
  [3, "“title3”. Pick one above"],
  [5, "“title3”, and 2 more. Pick one above"],
])("%d projects that a title in the form may mean", (count, expected) => {
  expect(unclearProjectWords("title", numbered(count, "title"), true)).toContain(expected);
});

test("a title in the form that only resembles others", () => {
  expect(unclearProjectWords("churn", ["Churn forecast"], false)).toBe(
    "No project is called “churn”. Similar: “Churn forecast”. Pick one above, or type its whole title.",
  );
});

test.each([
  [5, /`[^`]*p5`$/],
  [8, /`[^`]*p5`\nand 3 more$/],
])("%d projects that a title may mean, for the audit log and for a digest", (count, expected) => {
  const projects = numbered(count, "p").map((id) => projectOf({ id, title: "Revenue" }));
  const digest = { hour: 8, minute: 0, weekdaysOnly: false, zone: null, text: "revenue" };
  const place = { origin: "https://app.hex.tech", workspace: null };
  expect(plainText(whichAuditProjectMessage("revenue", projects))).toMatch(expected);
  expect(plainText(whichDigestProjectMessage(digest, projects, place))).toMatch(expected);
});
