// The bot's links to projects lead into the workspace, like Hex's own.

import { afterEach, expect, test } from "vitest";
import { Harness, shown } from "./harness.js";

let harness: Harness;
afterEach(() => harness.stop());

test("lists, cards and answers link into the workspace", async () => {
  harness = await Harness.start("http");
  const { workspace } = harness.hex;
  const app = workspace.addProject({ title: "Revenue" });
  const draft = workspace.addProject({ title: "Sketch", published: false });
  const base = `${harness.hex.origin}/${workspace.orgId}`;
  const list = await harness.ask("projects");
  expect(list).toContain(`<${base}/app/${app.id}/latest|Revenue>`);
  expect(list).toContain(`<${base}/hex/${draft.id}/draft/logic|Sketch>`);
  expect(await harness.ask(`run ${draft.id}`)).toContain(`<${base}/hex/${draft.id}/draft/logic|Sketch>`);
  await harness.slack.command(`run ${app.id}`);
  const card = await harness.cardShows("Running");
  const link = `<${base}/app/${app.id}/latest|Revenue>`;
  expect(shown(card)).toContain(link);
  expect(card.history.map((version) => JSON.stringify(version.blocks).includes(link))).not.toContain(false);
  expect(await harness.ask("runs")).toContain(link);
  expect(await harness.ask(`runs ${app.id}`)).toContain(link);
});

test("the workspace is known after a restart, even if Hex does not answer", async () => {
  harness = await Harness.start("socket");
  const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
  await harness.slack.command(`run ${id}`);
  await harness.cardShows("Running");
  await harness.stopBot();
  harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
  await harness.startBot();
  expect(await harness.ask("runs")).toContain(
    `${harness.hex.origin}/${harness.hex.workspace.orgId}/app/${id}/latest|Revenue`,
  );
  harness.hex.faults.clear();
});

test("for a token without an identity, links use the workspace of HEX_WORKSPACE_URL, or else that of the run links", async () => {
  harness = await Harness.start("http", { idle: true });
  const { workspace, origin } = harness.hex;
  const { id } = workspace.addProject({ title: "Revenue" });
  const refused = { endpoint: "me" as const, kind: { type: "status" as const, status: 403 } };
  harness.hex.faults.add({ ...refused, times: Number.POSITIVE_INFINITY });
  await harness.startBot({ HEX_WORKSPACE_URL: `${origin}/acme` });
  expect(await harness.ask("projects")).toContain(`<${origin}/acme/app/${id}/latest|Revenue>`);
  await harness.stopBot();
  await harness.startBot();
  expect(await harness.ask("projects")).toContain(`<${origin}/app/${id}|Revenue>`);
  await harness.slack.command(`run ${id}`);
  await harness.cardShows("Running");
  expect(await harness.ask("projects")).toContain(`<${origin}/simulated/app/${id}/latest|Revenue>`);
  harness.hex.faults.clear();
});
