// What a conversation reads of the projects that it watches.

import { expect, test } from "vitest";
import { NO_ATTENTION } from "../../../src/attention/attention.js";
import type { Followed, LastRun } from "../../../src/follow/followed-project.js";
import { newlyFollowed } from "../../../src/follow/followed-project.js";
import type { Trouble } from "../../../src/follow/trouble.js";
import { troubleMessage } from "../../../src/slack/messages/trouble.js";
import { watchesMessage } from "../../../src/slack/messages/watches.js";
import { projectOf } from "../../catalog/projects.js";
import { DAILY_AT_SEVEN, HOUR } from "../../follow/evidence.js";
import { blockErrors } from "../../sandbox/slack/block-kit.js";
import { visibleText } from "../../sandbox/slack/messages.js";

const NOW = Date.UTC(2026, 10, 2);
const PLACE = { origin: "https://app.hex.tech", workspace: null };
const LOAD = { projects: 1, perMinute: 12, ageMs: 300_000, leastAgeMs: 300_000 };

const seen = (title: string) => {
  const project = projectOf({ title });
  const rule = { kind: "project" as const, id: project.id };
  const watch = { channel: "C1", threadTs: null, rule, level: "all" as const, page: false, setBy: "U1", setAt: NOW };
  return {
    watch,
    mayEnd: true,
    total: 1,
    hidden: 0,
    projects: [{ project, followed: null, nextDue: null, trouble: null }],
    absent: [],
    areAllKnown: true,
  };
};

test("a due time that may be an hour off says so", () => {
  const one = seen("Weekly revenue");
  const [its] = one.projects;
  if (its === undefined) throw new Error("It shows no project.");
  const project = { ...its.project, schedules: [DAILY_AT_SEVEN] };
  const words = (slackMs: number) => {
    const projects = [{ ...its, project, nextDue: { at: NOW, slackMs } }];
    return visibleText(watchesMessage([{ ...one, projects }], { now: NOW, place: PLACE, load: LOAD, isThread: false }));
  };
  expect(words(HOUR)).toMatch(/next due <!date[^>]*> ± 1 h, because the clocks change/);
  expect(words(0)).not.toContain("±");
});

test.each([1, 10, 60, 500])("of %d watches, each is shown with Unwatch or counted", (count) => {
  const all = Array.from({ length: count }, (_, at) => seen(`Report ${at} of a team with a long name`));
  const text = JSON.stringify(watchesMessage(all, { now: NOW, place: PLACE, load: LOAD, isThread: false }));
  const shown = text.match(/"Unwatch"/g)?.length ?? 0;
  const counted = Number(/… and (\d+) more that this message has no room for/.exec(text)?.[1] ?? 0);
  expect(shown).toBeGreaterThan(0);
  expect(shown + counted).toBe(count);
});

test.each([
  ["Weekly revenue by region", 12],
  ["Revenue & margin by region and product, of all brands in Europe & Asia, since 2019, as finance counts them", 30],
])("of the projects that one watch covers, each is shown in full or counted: %s", (title, total) => {
  const place = { ...PLACE, workspace: "acme" };
  const its = Array.from({ length: total }, (_, at) => {
    const id = `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
    const project = { ...projectOf({ id, title: `${at} ${title}` }), owner: { email: "olga@acme.test" } };
    const url = `${place.origin}/acme/app/${id}/version/13/run/${id}`;
    const lastRun = { runId: "r", url, status: "COMPLETED", endedAt: NOW, tookMs: 245_000, version: "13" };
    const followed: Followed = { ...newlyFollowed(project, NOW), readAt: NOW, lastRun };
    return { project, followed, nextDue: null, trouble: null };
  });
  const rule = { kind: "scheduled" as const };
  const one = { ...seen(title), total, projects: its };
  const message = watchesMessage([{ ...one, watch: { ...one.watch, rule } }], {
    now: NOW,
    place,
    load: LOAD,
    isThread: false,
  });
  const text = visibleText(message);
  const shown = text.match(/^:white_small_square: .* · owner olga@acme\.test$/gm)?.length ?? 0;
  const [, more = "0"] = /^… and (\d+) more projects\.$/m.exec(text) ?? [];
  expect(blockErrors(message.blocks, "message")).toEqual([]);
  expect(text.match(/^:white_small_square: /gm)).toHaveLength(shown);
  expect(shown).toBe(8);
  expect(shown + Number(more)).toBe(total);
});

const run = (version: string): LastRun => ({
  runId: "r",
  url: null,
  status: "COMPLETED",
  endedAt: NOW,
  tookMs: 1,
  version,
});
const told = (lastGood: LastRun | null, lastRun: LastRun | null) => {
  const project = projectOf({ title: "Revenue" });
  const followed: Followed = { ...newlyFollowed(project, NOW), lastGood, lastRun };
  const trouble: Trouble = {
    id: "t",
    projectId: project.id,
    since: NOW,
    seenAt: NOW,
    newsAt: [],
    ailments: [{ kind: "failed", since: NOW, runId: "r", url: null, status: "ERRORED", overAt: null }],
    overAt: null,
    endedBy: null,
  };
  const around = { alert: "a", to: NOW, place: PLACE, owners: new Map(), shared: [], now: NOW, isDoubled: false };
  return JSON.stringify(troubleMessage([{ trouble, project, followed, attention: NO_ATTENTION }], around));
};

test("ten projects that are stuck: each is shown with its run and Cancel, or counted", () => {
  const members = Array.from({ length: 10 }, (_, at) => {
    const project = projectOf({ title: `Report ${at} ${"of a team with a long name ".repeat(6)}` });
    const runId = `${at}`.repeat(36);
    const url = `${PLACE.origin}/acme/app/${"report-".repeat(20)}/${runId}`;
    const { id: projectId } = project;
    const ailments = [{ kind: "stuck" as const, since: NOW, runId, url, overAt: null }];
    const seen = { since: NOW, seenAt: NOW, newsAt: [] };
    const trouble = { id: `t${at}`, projectId, ...seen, ailments, overAt: null, endedBy: null };
    return { trouble, project, followed: null, attention: NO_ATTENTION };
  });
  const around = { alert: "a", to: NOW, place: PLACE, owners: new Map(), shared: [], now: NOW, isDoubled: true };
  const text = JSON.stringify(troubleMessage(members, around));
  const shown = text.match(/\|Open the run>/g)?.length ?? 0;
  expect(shown).toBeGreaterThan(3);
  expect(text.match(/"cancel_hex_run"/g)).toHaveLength(shown);
  expect(text).toContain(`… and ${10 - shown} more projects.`);
  expect(text).toContain("This message may be here more than once");
});

test("the last good run, with its version, and the one that ran since if it is another", () => {
  expect(told(run("13"), run("14"))).toMatch(/Last good run <!date[^>]*>, version 13; now version 14/);
  expect(told(run("13"), run("13"))).toMatch(/, version 13(?!; now)/);
  expect(told(null, run("14"))).toContain("No good run is known");
});

test("a screen reader says of each Unwatch what it ends", () => {
  const rules = [
    { kind: "category" as const, name: "R&D" },
    { kind: "owner" as const, email: "olga@acme.test" },
    { kind: "scheduled" as const },
  ];
  const one = seen("Costs & margin");
  const all = [one, ...rules.map((rule) => ({ ...one, watch: { ...one.watch, rule } }))];
  const text = JSON.stringify(watchesMessage(all, { now: NOW, place: PLACE, load: LOAD, isThread: false }));
  expect([...text.matchAll(/"accessibility_label":"([^"]+)"/g)].map(([, label]) => label)).toEqual([
    "Unwatch Costs & margin",
    "Unwatch every project of the category R&D",
    "Unwatch every project of olga@acme.test",
    "Unwatch every project with a schedule",
  ]);
});
