// Who did what is recorded, and shown to those who look after the bot.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditedIn } from "./audited.js";
import { Harness, MODES, shown } from "./harness.js";

const ALL = "{ allow: [see, run, publish, cancel, watch, silence], people: everyone }";
const ADMIN = "{ allow: administer, people: U0ADALOVELA }";
const STRING = { dataType: "STRING" as const };

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

  const audited = () => auditedIn(harness.log);

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

  test("after a restart, the log doesn't say again what was recorded before it", async () => {
    const long = harness.hex.workspace.addProject({ title: "Monthly", run: { runningMs: 5 * 60_000 } });
    await harness.slack.command(`run ${long.id}`);
    await harness.cardShows("Running");
    await harness.stopBot();
    await harness.startBot();
    await harness.cardShows("Completed");
    expect(audited().map(({ result }) => result)).toEqual([null, "started", "completed"]);
  });

  test("how a run ended that was lost and found again is recorded, and lost stays on record once", async () => {
    harness.rules(ALL, ADMIN);
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
    harness.hex.faults.add({
      endpoint: "listRuns",
      kind: { type: "status", status: 502 },
      times: Number.POSITIVE_INFINITY,
    });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Not known");
    await harness.slack.click(card, "look_again");
    await harness.cardShows("Checking whether the run exists");
    await harness.cardShows("Not known");
    harness.hex.faults.clear();
    await harness.slack.click(card, "look_again");
    await harness.cardShows("Completed");
    const results = () => audited().flatMap(({ result }) => result ?? []);
    expect(results()).toEqual(["lost", "started", "completed"]);
    const told = await harness.ask("audit");
    expect(told).toContain("lost");
    expect(told).toContain("completed");
  });

  test("a lost run whose process died before it was recorded is recorded once, also where an older version did", async () => {
    harness.rules(ALL, ADMIN);
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Not known");
    await harness.stopBot();
    const change = (sql: string) => {
      const store = new Database(join(harness.dataDir, "hex-bot.db"), { timeout: 5_000 });
      store.exec(sql);
      store.close();
    };
    const lost = () => {
      const store = new Database(join(harness.dataDir, "hex-bot.db"), { timeout: 5_000 });
      const ids = store.prepare("select id from audit where json_extract(doc, '$.result') = 'lost'").pluck().all();
      store.close();
      return ids;
    };
    change("delete from audit where id like 'lost %'");
    await harness.startBot();
    await harness.until(() => lost().length === 1);
    await harness.stopBot();
    change("update audit set id = replace(id, 'lost ', 'ended ') where id like 'lost %'");
    await harness.startBot();
    await harness.pass(60_000);
    await harness.slack.click(card, "look_again");
    await harness.cardShows("Checking whether the run exists");
    await harness.cardShows("Not known");
    await harness.pass(60_000);
    expect(lost()).toEqual([expect.stringMatching(/^ended /)]);
  });

  test("guests without rules and people of other workspaces are refused, and what they wanted to do is recorded", async () => {
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Running");
    const before = audited().length;
    const { grace, stranger } = harness.slack.people;
    harness.slack.roles.set(grace.id, "guest");
    await harness.ask(`run ${project.id}`, { user: grace });
    await harness.ask("projects", { user: grace });
    await harness.slack.click(card, "cancel_run", { user: stranger });
    await harness.until(() => audited().length === before + 2);
    const { data } = harness.slack.channels;
    expect(audited().slice(before)).toMatchObject([
      { who: grace.id, where: data.id, deed: "run", decision: "refused", result: "guest", project: null },
      { who: stranger.id, where: data.id, deed: "cancel", decision: "refused", result: "of_another_workspace" },
    ]);
    harness.rules(ALL, ADMIN);
    expect(await harness.ask("audit")).toContain(
      `<@${stranger.id}> was refused: cancel a run in <#${data.id}> · of another workspace`,
    );
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
    expect(shown).toContain("was refused: do what only administrators may do");
    expect(audited().at(-1)).toMatchObject({ deed: "administer", detail: `audit 3 d of ${grace.id}` });
    expect(await harness.ask("audit Weekly revenue 1 day")).toContain("nothing");
    // Slack offers no mention of somebody who has left.
    for (const text of [`audit ${grace.id} 3 days`, `audit Weekly revenue ${grace.id}`])
      expect(await harness.ask(text)).toContain(`*What* <@${grace.id}> *did*`);
  });

  test("to an administrator, nothing was done to a project that they may not see, and nothing is counted", async () => {
    const { grace } = harness.slack.people;
    const seen = harness.hex.workspace.addProject({ title: "Churn" });
    harness.rules(
      `{ allow: [see, watch], people: ${grace.id} }`,
      `{ deny: see, people: everyone, projects: { id: ${project.id} } }`,
      ALL,
      ADMIN,
    );
    const as = { user: grace };
    await harness.ask("projects", as);
    await harness.ask(`watch ${seen.id}`, as);
    for (const text of [`watch ${project.id}`, `digest 08:00 UTC ${project.id}`, `unwatch ${project.id}`, "digest off"])
      await harness.ask(text, as);
    const store = new Database(join(harness.dataDir, "hex-bot.db"), { timeout: 5_000 });
    store.exec(`
      with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 1100)
      insert into audit (id, at, who, project_id, doc)
      select audit.id || n, at, who, project_id, json_set(doc, '$.id', audit.id || n) from audit, numbers
      where audit.id like 'watch %' and project_id = '${project.id}'`);
    store.close();
    const shown = await harness.ask("audit");
    expect(shown).toContain("watched *Churn*");
    expect(shown).not.toContain(project.id);
    expect(shown).not.toMatch(/\d of \d/);
    expect(await harness.ask(`audit ${project.id}`)).toContain("nothing");
  });

  test("what was done to a project that Hex no longer lists is judged by what the project was", async () => {
    const { grace } = harness.slack.people;
    const salaries = harness.hex.workspace.addProject({ title: "Bonus payments", categories: ["Salaries"] });
    harness.rules(
      `{ allow: [see, watch], people: ${grace.id} }`,
      "{ deny: see, people: everyone, projects: { category: Salaries } }",
      ALL,
      ADMIN,
    );
    await harness.ask("projects");
    const gone = [project.id, salaries.id];
    for (const id of gone) await harness.ask(`watch ${id}`, { user: grace });
    for (const id of gone) harness.hex.workspace.project(id).archivedAt = harness.clock.now();
    await harness.until(() => harness.log.some((line) => line.includes('"msg":"All projects have been read"')));
    await harness.pass(25 * 60_000, 10_000);
    const showsWhatWasSeen = async () => {
      for (const asked of ["audit", `audit ${project.id}`])
        expect(await harness.ask(asked)).toContain("watched *Weekly revenue*");
      expect(await harness.ask("audit")).not.toMatch(/Bonus|\d of \d/);
      expect(await harness.ask(`audit ${salaries.id}`)).toContain("nothing");
    };
    await showsWhatWasSeen();
    await harness.stopBot();
    await harness.startBot();
    await showsWhatWasSeen();
  });

  test("where there is nothing to show, an administrator reads where all of it is", async () => {
    harness.rules(ADMIN);
    const told = await harness.ask(`audit ${project.id} 90`);
    expect(told).toContain("nothing that you may see here");
    expect(told).toContain("`npm run audit` on the bot's machine exports all of it");
  });

  test("as many of the latest as a message has room for, and how many there are", async () => {
    harness.rules(
      `{ allow: [see, watch], people: everyone, name: ${"Everybody watches what they like ".repeat(2)}}`,
      ADMIN,
    );
    const long = harness.hex.workspace.addProject({ title: `${"R&D <EU> ".repeat(8)}revenue` });
    for (let i = 0; i < 22; i++) {
      await harness.ask(`watch ${long.id}`);
      await harness.ask(`unwatch ${long.id}`);
      harness.clock.advance(60_000);
    }
    const told = await harness.ask("audit");
    const shownEntries = told.match(/<@U0ADALOVELA>/g) ?? [];
    expect(shownEntries.length).toBeGreaterThan(10);
    expect(shownEntries.length).toBeLessThan(40);
    expect(told).toContain(`These are the latest ${shownEntries.length} of 44.`);
    expect(told).toContain("`npm run audit`");
  });

  test("a run is recorded as asked for by whoever asked for it, even if somebody else tried before", async () => {
    harness.rules(ALL, ADMIN);
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    const store = new Database(join(harness.dataDir, "hex-bot.db"), { timeout: 5_000 });
    const card = harness.card();
    store.exec("alter table cards rename to gone");
    await harness.person("ada").press(card, "Run again");
    await harness.meanwhile(harness.slack.waitForMessage((one) => shown(one).includes("Nothing was started")));
    store.exec("alter table gone rename to cards");
    await harness.person("grace").press(card, "Run again");
    await harness.until(() => harness.hex.workspace.runs.length === 2);
    const who = store.prepare("select who from audit where id like 'asked again:%' order by at, who").pluck().all();
    store.close();
    expect(who).toEqual([harness.slack.people.ada.id, harness.slack.people.grace.id]);
  });

  test("of two people who press Run again at once, one asks for the run, and the log says it of one who came too late", async () => {
    harness.rules(ALL, ADMIN);
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Completed");
    await Promise.all((["ada", "grace"] as const).map((name) => harness.person(name).press(card, "Run again")));
    await harness.until(() => audited().filter(({ result }) => result === "completed").length === 2);
    expect(harness.hex.workspace.runs).toHaveLength(2);
    const again = audited().filter(({ runKey }) => runKey?.startsWith("again:"));
    const asker = again.find(({ result }) => result === "started")?.who;
    // One who sees that it was run again asks for nothing.
    const tried = again.filter(({ decision, who }) => decision === "allowed" && who !== asker).map(({ who }) => who);
    expect(again.filter(({ result }) => result === "too_late").map(({ who }) => who)).toEqual(tried);
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
