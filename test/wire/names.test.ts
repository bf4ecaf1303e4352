// Finding a project by its name: what runs right away, when the bot asks first, and that nothing typed is lost on the way.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pings, type SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const HOUR_MS = 3_600_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
  /** The latest answer to one person. */
  const answer = (): SlackMessage => {
    const found = harness.slack.messages.findLast((message) => message.via === "response_url");
    if (!found) throw new Error("there is no answer");
    return found;
  };
  const press = (actionId: string, at = 0) => {
    const values = [...JSON.stringify(answer().blocks).matchAll(/\{"type":"button".*?"value":("(?:[^"\\]|\\.)*")/g)]
      .filter(([button]) => button.includes(`"action_id":"${actionId}"`))
      .map(([, value]) => JSON.parse(value ?? ""));
    return harness.slack.click(answer(), actionId, { value: values[at] });
  };
  const pressed = async (actionId: string, text: string, at = 0): Promise<string> => {
    await press(actionId, at);
    const found = await harness.slack.waitForMessage(
      (message) => message.via === "response_url" && shown(message).includes(text),
    );
    return shown(found);
  };
  const add = (title: string, options: Parameters<typeof harness.hex.workspace.addProject>[0] = {}) =>
    harness.hex.workspace.addProject({ title, inputs, ...options });

  describe("the exact title", () => {
    test.each([
      ["Weekly revenue", "weekly  REVENUE"],
      ["Weekly revenue by region", '"Weekly revenue" by region'],
      ["週次売上（地域別）", "週次売上(地域別)"],
      ["Übersicht Umsätze", "U\u0308BERSICHT umsätze"],
      ["🚀 Launch metrics", "🚀 launch metrics"],
      ["R&D: what’s new – EMEA", "r&d: what's new - emea"],
    ])("%s runs right away, with the inputs typed after it", async (title, typed) => {
      const project = add(title);
      add(`${title} 2`);
      await harness.slack.command(`run ${typed} region="North America" days=30 --fresh`);
      await harness.until(() => harness.starts.length === 1);
      expect(harness.starts[0]?.path).toContain(project.id);
      expect(harness.starts[0]?.body).toEqual({
        inputParams: { region: "North America", days: 30 },
        useCachedSqlResults: false,
      });
    });

    test("with --dry-run is tried right away", async () => {
      add("Weekly revenue");
      expect(await harness.ask("run weekly revenue days=7 --dry-run")).toContain("Hex would start");
      expect(harness.starts).toEqual([]);
    });

    test.each([
      ["another project", {}],
      ["an unpublished project", { published: false }],
    ])("that %s also has is asked about", async (_, twin) => {
      add("Weekly revenue", { ownerEmail: "ada@acme.test" });
      add("weekly Revenue", { ownerEmail: "grace@acme.test", ...twin });
      expect(await harness.ask("run weekly revenue")).toContain("ada@acme.test");
      expect(harness.starts).toEqual([]);
      await press("run_chosen_project");
      await harness.until(() => harness.starts.length === 1);
    });

    test("of an unpublished project gets an answer that says so, and runs it once it is published", async () => {
      const sketch = add("Sketch", { published: false });
      const answer = await harness.ask("run sketch");
      expect(answer).toMatch(
        /\*No published project fits\* `sketch`\.\s+\S*Sketch>\*: \*not published\*, so there is nothing/,
      );
      expect(answer).not.toContain("*No project fits*");
      expect(harness.starts).toEqual([]);
      sketch.lastPublishedAt = harness.clock.now();
      await harness.slack.command("run sketch");
      await harness.until(() => harness.starts.length === 1);
    });
  });

  describe("one clear match", () => {
    test("is asked about, and one press runs it once with everything that was typed", async () => {
      const project = add("Weekly revenue by region", { ownerEmail: "ada@acme.test" });
      const question = await harness.ask('run revenue region region="North America" days=30 --fresh');
      expect(question).toMatch(/Run .*Weekly revenue by region.*\? \(ada@acme\.test\) · published/);
      expect(question).toContain("Inputs `region=North America` `days=30` · fresh SQL");
      await Promise.all([press("run_chosen_project"), press("run_chosen_project")]);
      await harness.until(() => harness.starts.length === 1);
      await harness.cardShows("Completed");
      expect(harness.starts).toHaveLength(1);
      expect(harness.starts[0]?.path).toContain(project.id);
      expect(harness.starts[0]?.body).toEqual({
        inputParams: { region: "North America", days: 30 },
        useCachedSqlResults: false,
      });
      const texts = harness.slack.messages.map(shown);
      expect(texts.some((text) => text.includes("That button has already started a run"))).toBe(true);
      expect(texts.some((text) => text.includes("Asking Hex to run"))).toBe(true);
    });

    test("Not this one shows the others instead, and they keep what was typed", async () => {
      add("Revenue forecast EMEA");
      const other = add("Revenues forcast APAC", {
        ownerEmail: "grace@acme.test",
        categories: ["Finance"],
        status: "Approved",
      });
      expect(await harness.ask("run revenue forecast days=7")).toMatch(/^Run .*EMEA/);
      const others = await pressed("other_projects", "Other projects that you may have meant");
      expect(others).not.toContain("EMEA");
      expect(others).toContain("grace@acme.test · Finance · `Approved` · published");
      expect(others).toContain("`days=7`");
      await press("run_chosen_project");
      await harness.until(() => harness.starts.length === 1);
      expect(harness.starts[0]?.path).toContain(other.id);
      expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 7 } });
    });

    test.each([
      ["in the button", "North America"],
      ["in the store", "North ".repeat(400).trim()],
    ])("Change inputs… opens the form with what was typed, kept %s", async (_, region) => {
      add("Weekly revenue by region");
      await harness.ask(`run revenue region="${region}" days=30 --fresh`);
      await press("change_inputs");
      await harness.until(() => harness.slack.views.length === 1);
      const form = JSON.stringify(harness.slack.views[0]);
      expect(form).toContain("Weekly revenue by region");
      expect(form).toContain(region.slice(0, 60));
      expect(form).toContain('"initial_value":"30"');
      expect(harness.starts).toEqual([]);
    });

    test("with --dry-run offers a dry run, and starts nothing", async () => {
      add("Weekly revenue");
      expect(await harness.ask("run revenue days=7 --dry-run")).toContain("Dry run of");
      expect(await pressed("run_chosen_project", "Hex would start")).toContain("`days=7`");
      expect(harness.requests("runProject")[0]?.body).toEqual({ inputParams: { days: 7 }, dryRun: true });
      expect(harness.starts).toEqual([]);
      expect(harness.cards).toEqual([]);
    });

    test("for a link without an id is asked about, even if a title is exactly the same", async () => {
      add("Weekly revenue");
      const link = `${harness.hex.origin}/acme/app/Weekly-revenue/latest`;
      expect(await harness.ask(`run ${link}`)).toMatch(/^Run .*Weekly revenue/);
      expect(harness.starts).toEqual([]);
    });

    test("is found by its owner, its category, a mistyped word, and an emoji as Slack writes it", async () => {
      add("🚀 Launch metrics", { ownerEmail: "grace@acme.test", categories: ["Marketing"] });
      for (const typed of ["launch grace", "marketing", "lanch metrisc", ":rocket: launch metrics"]) {
        expect(await harness.ask(`run ${typed}`), typed).toMatch(/^Run .*Launch metrics/);
      }
    });

    test("that is unpublished in between is refused, and nothing starts", async () => {
      const project = add("Weekly revenue");
      await harness.ask("run revenue");
      project.lastPublishedAt = null;
      await press("run_chosen_project");
      await harness.cardShows("not published");
      expect(harness.hex.workspace.runs).toEqual([]);
    });

    test("whose title contains pings and formatting causes neither", async () => {
      add("<!channel> *Revenue* & `co` <https://evil.test|click>");
      await harness.ask("run revenue channel");
      await press("run_chosen_project");
      await harness.cardShows("Running");
      expect(harness.slack.messages.flatMap(pings).filter((ping) => ping.startsWith("<!"))).toEqual([]);
    });
  });

  describe("several matches", () => {
    test("are shown five at a time, the best first, and None of these keeps what was typed", async () => {
      for (let i = 0; i < 12; i++) add(`Quarterly revenue ${String(i).padStart(2, "0")} of all regions`);
      const best = add("Quarterly revenue");
      add("Quarterly revenue", { published: false });
      add("Other");
      const first = await harness.ask("run quarterly rev days=7");
      expect(first).toContain("13 projects fit");
      expect(first).toContain("8 others fit too");
      expect(first.indexOf(`${best.id}/latest`)).toBeLessThan(first.indexOf("of all regions"));
      const numbers = (): string[] => shown(answer()).match(/revenue \d\d/g) ?? [];
      const seen = numbers();
      for (const edits of [1, 2]) {
        await press("other_projects");
        await harness.until(() => answer().edits === edits);
        expect(shown(answer())).toContain("`days=7`");
        seen.push(...numbers());
      }
      expect(new Set(seen).size).toBe(12);
      expect(seen).toHaveLength(12);
      expect(buttonsOf(answer())).not.toContain("other_projects");
      await press("run_chosen_project", 1);
      await harness.until(() => harness.starts.length === 1);
      expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 7 } });
    });

    test("with the same title and nothing that tells them apart show their ids", async () => {
      const twins = [add("Weekly revenue"), add("Weekly revenue")];
      const list = await harness.ask("run weekly revenue");
      for (const { id } of twins) expect(list).toContain(`\`${id}\``);
    });

    test("with the same title have buttons that a screen reader tells apart", async () => {
      const twins = [add("Weekly revenue"), add("Weekly revenue")];
      const labels = () =>
        [...JSON.stringify(answer().blocks).matchAll(/"accessibility_label":"([^"]+)"/g)].map(([, label]) => label);
      await harness.ask("run weekly revenue");
      expect(labels()).toEqual(expect.arrayContaining(twins.map(({ id }) => `Run: Weekly revenue, ${id}`)));
      await harness.ask("projects");
      for (const { id } of twins) {
        expect(labels()).toContain(`Run Weekly revenue, ${id}`);
        expect(labels().filter((label) => label?.endsWith(id))).toHaveLength(2);
      }
    });

    test("with long titles that begin alike show where they differ", async () => {
      const path = "Finance / Consolidated reporting / Management accounts of the group / Quarterly close / ".repeat(2);
      add(`${path}EMEA`);
      add(`${path}APAC`);
      const list = await harness.ask("run quarterly close");
      expect(list).toContain("EMEA");
      expect(list).toContain("APAC");
    });
  });

  test("if nothing matches, the most similar spellings are shown, each with Run", async () => {
    add("Weekly revenue");
    const answered = await harness.ask("run weekly zebra revenu days=7");
    expect(answered).toContain("*No project fits* `weekly zebra revenu`. Did you mean one of these?");
    await press("run_chosen_project");
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 7 } });
    expect(await harness.ask("run zzzzzz")).toContain("look through `/hex projects`");
  });

  test("an id or a link with other words next to it is explained, and nothing is asked", async () => {
    const project = add("Weekly revenue");
    for (const typed of [`${project.id} now`, `weekly ${harness.hex.origin}/acme/app/${project.id}/latest revenue`]) {
      expect(await harness.ask(`run ${typed}`)).toContain("Write either the project's name, or its id or link");
    }
    expect(harness.asked).toEqual([]);
  });

  test("words after an input are not a name: the answer says what to type, and nothing is asked", async () => {
    expect(await harness.ask("run weekly revenue region=North America")).toContain('`region="North America"`');
    expect(await harness.ask("run weekly --fresh revenue")).toContain("`/hex run weekly revenue …`");
    expect(await harness.ask("run weekly days= 7")).toContain("`days=7`, without spaces");
    expect(harness.asked).toEqual([]);
  });

  describe("what is too long for a button", () => {
    const long = "North ".repeat(400).trim();

    test("is kept for a day, through every step and a restart, and starts one run", async () => {
      for (let i = 0; i < 7; i++) add(`Weekly revenue ${i}`);
      await harness.ask(`run weekly revenue region="${long}" days=7`);
      await harness.stopBot();
      await harness.startBot();
      await pressed("other_projects", "Other projects that you may have meant");
      await harness.pass(20 * HOUR_MS, HOUR_MS);
      await Promise.all([press("run_chosen_project"), press("run_chosen_project")]);
      await harness.cardShows("Completed");
      expect(harness.starts.map(({ body }) => body)).toEqual([{ inputParams: { region: long, days: 7 } }]);
    });

    test.each(["run_chosen_project", "other_projects"])(
      "is gone after a week: %s says so, and starts nothing",
      async (id) => {
        for (let i = 0; i < 7; i++) add(`Weekly revenue ${i}`);
        await harness.ask(`run weekly revenue region="${long}"`);
        await harness.pass(7 * 24 * HOUR_MS, 6 * HOUR_MS);
        await press(id);
        await harness.slack.waitForMessage((message) => shown(message).includes("Type the command again"));
        expect(harness.starts).toEqual([]);
        expect(harness.cards).toEqual([]);
      },
    );
  });

  test("somebody who types only words from a title gets a running card with one press", async () => {
    add("Weekly revenue by region");
    await harness.ask("run revenue");
    await press("run_chosen_project");
    await harness.cardShows("Running");
  });

  test("/hex projects with mistyped words shows the most similar spellings, each with Run", async () => {
    add("🚀 Launch metrics");
    add("Monthly churn");
    for (const typed of ["lanch metrisc", ":rocket: launch"]) {
      const list = await harness.ask(`projects ${typed}`);
      expect(list).toContain("The nearest by spelling");
      expect(list).toContain("Launch metrics");
      expect(list).not.toContain("churn");
    }
    await press("run_project");
    await harness.until(() => harness.starts.length === 1);
  });

  test("/hex runs with a name shows the runs of the one matching project, and asks if several match", async () => {
    const emea = add("Weekly revenue EMEA");
    harness.hex.workspace.startRun(emea.id, { startedAt: harness.clock.now() });
    add("Weekly revenue APAC");
    expect(await harness.ask("runs revenue emea")).toContain("The latest runs of");
    const list = await harness.ask("runs revenue");
    expect(list).toContain("2 projects fit");
    expect(buttonsOf(answer())).toEqual(["show_chosen_project", "show_chosen_project"]);
    const at = list.indexOf("EMEA") < list.indexOf("APAC") ? 0 : 1;
    expect(await pressed("show_chosen_project", "The latest runs of", at)).toContain("EMEA");
  });

  describe("/hex cancel", () => {
    test("with a name offers the project's runs in flight, whoever started them", async () => {
      const project = add("Weekly revenue", { run: { neverEnds: true } });
      add("Other");
      await harness.slack.command("run weekly revenue");
      await harness.cardShows("Running");
      harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() });
      expect(await harness.ask("cancel revenue")).toContain("2 runs in flight");
      await press("cancel_hex_run");
      await harness.until(() => harness.requests("cancelRun").length === 1);
      expect(await harness.ask("cancel zzzz")).toContain("No project fits");
    });

    test("with a name that several projects match asks which one, and shows its runs", async () => {
      const emea = add("Weekly revenue EMEA", { run: { neverEnds: true } });
      add("Weekly revenue APAC");
      harness.hex.workspace.startRun(emea.id, { startedAt: harness.clock.now() });
      const list = await harness.ask("cancel weekly");
      expect(list).toContain("2 projects fit");
      const at = list.indexOf("EMEA") < list.indexOf("APAC") ? 0 : 1;
      expect(await pressed("show_chosen_project", "1 run in flight", at)).toContain("EMEA");
    });

    test("with a run's id and a project's name cancels a run that was not started here", async () => {
      const project = add("Weekly revenue", { run: { neverEnds: true } });
      const run = harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() });
      expect(await harness.ask(`cancel ${run.id} weekly revenue`)).toContain("Hex is stopping");
    });

    test("of a run that waits for a kernel withdraws it", async () => {
      add("Weekly revenue");
      harness.hex.workspace.kernelsBusy = 25;
      await harness.slack.command("run weekly revenue");
      await harness.cardShows("Waiting to start");
      expect(await harness.ask("cancel revenue")).toContain("1 run in flight");
      await press("cancel_listed_run");
      await harness.slack.waitForMessage((message) => shown(message).includes("will not be started"));
      await harness.cardShows("Not started");
    });

    test("alone lists the runs in flight in this channel, and those that the person started anywhere", async () => {
      const { people, channels } = harness.slack;
      const places = { here: channels.data, elsewhere: channels.general };
      const starts = [
        ["Mine here", people.ada, places.here],
        ["Mine elsewhere", people.ada, places.elsewhere],
        ["Theirs here", people.grace, places.here],
        ["Theirs elsewhere", people.grace, places.elsewhere],
      ] as const;
      for (const [title] of starts) add(title, { run: { neverEnds: true } });
      for (const [title, user, channel] of starts) await harness.slack.command(`run ${title}`, { user, channel });
      await harness.until(() => harness.cards.filter((card) => shown(card).includes("Running")).length === 4);
      const list = await harness.ask("cancel", { user: people.ada, channel: places.here });
      expect(list).toContain("3 runs in flight");
      expect(list).not.toContain("Theirs elsewhere");
      expect(list).toContain(`in <#${places.elsewhere.id}>`);
      expect(list.indexOf("Theirs here")).toBeGreaterThan(list.indexOf("Mine elsewhere"));
      await press("cancel_hex_run");
      await harness.until(() => harness.requests("cancelRun").length === 1);
    });

    test("with a name while Hex does not answer shows the runs that the bot tracks", async () => {
      add("Weekly revenue", { run: { neverEnds: true } });
      await harness.slack.command("run weekly revenue");
      await harness.cardShows("Running");
      harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "status", status: 500 }, times: 9 });
      const list = await harness.ask("cancel revenue");
      expect(list).toContain("1 run in flight");
      expect(list).toContain("The bot could not ask Hex");
    });
  });
});

test("until all projects have been read, even an exact title is asked about, and the answer says how many are known", async () => {
  const harness = await Harness.start("http", { idle: true });
  try {
    for (let i = 0; i < 3_000; i++) harness.hex.workspace.addProject({ title: `Project ${i}` });
    harness.hex.workspace.addProject({ title: "Weekly revenue", createdAt: harness.clock.now() + 1 });
    await harness.startBot();
    const answered = await harness.ask("run weekly revenue");
    expect(answered).toMatch(/^Run .*Weekly revenue/);
    expect(answered).toMatch(/\d+ projects known so far: the bot is still reading the others/);
    expect(harness.starts).toEqual([]);
  } finally {
    await harness.stop();
  }
});
