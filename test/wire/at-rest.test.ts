// How often the bot queries its own store while nothing happens. Each statement costs the machine something, day and night.

import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Harness, MODES } from "./harness.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Counts the statements that SQLite runs from now on, on all open files. */
function countStatements(): () => number {
  const file = new Database(":memory:");
  const statements = Object.getPrototypeOf(file.prepare("select 1"));
  file.close();
  // `all` calls `iterate` until the end.
  const spies = [vi.spyOn(statements, "iterate"), vi.spyOn(statements, "run")];
  return () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
}

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  /** Statements per minute, during an hour. */
  async function rate(): Promise<number> {
    const count = countStatements();
    await harness.pass(HOUR);
    return count() / 60;
  }

  test("with no run in flight and nothing watched, it hardly queries its store", async () => {
    expect(await rate()).toBeLessThan(25);
  });

  test("with a long run in flight, it queries its store only a little", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 10 * HOUR } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    expect(await rate()).toBeLessThan(110);
  });

  test("after an hour at rest, a newly watched project is read within seconds", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.pass(HOUR);
    const asked = harness.asked.length;
    await harness.ask(`watch ${project.id}`);
    await harness.pass(5 * SECOND);
    expect(harness.asked.slice(asked).map(({ endpoint }) => endpoint)).toContain("listRuns");
  });
});
