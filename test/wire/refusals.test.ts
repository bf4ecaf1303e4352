// What Hex refuses about a start, in its own words, in whichever form it sends them.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test.each(["natural", "reason", "code"] as const)("--view with a name (errors: %s)", async (errorShape) => {
    harness.hex.workspace.errorShape = errorShape;
    const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${id} --view quarterly`);
    const card = shown(await harness.cardShows("Not started"));
    expect(card).toContain("Hex refused to run this project (400)");
    expect(card).toContain("Hex: Invalid input data: viewId");
    expect(card).toContain("`--view` takes the id of a saved view");
    expect(card).not.toMatch(/read the id|Check the id/);
    const dry = await harness.ask(`run ${id} --view quarterly --dry-run`);
    expect(dry).toContain("Hex: Invalid input data: viewId");
  });

  test.each(["issues", "worded", "listed"] as const)(
    "if inputs are refused by %s, people read which and why",
    async (refusedInputs) => {
      harness.hex.workspace.refusedInputs = refusedInputs;
      const { id } = harness.hex.workspace.addProject({ title: "Revenue", inputs: { days: { dataType: "NUMBER" } } });
      await harness.slack.command(`run ${id} days=many regoin=EU`);
      const card = shown(await harness.cardShows("Not started"));
      expect(card).toContain("The published app has no input `regoin`.");
      expect(card).toContain('`days` must be NUMBER, not `"many"`.');
      expect(harness.hex.workspace.runs).toEqual([]);
    },
  );

  test("where Hex ignores an input that the app does not have, nobody is led to believe that it was checked", async () => {
    harness.hex.workspace.unknownInputs = "ignored";
    const { id } = harness.hex.workspace.addProject({ title: "Revenue", inputs: { days: { dataType: "NUMBER" } } });
    expect(await harness.ask(`run ${id} days=7 regoin=EU --dry-run`)).toMatch(
      /Hex would start .*Check the names of the inputs: Hex may ignore one that the published app does not have\./s,
    );
    expect(await harness.ask(`run ${id} --dry-run`)).not.toContain("ignore");
    expect(await harness.ask(`run ${id} days=many regoin=EU --dry-run`)).toContain("`days` must be NUMBER");
  });

  test.each(["issues", "worded", "listed"] as const)(
    "nobody reads the value of an input with a secret's name, refused by %s or not",
    async (refusedInputs) => {
      harness.hex.workspace.refusedInputs = refusedInputs;
      const inputs = { api_key: { dataType: "NUMBER" }, region: { dataType: "STRING" } } as const;
      const { id } = harness.hex.workspace.addProject({ title: "Revenue", inputs });
      await harness.slack.command(`run ${id} api_key=hunter2 region=EU`);
      const card = shown(await harness.cardShows("Not started"));
      expect(card).toContain("api_key=[hidden]");
      expect(card).toContain("region=EU");
      expect(card).toContain("`api_key` must be NUMBER.");
      expect(await harness.ask(`run ${id} api_key=hunter2 --dry-run`)).toContain("`api_key` must be NUMBER.");
      const issues = [{ message: "'hunter2' is too short" }];
      const kind = { type: "status", status: 400, body: { code: "BAD_REQUEST", message: "No", issues } } as const;
      harness.hex.faults.add({ endpoint: "runProject", kind, times: 1 });
      expect(await harness.ask(`run ${id} api_key=hunter2 --dry-run`)).toContain("'…' is too short");
      await harness.slack.command(`run ${id} api_key=424219753108`);
      expect(shown(await harness.cardShows("Running", 1))).toContain("api_key=[hidden]");
      await harness.ask("runs");
      await harness.ask(`run ${id} api_key=424219753108 --dry-run`);
      const ada = harness.person("ada");
      await ada.openHome();
      const home = () => JSON.stringify(ada.home?.view ?? null);
      await harness.until(() => home().includes("api_key"));
      const said = [...harness.slack.messages.map(shown), home(), ...harness.log].join();
      expect(said).not.toMatch(/hunter2|424219753108/);
      expect(harness.starts.at(-1)?.body).toMatchObject({ inputParams: { api_key: 424219753108 } });
    },
  );

  test("nobody reads a secret within an input", async () => {
    const ada = harness.person("ada");
    const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${id} login=[{"user":"etl","password":"hunter2"}]`);
    const card = await harness.cardShows("Not started");
    expect(shown(card)).toContain("`login=[hidden]`");
    expect(harness.starts.at(-1)?.body).toMatchObject({ inputParams: { login: [{ password: "hunter2" }] } });
    const form = await ada.openForm(() => ada.press(card, "Run with changes"));
    const again = await ada.openForm(() => ada.command(`run`));
    const said = [...harness.slack.messages.map(shown), ...harness.log, ...harness.slack.calls.map(({ args }) => args)];
    expect(JSON.stringify([said, form.view.view, again.view.view])).not.toContain("hunter2");
  });
});
