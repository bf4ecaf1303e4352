import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PLAIN_OPTIONS, type Run } from "../../../src/runs/run.js";
import { intended } from "../../../src/runs/transitions.js";
import { ownRuns } from "../../../src/slack/home/own-runs.js";

const run = (project: string, requestedAt: number, endedAt: number | null): Run => {
  const intent = {
    key: `${project} ${requestedAt}`,
    project: { id: project, title: `Title of ${project}` },
    options: PLAIN_OPTIONS,
    requester: "U1",
    requestedAt,
    reference: "abcd1234",
  };
  const begun = intended(intent, requestedAt);
  if (endedAt === null) return begun;
  const { key, options, requester, trigger, reference, typicalMs, overdue, again, approval } = begun;
  const base = { key, project: begun.project, options, requester, trigger, requestedAt, reference, typicalMs };
  return { ...base, overdue, again, approval, state: "withdrawn", by: "U1", endedAt };
};
const nobody = () => null;

describe("what a Home tab shows of a person's runs", () => {
  test("in flight by when they were asked for, ended by when they ended, projects by how often", () => {
    const runs = [
      run("a", 1, 90),
      run("b", 2, 50),
      run("a", 3, null),
      run("c", 4, null),
      run("b", 5, 70),
      run("a", 6, 60),
    ];
    const { inFlight, ended, frequent } = ownRuns(runs, nobody);
    expect(inFlight.map(({ key }) => key)).toEqual(["c 4", "a 3"]);
    expect(ended.map(({ key }) => key)).toEqual(["a 1", "b 5", "a 6", "b 2"]);
    expect(frequent).toEqual([
      { id: "a", title: "Title of a", runs: 3 },
      { id: "b", title: "Title of b", runs: 2 },
      { id: "c", title: "Title of c", runs: 1 },
    ]);
  });

  test("the project that is run most comes first, also when another was run later", () => {
    const runs = [
      run("a", 1, 9),
      run("a", 2, 9),
      run("b", 3, 9),
      run("c", 4, 9),
      run("c", 5, 9),
      run("c", 6, 9),
      run("d", 7, 9),
    ];
    expect(ownRuns(runs, nobody).frequent.map(({ id }) => id)).toEqual(["c", "a", "d", "b"]);
  });

  test("a project is called as it is called now", () => {
    expect(ownRuns([run("a", 1, 2)], () => "New title").frequent).toEqual([{ id: "a", title: "New title", runs: 1 }]);
  });

  test("no run is lost or shown twice, whatever their order", () => {
    const any = fc
      .tuple(fc.constantFrom("a", "b", "c"), fc.nat(), fc.option(fc.nat(), { nil: null }))
      .map(([project, at, endedAt]) => run(project, at, endedAt));
    fc.assert(
      fc.property(fc.uniqueArray(any, { selector: ({ key }) => key }), (runs) => {
        const { inFlight, ended, frequent } = ownRuns(runs, nobody);
        expect([...inFlight, ...ended].map(({ key }) => key).sort()).toEqual(runs.map(({ key }) => key).sort());
        expect(frequent.reduce((sum, { runs: count }) => sum + count, 0)).toBe(runs.length);
      }),
    );
  });
});
