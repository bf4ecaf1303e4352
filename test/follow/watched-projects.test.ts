// Which watched projects are judged, and what it means that one is missing.

import { expect, test } from "vitest";
import { absentSince, type Followed, listed, newlyFollowed } from "../../src/follow/followed-project.js";
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

test("a rule means the projects that fit it, and those that did when Hex last showed them", () => {
  const followed = followedAs(finance("a"));
  expect(isMeant(FINANCE.rule, "a", { project: finance("a"), followed: null })).toBe(true);
  expect(isMeant(FINANCE.rule, "a", { project: finance("a", { categories: [] }), followed })).toBe(false);
  expect(isMeant(FINANCE.rule, "a", { project: null, followed })).toBe(true);
  expect(isMeant({ kind: "scheduled" }, "a", { project: null, followed })).toBe(false);
  expect(isMeant({ kind: "project", id: "a" }, "a", { project: null, followed: null })).toBe(true);
});
