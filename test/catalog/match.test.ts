// Finding projects by what people call them.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Match, Matcher } from "../../src/catalog/match.js";
import { isRunnable } from "../../src/hex/projects.js";
import type { Project } from "../../src/hex/schema.js";
import { folded } from "../../src/lib/spelling.js";
import { anyCharacter } from "../any-character.js";
import { NOW, projectOf, realisticProjects } from "./projects.js";

const DAY = 86_400_000;

function matcherOf(...projects: (string | Partial<Project>)[]): Matcher {
  const matcher = new Matcher();
  for (const facts of projects) matcher.put(projectOf(typeof facts === "string" ? { title: facts } : facts));
  return matcher;
}

/** The kind, and the offered titles in order. */
function read(match: Match): [Match["kind"], ...string[]] {
  return [match.kind, ...offered(match).map(({ title }) => title)];
}

function offered(match: Match): Project[] {
  if (match.kind === "exact" || match.kind === "one") return [match.project];
  return match.kind === "several" ? match.projects : match.nearest;
}

const draft = (title: string): Partial<Project> => ({ title, lastPublishedAt: null });

describe("the exact title", () => {
  test("of one project runs at once, though others have more words around it", () => {
    const matcher = matcherOf("Weekly revenue", "Weekly revenue by region");
    expect(read(matcher.match("weekly revenue"))).toEqual(["exact", "Weekly revenue"]);
  });

  test.each([
    ["WEEKLY   Revenue\u200b", "Weekly revenue"],
    ["cafe\u0301", "Café"],
    ["CAFÉ", "Cafe\u0301"],
    ["ｆｕｌｌ ｗｉｄｔｈ", "Full width"],
    ["売上", "売上"],
    ["ÜBERSICHT", "Übersicht"],
    ["🚀 launch", "🚀 Launch"],
    ["รายงานยอดขาย", "รายงานยอดขาย"],
    ["تقرير الإيرادات", "تقرير الإيرادات"],
  ])("%s is the title %s", (typed, title) => {
    expect(read(matcherOf(title, "Another").match(typed))).toEqual(["exact", title]);
  });

  test.each(["weekly revenues", "weekly-revenue", "weekly", "revenue weekly", "weekly revenue!"])(
    "%s is not quite the title, so the bot asks",
    (typed) => {
      expect(matcherOf("Weekly revenue").match(typed)).toMatchObject({
        kind: "one",
        project: { title: "Weekly revenue" },
      });
    },
  );

  test("ubersicht is not quite Übersicht", () => {
    expect(read(matcherOf("Übersicht").match("ubersicht"))).toEqual(["one", "Übersicht"]);
  });

  test.each<[string, Partial<Project>]>([
    ["a published one", {}],
    ["an unpublished one", { lastPublishedAt: null }],
    ["an archived one", { archivedAt: NOW }],
    ["a component", { type: "COMPONENT" }],
  ])("of two projects asks: the other is %s", (_, other) => {
    const matcher = matcherOf("Revenue", { title: "revenue ", ...other });
    const match = matcher.match("Revenue");
    expect(match.kind).toBe(isRunnable(projectOf(other)) ? "several" : "one");
    expect(offered(match).every(isRunnable)).toBe(true);
  });

  test("of several published ones: the newest published first, and no other project", () => {
    const matcher = matcherOf(
      { title: "Revenue", id: "old", lastPublishedAt: NOW - 9 * DAY },
      { title: "Revenue", id: "new", lastPublishedAt: NOW - DAY },
      "Revenue by region",
    );
    expect(offered(matcher.match("revenue")).map(({ id }) => id)).toEqual(["new", "old"]);
  });
});

describe("words", () => {
  test("all in the title, in any order and by their beginnings or parts, before those that occur elsewhere", () => {
    const matcher = matcherOf("Weekly revenue by region", { title: "Churn", description: "revenue by region, weekly" });
    for (const typed of ["region weekly", "reven", "venue reg"])
      expect(read(matcher.match(typed)), typed).toEqual(["one", "Weekly revenue by region"]);
  });

  test.each<[string, Partial<Project>]>([
    ["finance", { categories: [{ name: "Finance" }] }],
    ["olga@acme", { owner: { email: "olga@acme.test" } }],
    ["grace", { creator: { email: "grace@acme.test" } }],
    ["monday meeting", { description: "For the Monday meeting" }],
  ])("%s is found outside the title", (typed, facts) => {
    expect(read(matcherOf("Other", { title: "Revenue", ...facts }).match(typed))).toEqual(["one", "Revenue"]);
  });

  test("of several the best comes first: begun so, in one piece, by beginnings of words, anywhere; shorter before longer", () => {
    const titles = ["Net revenue", "Revenue", "Revenue by product line", "Nonrevenue costs", "Revenue EMEA"];
    expect(read(matcherOf(...titles).match("reven"))).toEqual([
      "several",
      ...["Revenue", "Revenue EMEA", "Revenue by product line", "Net revenue", "Nonrevenue costs"],
    ]);
  });

  test.each([
    ["レポート", "売上レポート"],
    ["上レ", "売上レポート"],
    ["umsätze", "Übersicht Umsa\u0308tze"],
    ["🚀", "🚀 Launch metrics"],
    ["ยอดขาย", "รายงานยอดขาย"],
    ["الإيرادات", "تقرير الإيرادات"],
    ["보고서", "매출 보고서"],
  ])("%s, a part, finds %s", (typed, title) => {
    expect(read(matcherOf(title, "Another").match(typed))).toEqual(["one", title]);
  });

  test.each(["wekly revneue", "weekly revenu report", "Revenue, weekly", "wekely revenue"])("%s: nearly", (typed) => {
    const matcher = matcherOf("Weekly revenue report", "Churn", "Weekly sales report");
    expect(read(matcher.match(typed))[1]).toBe("Weekly revenue report");
    expect(matcher.match(typed).kind).not.toBe("exact");
  });

  test.each([
    ["sales & markting", "Sales & marketing"],
    ["revnue - daily", "Revenue - daily"],
    ["revnue daily ?", "Revenue - daily"],
    ["chrun (monthly)", "Churn / monthly"],
  ])("%s: a mark between spaces is no word", (typed, title) => {
    const matcher = matcherOf("Sales & marketing", "Revenue - daily", "Churn / monthly", "Forecast");
    expect(read(matcher.match(typed))).toEqual(["one", title]);
    expect(matcher.suggest(typed, 9).map((project) => project.title)).toEqual([title]);
  });

  test("are not searched for in ids, where any number occurs, but a whole id is", () => {
    const id = "018f2a1e-2024-7000-8000-000000000148";
    const matcher = matcherOf({ id, title: "Revenue" }, "Forecast 2024");
    expect(read(matcher.match("2024"))).toEqual(["one", "Forecast 2024"]);
    expect(read(matcher.match("148"))).toEqual(["none"]);
    expect(matcher.withWords(["148"])).toEqual([]);
    expect(matcher.withWords([id]).map(({ title }) => title)).toEqual(["Revenue"]);
  });

  test("that fit nothing: the nearest by spelling", () => {
    const matcher = matcherOf("Weekly revenue", "Churn forecast");
    expect(read(matcher.match("zebra forcast"))).toEqual(["none", "Churn forecast"]);
    expect(read(matcher.match("zebra"))).toEqual(["none"]);
    for (const typed of ["", "  ", "\u200b"]) expect(read(matcher.match(typed))).toEqual(["none"]);
  });
});

describe("what cannot be run", () => {
  const HIDDEN: Partial<Project>[] = [
    { lastPublishedAt: null },
    { archivedAt: NOW },
    { trashedAt: NOW },
    { type: "COMPONENT" },
  ];
  test.each(HIDDEN)("%j is never offered", (facts) => {
    const matcher = matcherOf({ title: "Revenue", ...facts });
    for (const typed of ["Revenue", "reven", "revneue"]) expect(offered(matcher.match(typed))).toEqual([]);
    expect(matcher.suggest("", 9)).toEqual([]);
    expect(matcher.suggest("revenue", 9)).toEqual([]);
  });

  test("a project of a type that is not known is offered, and Hex decides", () => {
    const matcher = matcherOf({ title: "Revenue", type: "SOMETHING_NEW" });
    expect(read(matcher.match("revenue"))).toEqual(["exact", "Revenue"]);
  });

  test("an unpublished project is named when nothing else fits, and found among all projects", () => {
    const matcher = matcherOf(draft("Revenue draft"), "Churn");
    expect(matcher.match("revenue draft")).toMatchObject({ kind: "none", unpublished: [{ title: "Revenue draft" }] });
    expect(read(matcher.match("revenue draft", "listed"))).toEqual(["exact", "Revenue draft"]);
    expect(read(matcher.match("draft", "listed"))).toEqual(["one", "Revenue draft"]);
  });
});

describe("while somebody types", () => {
  test("nothing yet: the newest published; then the best first, and less good ones behind", () => {
    const matcher = matcherOf(
      { title: "Old", lastPublishedAt: NOW - DAY },
      { title: "Revenue", lastPublishedAt: NOW - 2 * DAY },
      { title: "Churn", description: "and revenue" },
      draft("Revenue draft"),
    );
    expect(matcher.suggest("", 2).map(({ title }) => title)).toEqual(["Churn", "Old"]);
    expect(matcher.suggest("reve", 9).map(({ title }) => title)).toEqual(["Revenue", "Churn"]);
    expect(matcher.suggest("reveneu", 9).map(({ title }) => title)).toEqual(["Revenue"]);
  });
});

describe("a catalog that changes", () => {
  test("a title that is changed is found by the new one alone", () => {
    const matcher = matcherOf({ id: "a", title: "Revenue" });
    matcher.put(projectOf({ id: "a", title: "Bookings" }));
    expect(read(matcher.match("bookings"))).toEqual(["exact", "Bookings"]);
    for (const typed of ["revenue", "revneue"]) expect(offered(matcher.match(typed)), typed).toEqual([]);
    expect(matcher.size).toBe(1);
  });

  test("unpublished and deleted projects are no longer offered, and their titles are free for others", () => {
    const matcher = matcherOf({ id: "a", title: "Revenue" }, { id: "b", title: "Revenue" });
    expect(matcher.match("revenue").kind).toBe("several");
    matcher.put(projectOf({ id: "a", title: "Revenue", lastPublishedAt: null }));
    expect(matcher.match("revenue")).toMatchObject({ kind: "one", project: { id: "b" } });
    matcher.remove("a");
    matcher.remove("a");
    expect(matcher.match("revenue")).toMatchObject({ kind: "exact", project: { id: "b" } });
    expect(matcher.get("a")).toBeNull();
  });
});

describe("whatever is typed, whatever there is", () => {
  const WORDS = [
    "revenue",
    "Revenue",
    "weekly",
    "売上",
    "Übersicht",
    "U\u0308",
    "🚀",
    "__proto__",
    "constructor",
    "*",
    "",
    "a",
  ];
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 40 }),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 5 }).map((words) => words.join(" ")),
  );
  const time = fc.option(fc.integer({ min: 1, max: NOW }));
  const project = fc.record({
    id: fc.constantFrom("a", "b", "c", "d", "e"),
    title: text,
    description: fc.option(text),
    type: fc.constantFrom("PROJECT", "PROJECT", "COMPONENT", "SOMETHING_NEW"),
    owner: fc.option(fc.record({ email: text })),
    creator: fc.option(fc.record({ email: text })),
    categories: fc.array(fc.record({ name: text }), { maxLength: 2 }),
    lastPublishedAt: time,
    archivedAt: fc.option(fc.constant(NOW), { freq: 5 }),
    trashedAt: fc.option(fc.constant(NOW), { freq: 5 }),
  });
  const change = fc.oneof(
    { weight: 4, arbitrary: project.map((put) => ({ put })) },
    { weight: 1, arbitrary: fc.constantFrom("a", "b", "c").map((remove) => ({ remove })) },
  );

  test("nothing throws, only published projects are offered, and an exact title is one of its own", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), text, (changes, typed) => {
        const matcher = new Matcher();
        for (const one of changes) {
          if ("put" in one) matcher.put(projectOf(one.put));
          else matcher.remove(one.remove);
        }
        const all = [...matcher.all()];
        // Also exact titles, which somebody may paste.
        for (const words of [typed, ...all.map(({ title }) => title)]) {
          const match = matcher.match(words);
          expect(offered(match).filter((found) => !isRunnable(found))).toEqual([]);
          expect(matcher.suggest(words, 3).filter((found) => !isRunnable(found))).toEqual([]);
          matcher.match(words, "listed");
          if (match.kind !== "exact") continue;
          const others = all.filter(({ id }) => id !== match.project.id).map(({ title }) => folded(title));
          expect(folded(match.project.title)).toBe(folded(words));
          expect(others).not.toContain(folded(words));
        }
      }),
      { numRuns: 400 },
    );
  });

  test("3,000 characters among many projects", () => {
    const matcher = new Matcher();
    for (const one of realisticProjects(500)) matcher.put(one);
    for (const typed of ["x".repeat(3_000), "revneue ".repeat(375), "é ".repeat(1_500), "(".repeat(3_000)]) {
      expect(() => matcher.match(typed)).not.toThrow();
      expect(() => matcher.suggest(typed, 100)).not.toThrow();
    }
  });

  test("every project is found by its own title, as it is or in capitals", () => {
    const matcher = new Matcher();
    const projects = realisticProjects(300).filter(isRunnable);
    for (const one of projects) matcher.put(one);
    for (const { title } of projects) {
      const match = matcher.match(title.toUpperCase());
      expect(offered(match)[0]?.title).toBe(title);
      expect(["exact", "several"]).toContain(match.kind);
    }
  });
});

describe("in which order they are offered", () => {
  test("what begins with the words, has them in one piece, has words that begin so, has them somewhere; the shorter title first", () => {
    const matcher = matcherOf(
      "Biweekly rev",
      "Weekly big revenue",
      "My weekly revenue of the company",
      "Our weekly revenue",
      "Weekly revenue plan of the whole company",
      "Weekly revenue",
    );
    expect(read(matcher.match("weekly rev"))).toEqual([
      "several",
      "Weekly revenue",
      "Weekly revenue plan of the whole company",
      "Our weekly revenue",
      "My weekly revenue of the company",
      "Weekly big revenue",
      "Biweekly rev",
    ]);
  });

  test("of titles that are as near in kind the shorter one", () => {
    const [short, long] = ["Weekly big revenue", "Weekly very big revenue"];
    expect(read(matcherOf(long, short).match("weekly rev"))).toEqual(["several", short, long]);
    const [near, far] = ["Biweekly big rev", "Biweekly very big rev"];
    expect(read(matcherOf(far, near).match("weekly rev"))).toEqual(["several", near, far]);
  });

  test("at the same time of publication, always the same", () => {
    const ids = ["d", "a", "e", "c", "b"];
    const matcher = matcherOf(...ids.map((id) => ({ id, title: `Report ${id}`, lastPublishedAt: NOW })));
    expect(matcher.suggest("report", 9).map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e"]);
    expect(matcher.suggest("", 9).map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("of titles as near as each other the newest published, then always the same", () => {
    const matcher = matcherOf(
      { id: "b", title: "Report B", lastPublishedAt: NOW - DAY },
      { id: "c", title: "Report C", lastPublishedAt: NOW },
      { id: "a", title: "Report A", lastPublishedAt: NOW - DAY },
    );
    expect(read(matcher.match("report"))).toEqual(["several", "Report C", "Report A", "Report B"]);
    expect(matcher.suggest("", 2).map(({ id }) => id)).toEqual(["c", "a"]);
    expect(matcher.suggest("report", 2).map(({ id }) => id)).toEqual(["c", "a"]);
  });

  test("of those that have some words in other places the one with more of them in its title", () => {
    const matcher = matcherOf(
      { title: "Churn", description: "revenue by region" },
      { title: "Revenue region", description: "churn" },
    );
    expect(read(matcher.match("churn revenue region"))).toEqual(["several", "Revenue region", "Churn"]);
  });
});

describe("typing errors", () => {
  test.each([
    ["sun", "sux", false],
    ["sales", "salxs", true],
    ["sales", "saxxs", false],
    ["region", "rexxon", true],
    ["cost", "cozt", true],
    ["cost", "cxxt", false],
    ["cost", "csot", true],
    ["churn", "chrun", true],
    ["churn", "hcurn", true],
    ["churn", "chunr", true],
    ["churn", "chnru", false],
    ["churns", "chrun", false],
  ])("%s as %s: found %s", (title, typed, isFound) => {
    expect(read(matcherOf(title, "Quarterly").match(typed)).includes(title)).toBe(isFound);
  });
});

describe("words with a typing error next to others", () => {
  test("the others may be the beginnings of words, from three letters on", () => {
    const matcher = matcherOf("Revenue forecast", "Quarterly");
    expect(read(matcher.match("revnue forec"))).toEqual(["one", "Revenue forecast"]);
    expect(read(matcher.match("revnue for"))).toEqual(["one", "Revenue forecast"]);
    expect(read(matcher.match("revnue fo"))).toEqual(["none", "Revenue forecast"]);
  });

  test("owners and categories are found too", () => {
    const facts = { owner: { email: "olga@acme.test" }, categories: [{ name: "Finance" }, { name: "Board" }] };
    const matcher = matcherOf({ title: "Churn", ...facts }, "Quarterly");
    for (const typed of ["finanse", "churn finanse", "olgga", "boaard"])
      expect(read(matcher.match(typed)), typed).toEqual(["one", "Churn"]);
  });

  test("a word that is too long to be mistyped is left out, and so is what follows the twelfth", () => {
    const matcher = matcherOf("Churn forecast", "Quarterly");
    expect(read(matcher.match(`forcast ${"x".repeat(61)}`))).toEqual(["one", "Churn forecast"]);
    expect(read(matcher.match(`forcast ${"x".repeat(60)}`))).toEqual(["none", "Churn forecast"]);
    const twelve = `forcast${" churn".repeat(11)}`;
    expect(read(matcher.match(`${twelve} zebra`))).toEqual(["one", "Churn forecast"]);
    expect(read(matcher.match(`zebra ${twelve}`))).toEqual(["none", "Churn forecast"]);
  });

  test("the nearest are those with the word in their titles, then by its beginning, then by its spelling", () => {
    const found = (...projects: Parameters<typeof matcherOf>) =>
      read(matcherOf(...projects).match("zebra region")).slice(1);
    const owned = { title: "Churn", categories: [{ name: "Region" }] };
    expect(found(owned, "Plan by region and month")).toEqual(["Plan by region and month", "Churn"]);
    expect(found("Plan by regien", "Plan by regional")).toEqual(["Plan by regional", "Plan by regien"]);
  });
});

test("nothing fits: the five nearest, and the five unpublished ones that would have, the best first", () => {
  const matcher = matcherOf(
    ...Array.from({ length: 7 }, (_, index) => `Churn ${index}`),
    ...Array.from({ length: 7 }, (_, index) => draft(`Weekly churns ${"x".repeat(7 - index)}`)),
    draft("Something else"),
  );
  const match = matcher.match("weekly churns");
  if (match.kind !== "none") throw new Error(match.kind);
  expect(match.nearest).toHaveLength(5);
  expect(match.unpublished.map(({ title }) => title)).toEqual(
    [1, 2, 3, 4, 5].map((count) => `Weekly churns ${"x".repeat(count)}`),
  );
});

test("every word has to occur, in the title or elsewhere, or be the id", () => {
  const matcher = matcherOf({ id: "p-1", title: "Weekly revenue", description: "by region" }, "Weekly churn");
  const found = (...words: string[]) => matcher.withWords(words).map(({ title }) => title);
  expect(found("weekly")).toHaveLength(2);
  expect(found("weekly", "region")).toEqual(["Weekly revenue"]);
  expect(found("region", "nowhere")).toEqual([]);
  expect(found("p-1")).toEqual(["Weekly revenue"]);
  expect(found("p-")).toEqual([]);
});

test("unpublished projects are named only if they have every word", () => {
  const archived = { title: "Weekly churns of 2020", archivedAt: NOW };
  const anagram = draft("Sly crewhunk");
  const matcher = matcherOf(
    draft("Weekly churns x"),
    draft("Something else"),
    draft("Weekly x"),
    archived,
    anagram,
    "Churn",
  );
  const match = matcher.match("weekly churns");
  expect(match).toMatchObject({ kind: "none", unpublished: [{ title: "Weekly churns x" }] });
});

test("a word does not go over from the title to what stands behind it", () => {
  const matcher = matcherOf({ title: "Weekly", description: "revenue" });
  expect(read(matcher.match("weeklyrevenue"))).toEqual(["none"]);
  expect(read(matcher.match("weekly revenue"))).toEqual(["one", "Weekly"]);
});

test.each(["", "report", "repor", "reprot"])(
  "suggestions for “%s” ask of few projects whether somebody sees them",
  (typed) => {
    const matcher = matcherOf(...Array.from({ length: 200 }, (_, at) => `Report ${at}`));
    let asked = 0;
    const even = ({ title }: Project) => {
      asked += 1;
      return Number(title.split(" ")[1]) % 2 === 0;
    };
    const found = matcher.suggest(typed, 5, "runnable", even);
    expect(found).toHaveLength(5);
    expect(found.every(even)).toBe(true);
    expect(asked).toBeLessThan(30);
  },
);
