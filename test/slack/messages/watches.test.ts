// What a conversation reads of the projects that it watches.

import { expect, test } from "vitest";
import { NO_ATTENTION } from "../../../src/attention/attention.js";
import type { Followed, LastRun } from "../../../src/follow/followed-project.js";
import { newlyFollowed } from "../../../src/follow/followed-project.js";
import type { Trouble } from "../../../src/follow/trouble.js";
import { troubleMessage } from "../../../src/slack/messages/trouble.js";
import { watchesMessage } from "../../../src/slack/messages/watches.js";
import { projectOf } from "../../catalog/projects.js";

const NOW = Date.UTC(2026, 10, 2);
const PLACE = { origin: "https://app.hex.tech", workspace: null };
const LOAD = { projects: 1, perMinute: 12, ageMs: 300_000, leastAgeMs: 300_000 };

const seen = (title: string) => {
  const project = projectOf({ title });
  const rule = { kind: "project" as const, id: project.id };
  const watch = { channel: "C1", threadTs: null, rule, level: "all" as const, page: false, setBy: "U1", setAt: NOW };
  return { watch, total: 1, projects: [{ project, followed: null, nextDue: null, isInTrouble: false }], absent: [] };
};

test.each([1, 10, 60, 500])("of %d watches, each is shown with Unwatch or counted", (count) => {
  const all = Array.from({ length: count }, (_, at) => seen(`Report ${at} of a team with a long name`));
  const text = JSON.stringify(watchesMessage(all, { now: NOW, place: PLACE, load: LOAD }));
  const shown = text.match(/"Unwatch"/g)?.length ?? 0;
  const counted = Number(/… and (\d+) more that this message has no room for/.exec(text)?.[1] ?? 0);
  expect(shown).toBeGreaterThan(0);
  expect(shown + counted).toBe(count);
});

const run = (version: string): LastRun => ({ runId: "r", status: "COMPLETED", endedAt: NOW, tookMs: 1, version });
const told = (lastGood: LastRun | null, lastRun: LastRun | null) => {
  const project = projectOf({ title: "Revenue" });
  const followed: Followed = { ...newlyFollowed(project, NOW), lastGood, lastRun };
  const trouble: Trouble = {
    id: "t",
    projectId: project.id,
    since: NOW,
    seenAt: NOW,
    ailments: [{ kind: "failed", since: NOW, runId: "r", status: "ERRORED", overAt: null }],
    overAt: null,
    endedBy: null,
  };
  const around = { alert: "a", to: NOW, place: PLACE, owners: new Map(), shared: [], now: NOW, isDoubled: false };
  return JSON.stringify(troubleMessage([{ trouble, project, followed, attention: NO_ATTENTION }], around));
};

test("the last good run, with its version, and the one that ran since if it is another", () => {
  expect(told(run("13"), run("14"))).toMatch(/Last good run <!date[^>]*>, version 13; now version 14/);
  expect(told(run("13"), run("13"))).toMatch(/, version 13(?!; now)/);
  expect(told(null, run("14"))).toContain("No good run is known");
});
