// The projects that the bot knows: available after a restart without a request, and right while Hex fails, changes and sets limits.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manyProjects } from "../sandbox/hex/many-projects.js";
import { breathe, buttonsOf, Harness, MODES, shown } from "./harness.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode, { idle: true });
  });
  afterEach(() => harness.stop());

  const pages = () => harness.requests("listProjects");
  const passes = () => harness.log.filter((line) => line.includes("All projects have been read")).length;
  const read = async (times = 1) => harness.until(() => passes() === times, 2 * SECOND);
  const add = (count: number, title = "Project") => {
    for (let i = 0; i < count; i++) {
      harness.hex.workspace.addProject({ title: `${title} ${i}`, createdAt: harness.clock.now() - (i + 1) * MINUTE });
    }
  };

  test("after a restart, a name is understood without a request, even if Hex cannot be reached", async () => {
    add(130);
    harness.hex.workspace.addProject({ title: "売上レポート" });
    await harness.startBot();
    await read();
    await harness.stopBot();
    await harness.hex.unplug();
    await harness.startBot();
    expect(await harness.ask("run 129")).toContain("Project 129");
    expect(await harness.ask("run 売上")).toContain("売上レポート");
    await harness.hex.plugIn();
    const asked = pages().length;
    await harness.pass(8 * MINUTE, 10 * SECOND);
    expect(pages()).toHaveLength(asked);
  });

  test("while projects are read for the first time, the list shows the known ones and says that there are more", async () => {
    add(450);
    await harness.startBot();
    await harness.until(() => pages().length > 0 && harness.log.join("").includes('"operation":"listProjects"'));
    const first = await harness.ask("projects");
    expect(first).toMatch(/\d00 projects known so far: the bot is still reading the others from Hex/);
    await read();
    const list = await harness.ask("projects");
    expect(list).toContain("*450 projects*");
    expect(list).not.toContain("known so far");
    expect(list).not.toContain("As of");
  });

  // How Slack is reached does not matter here.
  test.skipIf(mode === "socket")(
    "5,000 projects under Hex's limits: all are read, no request is refused, and people are answered in the meantime",
    async () => {
      for (const options of manyProjects(5_000, harness.clock.now())) harness.hex.workspace.addProject(options);
      const { id } = harness.hex.workspace.addProject({
        title: "Board deck",
        createdAt: 1,
        run: { runningMs: 60_000 },
      });
      await harness.startBot();
      await harness.slack.command(`run ${id}`);
      await harness.cardShows("Running");
      await harness.cardShows("Completed");
      await read();
      expect(harness.hex.requests.filter(({ status }) => status === 429)).toEqual([]);
      expect(harness.hex.workspace.projects).toHaveLength(5_001);
      const answer = await harness.ask("runs Board deck");
      expect(answer).not.toContain("known so far");
      expect(answer).toContain("Board deck");
    },
  );

  test("a pass that fails in the middle loses nothing, and after a restart it continues where it was", async () => {
    add(350);
    await harness.startBot();
    await read();
    const before = pages().length;
    await harness.until(() => pages().length === before + 2, 2 * SECOND);
    harness.hex.faults.add({ endpoint: "listProjects", kind: { type: "rateLimited" } });
    harness.hex.faults.add({ endpoint: "listProjects", kind: { type: "status", status: 500 }, times: 2 });
    await harness.until(() => pages().length === before + 5, 2 * SECOND);
    await harness.stopBot();
    await harness.startBot();
    await read(2);
    expect(pages().length).toBeLessThanOrEqual(before + 8);
    expect(await harness.ask("projects")).toContain("*350 projects*");
  });

  test("a project that was renamed, unpublished, trashed or created is shown correctly after the next pass at the latest", async () => {
    add(150);
    const { workspace } = harness.hex;
    const old = workspace.projects.slice(-4);
    await harness.startBot();
    await read();
    const [renamed, unpublished, trashed] = old;
    if (!renamed || !unpublished || !trashed) throw new Error("no projects");
    const { title } = unpublished;
    renamed.title = "Quarterly bookings";
    unpublished.lastPublishedAt = null;
    trashed.trashedAt = harness.clock.now();
    workspace.addProject({ title: "Brand new" });
    expect(await harness.ask("runs brand new")).toContain("Brand new");
    await read(2);
    expect(await harness.ask("projects quarterly bookings")).toContain("*1 project*");
    expect(await harness.ask(`projects ${trashed.title}`)).toContain("No project fits");
    expect(await harness.ask(`projects ${title}`)).toContain("Not published");
    expect(buttonsOf(harness.slack.messages.at(-1) ?? never())).not.toContain("run_project");
  });

  test("with the token of another workspace, only projects that it can see are offered", async () => {
    add(130, "Old report");
    await harness.startBot();
    await read();
    await harness.stopBot();
    const { workspace } = harness.hex;
    workspace.orgId = randomUUID();
    for (const { id } of [...workspace.projects]) workspace.removeProject(id);
    add(230, "New report");
    await harness.startBot();
    await harness.until(() => pages().length > 3);
    expect(await harness.ask("projects")).not.toContain("Old report");
    expect(await harness.ask("run Old report 129")).not.toContain("*Old report 129*");
    await read(2);
    expect(await harness.ask("projects")).toContain("*230 projects*");
    expect(harness.starts).toEqual([]);
  });

  test("a damaged row hides no other project, and is repaired by the next pass", async () => {
    add(3);
    await harness.startBot();
    await read();
    await harness.stopBot();
    const file = new Database(join(harness.dataDir, "hex-bot.db"));
    file.exec("update catalog_projects set doc = '{' where rowid = 1");
    file.close();
    await harness.startBot();
    const asked = pages().length;
    expect(await harness.ask("status")).toContain("what it has stored: 1 project.");
    expect(await harness.ask("run project")).toContain("Project 2");
    await harness.until(() => pages().length > asked + 1, 2 * SECOND);
    await breathe(50);
    expect((await harness.get("/metrics")).text).toContain('hexbot_rows_set_aside{table="catalog_projects"} 0');
    expect(shown(harness.slack.messages.at(-1) ?? never())).toContain("Project");
  });
});

function never(): never {
  throw new Error("there is none");
}
