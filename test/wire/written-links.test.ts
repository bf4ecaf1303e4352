// The links to projects that the bot writes: into the workspace, as Hex itself writes them.

import { afterEach, expect, test } from "vitest";
import { Bench, shown } from "./harness.js";

let bench: Bench;
afterEach(() => bench.stop());

test("lists, cards and answers link into the workspace", async () => {
  bench = await Bench.start("http");
  const { workspace } = bench.hex;
  const app = workspace.addProject({ title: "Revenue" });
  const draft = workspace.addProject({ title: "Sketch", published: false });
  const base = `${bench.hex.origin}/${workspace.orgId}`;
  const list = await bench.ask("projects");
  expect(list).toContain(`<${base}/app/${app.id}/latest|Revenue>`);
  expect(list).toContain(`<${base}/hex/${draft.id}/draft/logic|Sketch>`);
  expect(await bench.ask(`run ${draft.id}`)).toContain(`<${base}/hex/${draft.id}/draft/logic|Sketch>`);
  await bench.slack.command(`run ${app.id}`);
  const card = await bench.cardShows("Running");
  const link = `<${base}/app/${app.id}/latest|Revenue>`;
  expect(shown(card)).toContain(link);
  expect(card.history.map((version) => JSON.stringify(version.blocks).includes(link))).not.toContain(false);
  expect(await bench.ask("runs")).toContain(link);
  expect(await bench.ask(`runs ${app.id}`)).toContain(link);
});

test("the workspace is known after a restart, also when Hex does not answer", async () => {
  bench = await Bench.start("socket");
  const { id } = bench.hex.workspace.addProject({ title: "Revenue" });
  await bench.slack.command(`run ${id}`);
  await bench.cardShows("Running");
  await bench.stopBot();
  bench.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
  await bench.startBot();
  expect(await bench.ask("runs")).toContain(
    `${bench.hex.origin}/${bench.hex.workspace.orgId}/app/${id}/latest|Revenue`,
  );
  bench.hex.faults.clear();
});

test("a token that is not told who it is: the workspace of HEX_WORKSPACE_URL, else that of the links of runs", async () => {
  bench = await Bench.start("http", { idle: true });
  const { workspace, origin } = bench.hex;
  const { id } = workspace.addProject({ title: "Revenue" });
  const refused = { endpoint: "me" as const, kind: { type: "status" as const, status: 403 } };
  bench.hex.faults.add({ ...refused, times: Number.POSITIVE_INFINITY });
  await bench.startBot({ HEX_WORKSPACE_URL: `${origin}/acme` });
  expect(await bench.ask("projects")).toContain(`<${origin}/acme/app/${id}/latest|Revenue>`);
  await bench.stopBot();
  await bench.startBot();
  expect(await bench.ask("projects")).toContain(`<${origin}/app/${id}|Revenue>`);
  await bench.slack.command(`run ${id}`);
  await bench.cardShows("Running");
  expect(await bench.ask("projects")).toContain(`<${origin}/simulated/app/${id}/latest|Revenue>`);
  bench.hex.faults.clear();
});
