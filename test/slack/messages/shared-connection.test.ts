// What people read about a data connection that projects in trouble share.

import { expect, test } from "vitest";
import type { SharedConnection } from "../../../src/follow/shared-connections.js";
import { connectionRefusalLine, sharedConnectionLine } from "../../../src/slack/messages/shared-connection.js";

const NOW = Date.UTC(2026, 10, 2);
const DAY = 24 * 60 * 60_000;
const TITLES = ["Revenue", "Churn", "Margin", "Returns", "Orders", "Fraud"];
const titlesOf = (number: number) => new Map(TITLES.slice(0, number).map((title) => [title, title]));
const prod = (...projectIds: string[]): SharedConnection => ({ name: "Snowflake prod", projectIds });
const named = (name: string, ...projectIds: string[]): SharedConnection => ({ name, projectIds });

test.each<[string, SharedConnection[], number, number, string | null]>([
  ["none", [], 2, 2, null],
  [
    "both",
    [prod("Revenue", "Churn")],
    2,
    2,
    "Likely: both use *Snowflake prod*. Check that data connection in Hex first.",
  ],
  ["all three", [prod("Revenue", "Churn", "Margin")], 3, 3, "Likely: all three use *Snowflake prod*."],
  ["two of three that failed", [prod("Revenue", "Margin")], 3, 3, "Perhaps: Revenue and Margin use *Snowflake prod*."],
  [
    "both that failed, beside one that is late",
    [prod("Revenue", "Churn")],
    3,
    2,
    "Likely: Revenue and Churn use *Snowflake prod*.",
  ],
  [
    "many of more",
    [prod("Revenue", "Churn", "Margin", "Returns", "Orders")],
    6,
    6,
    "Perhaps: Revenue, Churn, Margin and 2 other projects use *Snowflake prod*.",
  ],
  [
    "more connections than anybody reads",
    ["A", "B", "C", "D", "E"].map((name) => named(name, "Revenue", "Churn")),
    2,
    2,
    "Likely: both use *A*, *B*, *C* and 2 others. Check these data connections in Hex first.",
  ],
  [
    "two pairs, each with its own",
    [named("A", "Revenue", "Churn"), named("B", "Margin", "Returns")],
    4,
    4,
    "Perhaps: Revenue and Churn use *A*. Check that data connection in Hex first.",
  ],
])("%s", (_, shared, inTrouble, suspects, expected) => {
  const line = sharedConnectionLine(shared, { titles: titlesOf(inTrouble), suspects });
  if (expected === null) expect(line).toBeNull();
  else expect(line).toContain(expected);
});

test.each<[string, { cells: number | null; names: number | null }, string | null]>([
  ["nothing refused", { cells: null, names: null }, null],
  ["cells", { cells: NOW - DAY + 1, names: null }, 'the optional scope "Cells: Read", so'],
  ["both", { cells: NOW, names: NOW }, 'the optional scopes "Cells: Read" and "Data connections: Read", so'],
  ["more than a day ago", { cells: NOW - DAY, names: null }, null],
])("/hex status, refused: %s", (_, refusedAt, expected) => {
  const line = connectionRefusalLine(refusedAt, NOW);
  if (expected === null) expect(line).toBeNull();
  else expect(line).toContain(expected);
});
