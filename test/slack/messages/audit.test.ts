// What an administrator reads of those who were refused.

import { expect, test } from "vitest";
import { type AuditEntry, DEEDS, type Deed } from "../../../src/audit/audit-entry.js";
import { auditMessage } from "../../../src/slack/messages/audit.js";
import { entry } from "../../audit/entries.js";
import { visibleText } from "../../sandbox/slack/server.js";

function shownOf(refused: Partial<AuditEntry>): string {
  const entries = [entry({ who: "U2", where: "C1", rule: null, project: null, decision: "refused", ...refused })];
  return visibleText(auditMessage({ entries, total: 1, days: 7, who: null, project: null }));
}

const revenue = { id: "p", title: "Revenue" };

test.each<[Deed, string, string]>([
  ["run", "run a project", "run *Revenue*"],
  ["cancel", "cancel a run", "cancel a run of *Revenue*"],
  ["digest_off", "end a digest", "end a digest of *Revenue*"],
  ["on_it", "press I'm on it", "press I'm on it for *Revenue*"],
  ["end_silence", "end a silence", "end a silence about *Revenue*"],
  ["administer", "do what only administrators may do", "do what only administrators may do about *Revenue*"],
])("somebody who tried to %s", (deed, alone, about) => {
  expect(shownOf({ deed })).toContain(`<@U2> was refused: ${alone} in <#C1> · no rule allows it`);
  expect(shownOf({ deed, project: revenue })).toContain(`<@U2> was refused: ${about} in <#C1> · no rule allows it`);
});

test("every deed has words", () => {
  for (const deed of Object.keys(DEEDS).filter((name): name is Deed => name in DEEDS)) {
    expect(shownOf({ deed })).not.toMatch(/undefined|_off|on_it|end_silence/);
  }
});

test.each([
  ["guest", "a guest"],
  ["of_another_workspace", "of another workspace"],
  ["unproven", "not known to be of this workspace"],
])("somebody who may not use the bot at all: %s", (result, words) => {
  const shown = shownOf({ deed: "cancel", result });
  expect(shown).toContain(`<@U2> was refused: cancel a run in <#C1> · ${words}`);
  expect(shown).not.toContain("rule");
});

function doneOf(done: Partial<AuditEntry>): string {
  return shownOf({ decision: null, where: null, project: revenue, ...done });
}

test.each<[string, Partial<AuditEntry>]>([
  ["<@U2> asked to run *Revenue* · needs approval", { deed: "run", decision: "needs_approval" }],
  ["<@U2> asked to run *Revenue* · expired", { deed: "run", result: "expired" }],
  [
    "<@U2> asked to run and publish *Revenue* · by <@U0GRACE1> · declined",
    { deed: "publish", result: "declined", detail: "by U0GRACE1" },
  ],
  [
    "<@U2> ran *Revenue* · by <@U0GRACE1> or <@U0ADA001> · cancelled",
    { deed: "run", result: "cancelled", detail: "by U0GRACE1 or U0ADA001" },
  ],
  [
    "<@U2> approved a run of *Revenue* · asked for by <@U0ADA001> · approved",
    { deed: "approve", result: "approved", detail: "asked for by U0ADA001" },
  ],
  ["<@U2> tried to approve a run of *Revenue* · too late", { deed: "approve", result: "too_late" }],
  [
    "<@U2> tried to cancel a run of *Revenue* · network · failed",
    { deed: "cancel", result: "failed", detail: "network" },
  ],
  ["<@U2> cancelled a run of *Revenue* · withdrawn", { deed: "cancel", result: "withdrawn" }],
  [
    "<@U2> read the audit log · audit 7 d of <@U0GRACE1>",
    { deed: "administer", project: null, detail: "audit 7 d of U0GRACE1" },
  ],
  ["<@U2> watched *Revenue* · category u0grace1", { deed: "watch", detail: "category u0grace1" }],
])("%s", (words, done) => {
  expect(doneOf(done)).toMatch(new RegExp(`${words.replaceAll("*", "[*]")}$`, "m"));
});
