// Rules about collections. Hex says which projects are in which only when it is asked, and the bot asks only when rules name some.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

const SEE_BOARD = "{ allow: see, people: everyone, projects: { collection: Board } }";
const SEE_ALL = "{ allow: see, people: everyone }";

describe.each(MODES)("over %s", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode, { idle: true });
    const { workspace } = harness.hex;
    workspace.addProject({ title: "Revenue", sharing: { collections: { Board: "CAN_VIEW" } } });
    workspace.addProject({ title: "Salaries", sharing: { collections: { People: "CAN_EDIT" } } });
    workspace.addProject({ title: "Former plan", sharing: { collections: { Board: "NONE" } } });
  });
  afterEach(() => harness.stop());

  const readings = () => harness.log.filter((line) => line.includes("All projects have been read")).length;
  const asksForSharing = () => harness.hex.requests.filter(({ query }) => query.has("includeSharing"));

  test("decide as soon as the projects are read, and are not asked for before", async () => {
    harness.rules(SEE_ALL);
    await harness.startBot();
    await harness.until(() => readings() === 1);
    expect(await harness.ask("projects")).toContain("Salaries");
    expect(asksForSharing()).toEqual([]);
    harness.rules(SEE_BOARD);
    expect(await harness.ask("projects")).not.toContain("Salaries");
    await harness.until(() => readings() === 2);
    const listed = await harness.ask("projects");
    expect(listed).toContain("Revenue");
    for (const hidden of ["Salaries", "Former plan"]) expect(listed).not.toContain(hidden);
  });

  test("a project that is taken out of its collection is hidden after the next reading, also over a restart", async () => {
    harness.rules(SEE_BOARD);
    await harness.startBot();
    await harness.until(() => readings() === 1);
    await harness.stopBot();
    await harness.startBot();
    expect(await harness.ask("projects")).toContain("Revenue");
    for (const project of harness.hex.workspace.projects) project.sharing.collections = {};
    await harness.until(() => readings() === 2);
    expect(await harness.ask("projects")).not.toContain("Revenue");
  });

  test("where Hex refuses to tell them, the projects are read all the same, and the log says what that means", async () => {
    harness.hex.faults.add({ endpoint: "listProjects", kind: { type: "status", status: 403 }, times: 1 });
    harness.rules("{ allow: see, people: everyone, projects: { title: Salaries } }", SEE_BOARD);
    await harness.startBot();
    await harness.until(() => readings() === 1);
    expect(await harness.ask("projects")).toContain("Salaries");
    const said = harness.log.filter((line) => line.includes("Hex does not tell the bot which collections"));
    expect(said.map((line) => JSON.parse(line))).toMatchObject([{ level: "warn" }]);
  });
});
