// Who did what is recorded, and shown to those who look after the bot.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { auditEntrySchema } from "../../src/audit/audit-entry.js";
import { Harness, MODES } from "./harness.js";

const ALL = "{ allow: [see, run, publish, cancel, watch, silence], people: everyone }";
const ADMIN = "{ allow: administer, people: U0ADALOVELA }";
const STRING = { dataType: "STRING" as const };
const lineSchema = z.object({ audit: auditEntrySchema });

describe.each(MODES)("over %s", (mode) => {
  let harness: Harness;
  let project: { id: string };

  beforeEach(async () => {
    harness = await Harness.start(mode, { idle: true });
    project = harness.hex.workspace.addProject({
      title: "Weekly revenue",
      inputs: { region: STRING, api_key: STRING },
    });
    await harness.startBot();
  });
  afterEach(() => harness.stop());

  /** What the log has of the audit log. */
  const audited = () =>
    harness.log.flatMap((line) => {
      const read = lineSchema.safeParse(JSON.parse(line));
      return read.success ? [read.data.audit] : [];
    });

  test("a run is recorded before Hex is asked, with its inputs, its id in Hex and its end", async () => {
    harness.rules(ALL, ADMIN);
    await harness.slack.command(`run ${project.id} region=EMEA api_key=s3cr3t-0042`);
    await harness.cardShows("Completed");
    const { ada } = harness.slack.people;
    const [asked, started, ended] = audited();
    expect(asked).toMatchObject({
      who: ada.id,
      where: harness.slack.channels.data.id,
      deed: "run",
      project: { id: project.id, title: "Weekly revenue" },
      inputs: { region: "EMEA", api_key: "[hidden]" },
      decision: "allowed",
      rule: { number: 1, name: null },
    });
    const [run] = harness.hex.workspace.runs;
    expect(started).toMatchObject({ result: "started", hexRunId: run?.id, runKey: asked?.runKey });
    expect(ended).toMatchObject({ result: "completed", hexRunId: run?.id });
    const shown = await harness.ask("audit");
    expect(shown).toContain(`<@${ada.id}> ran *Weekly revenue* in <#${harness.slack.channels.data.id}>`);
    expect(shown).toContain("rule 1");
    expect(shown).not.toContain("s3cr3t");
  });

  test("a cancellation, a watch and its end, and a refusal are recorded; reading is not", async () => {
    harness.rules("{ deny: watch, people: U0GRACEHOPP, name: Grace only reads }", ALL, ADMIN);
    await harness.ask("projects");
    await harness.ask("watching");
    await harness.ask("watch Weekly revenue");
    await harness.ask("unwatch Weekly revenue");
    expect(audited().map(({ deed, decision }) => [deed, decision])).toEqual([
      ["watch", "allowed"],
      ["unwatch", "allowed"],
    ]);
  });

  test("only administrators see it; without rules it is in the terminal", async () => {
    expect(await harness.ask("audit")).toContain("npm run audit");
    harness.rules(ALL, ADMIN);
    const { grace } = harness.slack.people;
    expect(await harness.ask("audit", { user: grace })).toContain("You may not");
    expect(audited()).toMatchObject([{ who: grace.id, deed: "administer", decision: "refused", rule: null }]);
    expect(await harness.ask("audit @nobody 3")).toContain("No project is called");
    const shown = await harness.ask("audit @grace 3");
    expect(shown).toContain("was refused: administer");
    expect(await harness.ask("audit Weekly revenue 1 day")).toContain("nothing");
  });

  test("without a place for its entry no run starts, but a cancellation goes on and is entered later", async () => {
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    const store = new Database(join(harness.dataDir, "hex-bot.db"), { timeout: 5_000 });
    store.exec("alter table audit rename to gone");
    expect(await harness.ask(`run ${project.id} --fresh`)).toContain("Nothing was started");
    expect(harness.hex.workspace.runs).toHaveLength(1);
    await harness.person("ada").press(harness.card(), "Cancel");
    await harness.cardShows("Cancelled");
    store.exec("alter table gone rename to audit");
    const entered = () => store.prepare("select id from audit where id like 'cancel %'").all().length === 1;
    await harness.until(entered);
    store.close();
  });
});
