// What people copy from the address bar in Hex, in every command.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { shortIdOf } from "../hex/short-id.js";
import type { Project } from "../sandbox/hex/types.js";
import { Harness, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let project: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    project = harness.hex.workspace.addProject({ title: "Revenue" });
    harness.hex.workspace.addProject({ title: "Old name" });
  });
  afterEach(() => harness.stop());

  const paths: [string, (id: string, workspace: string) => string][] = [
    ["a title and a short id", (id) => `/acme/app/Old-name-${shortIdOf(id)}/latest`],
    ["the workspace's id first", (id, workspace) => `/${workspace}/app/${id}/latest`],
    ["a workspace called hex", (id) => `/hex/app/${id}/latest?selectedCellId=018f2a1e-0000-7000-8000-000000000001`],
    ["a short id alone", (id) => `/acme/hex/${shortIdOf(id)}/draft/logic`],
  ];

  test.each(paths)("run, runs and projects take a link with %s", async (_, path) => {
    const link = `${harness.hex.origin}${path(project.id, harness.hex.workspace.orgId)}`;
    await harness.slack.command(`run ${link}`);
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.path).toContain(project.id);
    expect(await harness.ask(`runs ${link}`)).toContain("latest runs of");
    const list = await harness.ask(`projects ${link}`);
    expect(list).toContain("1 project");
    expect(list).toContain("Revenue");
  });

  test("run takes a short id alone, even formatted", async () => {
    await harness.slack.command(`run \`${shortIdOf(project.id)}\` --dry-run`);
    await harness.until(() => harness.requests("runProject").length === 1);
    expect(harness.requests("runProject")[0]?.path).toContain(project.id);
  });

  test("cancel takes the link of a run, and says so when its last part is a session", async () => {
    const run = harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() });
    const version = `${harness.hex.origin}/acme/app/Old-name-${shortIdOf(project.id)}/12`;
    expect(await harness.ask(`cancel ${version}/${run.id}`)).toContain("Hex is stopping");
    for (const status of [400, 403, 404, 422] as const) {
      harness.hex.workspace.invisibleStatus = status;
      const answer = await harness.ask(`cancel ${version}/018f2a1e-0000-7000-8000-00000000000${status % 10}`);
      expect(answer).toContain("may be an app session");
      expect(answer).toContain(`/hex runs ${project.id}`);
    }
    expect(harness.requests("cancelRun")).toHaveLength(1);
  });

  test("cancel also takes the project as a link", async () => {
    const run = harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() });
    const link = `${harness.hex.origin}/acme/hex/x-${shortIdOf(project.id)}/draft/logic`;
    expect(await harness.ask(`cancel ${shortIdOf(run.id)} ${link}`)).toContain("Hex is stopping");
  });

  test("cancel with a project and no run says so, and offers the runs in flight", async () => {
    const link = `${harness.hex.origin}/acme/app/Revenue-${shortIdOf(project.id)}/latest`;
    expect(await harness.ask(`cancel ${link}`)).toContain("none of its runs is in flight");
    harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() - 60_000, durationMs: 1_000 });
    const run = harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() });
    const answer = await harness.ask(`cancel ${link}`);
    expect(answer).toContain("names the project");
    expect(answer).toContain("1 run in flight");
    expect(answer).toContain(run.id);
    await harness.ask("projects");
    expect(await harness.ask(`cancel ${project.id}`)).toContain("1 run in flight");
    expect(harness.requests("cancelRun")).toEqual([]);
  });

  test("cancel takes the project followed by the run", async () => {
    const runs = [1, 2, 3].map(() => harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() }));
    const [first, second, third] = runs.map((run) => run.id);
    const link = `${harness.hex.origin}/acme/app/Revenue-${shortIdOf(project.id)}/latest`;
    expect(await harness.ask(`cancel ${link} ${first}`)).toContain("Hex is stopping");
    expect(await harness.ask(`cancel ${link} ${link}/12/${second}`)).toContain("Hex is stopping");
    await harness.ask("projects");
    expect(await harness.ask(`cancel ${project.id} ${third}`)).toContain("Hex is stopping");
    expect(harness.requests("cancelRun")).toHaveLength(3);
  });

  test("projects shows a project that the list lacks, or says why there is none", async () => {
    await harness.ask("projects");
    const added = harness.hex.workspace.addProject({ title: "Brand new" });
    for (const typed of [added.id, `${harness.hex.origin}/acme/app/x-${shortIdOf(added.id)}/latest`]) {
      const answer = await harness.ask(`projects ${typed}`);
      expect(answer).toContain("1 project");
      expect(answer).toContain("Brand new");
    }
    expect(await harness.ask("projects 018f2a1e-0000-7000-8000-000000000001")).toContain("There is no such project");
  });

  test.each([
    ["https://eu.hex.tech/acme/app/018f2a1e-0000-7000-8000-000000000001/latest", "leads to `eu.hex.tech`"],
    ["ORIGIN/acme/thread/018f2a1e-0000-7000-8000-000000000001", "a Hex thread"],
    ["ORIGIN/acme/home", "Hex's home page"],
    ["ORIGIN/link/0123456789abcdef01234567", "a share link"],
  ])("%s: every command says what the link is and what to do, and sends no request", async (link, text) => {
    for (const command of ["run", "runs", "cancel", "projects"]) {
      expect(await harness.ask(`${command} ${link.replace("ORIGIN", harness.hex.origin)}`)).toContain(text);
    }
    expect(harness.asked).toEqual([]);
  });
});
