// What `/hex status` says about stored rows that the bot cannot read.

import { expect, test } from "vitest";
import { setAsideLine, unreadableRunCard } from "../../../src/slack/messages/set-aside.js";
import { READ_TABLES } from "../../../src/store/row-reader.js";
import { visibleText } from "../../sandbox/slack/messages.js";

const said = (rows: number) => setAsideLine(new Map(READ_TABLES.map((table) => [table, rows]))) ?? "";

test("of a run that may never have been started, the card does not say that it continues", () => {
  const run = { key: "k", projectId: "p", runId: null };
  const card = unreadableRunCard(run, { origin: "https://app.hex.tech", workspace: null });
  expect(visibleText(card)).toContain("no longer tracks it. If Hex has started it, it continues there.");
});

test("a single row of a kind is counted in the singular", () => {
  expect(said(1)).toContain(": 1 run, 1 card, 1 record of Hex's health, 1 hour of the history, 1 outage, ");
  expect(said(1)).toContain(", 1 entry of the audit log. To do: ");
});

test("several of each kind are counted in the plural, whatever follows the noun", () => {
  expect(said(2)).toContain(": 2 runs, 2 cards, 2 records of Hex's health, 2 hours of the history, 2 outages, ");
  expect(said(2)).toContain(", 2 notes of who is on it, ");
  expect(said(2)).toContain(", 2 entries of the audit log. To do: ");
});

test("nothing is said when nothing is set aside", () => {
  expect(setAsideLine(new Map([["runs", 0]]))).toBeNull();
});
