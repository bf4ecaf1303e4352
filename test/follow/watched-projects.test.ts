// Which watched projects are judged, and what it means that one is missing.

import { expect, test } from "vitest";
import { settledUntil } from "../../src/follow/absence.js";
import {
  absentSince,
  type Followed,
  listed,
  newlyFollowed,
  readable,
  unread,
} from "../../src/follow/followed-project.js";
import { isMeant, standings } from "../../src/follow/watched-projects.js";
import type { Project } from "../../src/hex/schema.js";
import { projectOf as aProject } from "../catalog/projects.js";

const NOW = 1_000_000;
const FINANCE = { rule: { kind: "category" as const, name: "Finance" }, setAt: 500, endsSince: null };
const finance = (id: string, more: Partial<Project> = {}) =>
  aProject({ id, categories: [{ name: "Finance" }], lastPublishedAt: 1, ...more });
const catalogOf = (projects: Project[], isWhole = true) => ({
  all: () => projects.filter(({ archivedAt }) => archivedAt === null),
  known: (id: string) => projects.find((one) => one.id === id) ?? null,
  isWhole,
});
const followedAs = (project: Project, rules = ["category finance"]): Followed =>
  listed(newlyFollowed(project, NOW), { project, rules }, NOW);
const seen = (projects: Project[], followed: [string, Followed][], follows = [FINANCE], isWhole = true) => {
  const { judged, neverJudged, doubtful, unwatched } = standings(
    follows,
    catalogOf(projects, isWhole),
    new Map(followed),
  );
  return { judged: [...judged.keys()], neverJudged: [...neverJudged.keys()], doubtful, unwatched };
};
const NONE = { judged: [], neverJudged: [], doubtful: [], unwatched: [] };

test("a project that is missing is doubted once all projects have been read, and not forgotten before", () => {
  const followed: [string, Followed][] = [["a", followedAs(finance("a"))]];
  expect(seen([], followed, [FINANCE], false)).toEqual(NONE);
  expect(seen([], followed)).toEqual({ ...NONE, doubtful: ["a"] });
  expect(seen([], followed, [])).toEqual({ ...NONE, unwatched: ["a"] });
});

test("an archived project is doubted, until it is known to be absent", () => {
  const archived = finance("a", { archivedAt: 5 });
  const followed = followedAs(finance("a"));
  expect(seen([archived], [["a", followed]])).toEqual({ ...NONE, doubtful: ["a"] });
  expect(seen([archived], [["a", absentSince(followed, "archived", NOW)]])).toEqual(NONE);
  expect(seen([finance("a")], [["a", absentSince(followed, "archived", NOW)]])).toEqual({ ...NONE, judged: ["a"] });
});

test("a project that no longer fits the rule is no longer watched", () => {
  const followed: [string, Followed][] = [["a", followedAs(finance("a"))]];
  expect(seen([finance("a", { categories: [] })], followed)).toEqual({ ...NONE, unwatched: ["a"] });
});

test("one that Hex does not run when it is first seen was never judged", () => {
  expect(seen([finance("a", { lastPublishedAt: null })], [])).toEqual({ ...NONE, neverJudged: ["a"] });
});

test("back: judged from now on, and only what is due from now on", () => {
  const before = followedAs(finance("a"));
  const back = listed(absentSince(before, "hidden", NOW + 5), { project: finance("a"), rules: before.rules }, NOW + 9);
  expect(back).toMatchObject({ schedulesSince: NOW + 9, absence: { why: "hidden", since: NOW + 5, backAt: NOW + 9 } });
  expect(listed(back, { project: finance("a", { title: back.title ?? "" }), rules: before.rules }, NOW + 20)).toBe(
    back,
  );
});

test("the clock was set back: judged since then at the latest", () => {
  const before = followedAs(finance("a"));
  const read = { project: finance("a", { title: before.title ?? "" }), rules: before.rules };
  const absent = absentSince({ ...before, readAt: NOW }, "unreadable", NOW);
  for (const known of [before, { ...readable(absent, NOW), schedulesSince: 1 }]) {
    const then = listed(known, read, NOW - 500);
    expect([then.schedulesSince, settledUntil(then.absence)].every((time) => time <= NOW - 500)).toBe(true);
    expect(listed(known, read, NOW)).toBe(known);
  }
});

test("a rule means the projects that fit it, and those that did when Hex last showed them", () => {
  const followed = followedAs(finance("a"));
  expect(isMeant(FINANCE.rule, "a", { project: finance("a"), followed: null })).toBe(true);
  expect(isMeant(FINANCE.rule, "a", { project: finance("a", { categories: [] }), followed })).toBe(false);
  expect(isMeant(FINANCE.rule, "a", { project: null, followed })).toBe(true);
  expect(isMeant({ kind: "scheduled" }, "a", { project: null, followed })).toBe(false);
  expect(isMeant({ kind: "project", id: "a" }, "a", { project: null, followed: null })).toBe(true);
});

test("unreadable: still asked about, and doubted when it is archived meanwhile; judged again only when its runs are listed, from when they last were", () => {
  const followed = absentSince(followedAs(finance("a")), "unreadable", NOW + 5);
  expect(seen([finance("a")], [["a", followed]])).toEqual({ ...NONE, judged: ["a"] });
  expect(seen([finance("a", { archivedAt: 5 })], [["a", followed]])).toEqual({ ...NONE, doubtful: ["a"] });
  const project = finance("a", { title: followed.title ?? "" });
  expect(listed(followed, { project, rules: followed.rules }, NOW + 9)).toBe(followed);
  expect(readable(followed, NOW + 9)).toMatchObject({
    schedulesSince: followed.schedulesSince,
    unreadSince: null,
    absence: { why: "unreadable", since: NOW + 5, backAt: NOW + 9 },
  });
  const read = { ...followedAs(finance("a")), readAt: NOW + 2 };
  expect(settledUntil(absentSince(read, "unreadable", NOW + 5).absence)).toBe(NOW + 2);
  const wasHidden = readable(listed(absentSince(read, "hidden", NOW + 3), { project, rules: [] }, NOW + 4), NOW + 4);
  expect(settledUntil(wasHidden.absence)).toBe(NOW + 4);
  expect(settledUntil(readable(absentSince(wasHidden, "unreadable", NOW + 5), NOW + 9).absence)).toBe(NOW + 4);
});

test("since when its runs cannot be read: from the first failure, or the last one while Hex was down in between", () => {
  const first = unread(followedAs(finance("a")), NOW + 5, []);
  const second = unread(first, NOW + 9, [{ from: NOW, to: NOW + 4 }]);
  const down = unread(second, NOW + 15, [{ from: NOW + 10, to: null }]);
  const back = unread(down, NOW + 20, [{ from: NOW + 10, to: NOW + 18 }]);
  const setBack = unread(back, NOW + 2, []);
  expect([first, second, down, back, setBack].map(({ unreadSince }) => (unreadSince ?? 0) - NOW)).toEqual([
    5, 5, 15, 20, 2,
  ]);
});
