// What follows `/hex watch`.

import { expect, test } from "vitest";
import { parseWatchArguments } from "../../../src/slack/parse/watch-arguments.js";

test.each([
  ["weekly revenue", "weekly revenue", "trouble", false],
  ["weekly revenue failures", "weekly revenue", "failures", false],
  ["weekly revenue LATE", "weekly revenue", "late", false],
  ["weekly revenue all", "weekly revenue", "all", false],
  ["weekly revenue all page", "weekly revenue", "all", true],
  ["all", "all", "trouble", false],
  ["all hands", "all hands", "trouble", false],
  ["weekly revenue page", "weekly revenue", "trouble", true],
  ["weekly revenue failures page", "weekly revenue", "failures", true],
  ["weekly revenue page failures", "weekly revenue", "failures", true],
  // A single word is a name, and so is one that is followed by something else.
  ["page", "page", "trouble", false],
  ["late", "late", "trouble", false],
  ["page views", "page views", "trouble", false],
  ["page late", "page", "late", false],
  ["landing page page", "landing page", "trouble", true],
  ["late page", "late", "trouble", true],
  ["", "", "trouble", false],
])("%s", (typed, text, level, page) => {
  expect(parseWatchArguments(typed)).toEqual({ rule: null, text, level, page });
});

test("a rule, with what to tell and page", () => {
  expect(parseWatchArguments("category:Finance failures page")).toEqual({
    rule: { kind: "category", name: "Finance" },
    text: "category:Finance",
    level: "failures",
    page: true,
  });
  expect(parseWatchArguments(`category:${"x".repeat(3_000)}`).rule).toEqual({
    kind: "category",
    name: "x".repeat(320),
  });
  expect(parseWatchArguments("scheduled page")).toMatchObject({ rule: { kind: "scheduled" }, page: true });
});

test.each(['"Finance Ops"', "“Finance Ops”", "„Finance Ops“", "'Finance Ops'", "‘Finance Ops’", "« Finance Ops »"])(
  "quotes around a category, as keyboards write them: %s",
  (typed) => {
    expect(parseWatchArguments(`category:${typed} all`)).toMatchObject({
      rule: { kind: "category", name: "Finance Ops" },
      level: "all",
    });
  },
);
