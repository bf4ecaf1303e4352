// Runs of projects that somebody may not see do not exist for them, unless they asked for them. And what the rules let people run and
// cancel, where the table of deeds does not say it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const SEE = "{ allow: see, people: everyone }";
const ALL = "{ allow: [see, run, publish, cancel], people: everyone }";
const HIDE_FINANCE = "{ deny: see, people: everyone, projects: { category: Finance } }";
const TYPED = "… or type a title, id or link";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let revenue: Project;
  let salaries: Project;

  beforeEach(async () => {
    bench = await Harness.start(mode, { idle: true });
    const inputs = { region: { dataType: "STRING" as const } };
    const { workspace } = bench.hex;
    revenue = workspace.addProject({
      title: "Weekly revenue",
      categories: ["Sales"],
      run: { neverEnds: true },
      inputs,
    });
    salaries = workspace.addProject({
      title: "Weekly salaries",
      categories: ["Finance"],
      run: { neverEnds: true },
      inputs,
    });
    await bench.startBot();
    await bench.ask("projects");
  });
  afterEach(() => bench.stop());

  const ada = () => bench.person("ada");
  const grace = () => bench.person("grace");
  const hideFinance = () => bench.rules(HIDE_FINANCE, ALL);
  const runsOf = ({ id }: Project) => bench.hex.workspace.runs.filter(({ projectId }) => projectId === id);
  const cardOf = async ({ title }: Project) => {
    const find = () => bench.cards.findLast((card) => shown(card).includes(title) && shown(card).includes("Running"));
    await bench.until(() => find() !== undefined);
    return find() as SlackMessage;
  };
  const bothRun = async () => {
    for (const project of [revenue, salaries]) {
      await grace().command(`run ${project.id} region=EMEA`);
      await cardOf(project);
    }
  };

  describe("lists of runs", () => {
    test("leave out those of hidden projects, and do not count them", async () => {
      await bothRun();
      expect(await bench.ask("runs")).toContain("2 runs in flight");
      hideFinance();
      const listed = await bench.ask("runs");
      expect(listed).toContain("1 run in flight");
      expect(listed).not.toContain("salaries");
      const offered = await bench.ask("cancel");
      expect(offered).toContain("1 run in flight");
      expect(offered).not.toContain("salaries");
    });

    test("show the latest that somebody may see, however many they may not see ended since", async () => {
      await grace().command(`run ${revenue.id}`);
      await cardOf(revenue);
      for (const { id } of runsOf(revenue)) bench.hex.workspace.finishRun(id, "COMPLETED");
      for (let count = 0; count < 6; count++) {
        await grace().command(`run ${salaries.id}`);
        await cardOf(salaries);
        for (const { id } of runsOf(salaries)) bench.hex.workspace.finishRun(id, "COMPLETED");
        await bench.until(() => !bench.cards.some((card) => shown(card).includes("Running")));
      }
      hideFinance();
      expect(await bench.ask("runs")).toContain("Weekly revenue");
    });

    test("have one's own, whatever one may see", async () => {
      await bothRun();
      hideFinance();
      expect(await bench.ask("cancel", { user: grace().person })).toContain("Weekly salaries");
      expect(await bench.ask("runs", { user: grace().person })).toContain("2 runs in flight");
    });

    test("of a hidden project are those of one that is not there, by its id and by its link", async () => {
      hideFinance();
      const nowhere = "11111111-2222-4333-8444-555555555555";
      for (const command of ["runs", "cancel"]) {
        const asked = async (id: string) => (await bench.ask(`${command} ${id}`)).replaceAll(/[0-9a-f]{8}(?!-)/g, "");
        const link = (id: string) => `${bench.hex.origin}/acme/hex/${id}/draft/logic`;
        expect(await asked(link(salaries.id))).toBe(await asked(link(nowhere)));
        expect(await asked(link(salaries.id))).toContain("There is no such project");
      }
      expect(bench.requests("listRuns").filter(({ path }) => path.includes(salaries.id))).toEqual([]);
    });

    test("are not shown by a button that was drawn when the project was not hidden", async () => {
      const { id } = await ada().command("runs weekly");
      const choice = await bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id));
      hideFinance();
      const value = JSON.parse(
        /"value":"((?:[^"\\]|\\.)*)"/.exec(JSON.stringify(choice.blocks))?.[1]?.replaceAll('\\"', '"') ?? "{}",
      );
      await bench.slack.click(choice, "show_chosen_project", {
        stale: {
          blocks: [
            {
              type: "actions",
              elements: [
                {
                  type: "button",
                  action_id: "show_chosen_project",
                  text: { type: "plain_text", text: "Show runs" },
                  value: JSON.stringify({ ...value, project: salaries.id }),
                },
              ],
            },
          ],
        },
      });
      await bench.slack.waitForMessage((message) => shown(message).includes("There is no such project"));
    });
  });

  describe("cancelling", () => {
    test("one's own run takes no right, not even that to see its project", async () => {
      await ada().command(`run ${salaries.id}`);
      const card = await cardOf(salaries);
      bench.rules("{ deny: see, people: everyone, projects: { category: Finance } }", SEE);
      await ada().press(card, "Cancel");
      await bench.until(() => runsOf(salaries).every(({ status }) => status === "KILLED"));
      await bench.until(() => shown(card).includes("Cancelled"));
    });

    test("somebody else's run is refused with who may: its requester, and those whom the rules name", async () => {
      await bothRun();
      bench.slack.groups.set("S0DATATEAM2", new Set());
      bench.rules(
        SEE,
        "{ allow: cancel, people: [S0DATATEAM2, admins, owner] }",
        "{ allow: cancel, people: U0SOMEBODY, channels: C0ELSEWHERE }",
      );
      const [run] = runsOf(revenue);
      const answer = await bench.ask(`cancel ${run?.id}`);
      expect(answer).toContain("You may not* cancel runs of *Weekly revenue* here. No rule allows it.");
      expect(answer).toContain(
        `Ask <@${grace().id}>, <!subteam^S0DATATEAM2>, an admin of the workspace or the project's owner: they may.`,
      );
      expect(answer).not.toContain("U0SOMEBODY");
      expect(bench.requests("cancelRun")).toEqual([]);
    });

    test("a run that nobody may cancel here says whom to ask", async () => {
      const run = bench.hex.workspace.startRun(revenue.id, { startedAt: bench.clock.now() });
      bench.rules(SEE);
      expect(await bench.ask(`cancel ${run.id} ${revenue.id}`)).toContain("ask whoever looks after the bot");
      expect(bench.requests("getRun")).toEqual([]);
    });

    test("at most a handful of those who may are named", async () => {
      await bothRun();
      const people = ["U0AAAAA", "U0BBBBB", "U0CCCCC", "U0DDDDD", "U0EEEEE", "U0FFFFF"];
      bench.rules(SEE, `{ allow: cancel, people: [${people}] }`);
      expect(await bench.ask(`cancel ${runsOf(revenue)[0]?.id}`)).toContain("<@U0DDDDD> or 2 others: they may.");
    });

    test("a hidden project's run by the id of a visible project reaches nothing", async () => {
      await bothRun();
      hideFinance();
      await bench.ask(`cancel ${runsOf(salaries)[0]?.id} ${revenue.id}`);
      expect(bench.requests("cancelRun")).toEqual([]);
      expect(runsOf(salaries)[0]?.status).toBe("RUNNING");
    });
  });

  describe("the form", () => {
    const here = () => bench.slack.channels.data.id;

    test("is judged where it was opened, in its picker too", async () => {
      bench.rules(SEE, `{ allow: run, people: everyone, channels: ${here()}, projects: { category: Sales } }`);
      const form = await ada().openForm(() => ada().command("run"));
      expect(await form.search("Project", "weekly")).toEqual(["Weekly revenue"]);
      await form.pick("Project", "weekly");
      await form.shows("Hex does not list");
      await form.submit();
      await bench.until(() => bench.starts.length === 1);
    });

    test("that a shortcut opened has no place, and choosing one for the card gives no right", async () => {
      bench.rules(SEE, `{ allow: run, people: everyone, channels: ${here()} }`);
      const form = await ada().openForm(() => ada().shortcut("run_project", { channel: bench.slack.channels.data }));
      expect(await form.search("Project", "weekly")).toEqual([]);
      await form.submit({ [TYPED]: revenue.id, "Where the card goes": bench.slack.channels.data });
      expect(ada().form?.text).toContain("*You may not* run *Weekly revenue* here. No rule allows it.");
      expect(bench.requests("runProject")).toEqual([]);
      expect(bench.cards).toEqual([]);
    });

    test("says beside the project that it may not be run, and keeps the one before", async () => {
      bench.rules(SEE, "{ deny: run, people: everyone, projects: { category: Finance } }", ALL);
      const form = await ada().openForm(() => ada().command("run"));
      await form.pick("Project", "revenue");
      await form.shows("Hex does not list");
      await form.fill({ [TYPED]: salaries.id }, { enter: true });
      await form.shows("You may not run “Weekly salaries” here. A rule forbids it.");
      expect(form.value("Project")).toEqual([revenue.id]);
    });

    test("goes back to the project before when one is picked that can no longer be run", async () => {
      const form = await ada().openForm(() => ada().command("run"));
      await form.pick("Project", "revenue");
      await form.shows("Hex does not list");
      await form.search("Project", "salaries");
      bench.rules("{ deny: run, people: everyone, projects: { category: Finance } }", ALL);
      await form.fill({ Project: "Weekly salaries" });
      await form.shows("You may not run “Weekly salaries” here. A rule forbids it.");
      expect(form.value("Project")).toEqual([revenue.id]);
    });

    test("shows no inputs of a hidden project whose link is typed", async () => {
      await bothRun();
      hideFinance();
      const form = await ada().openForm(() => ada().command("run"));
      await form.fill({ [TYPED]: salaries.id }, { enter: true });
      await form.shows("Hex does not list");
      expect(form.text).not.toMatch(/region|EMEA|salaries/);
      await form.submit();
      expect(form.text).not.toMatch(/region|EMEA|salaries/);
      expect(form.errorAt("Project")).toContain("There is no such project");
    });
  });

  test("the search field on the Home tab shows what may be seen and run without a place", async () => {
    bench.rules("{ allow: see, people: everyone }", `{ allow: run, people: everyone, projects: { category: Sales } }`);
    await ada().openHome();
    const home = await ada().homeShows(({ view }) => JSON.stringify(view).includes("home_search"));
    const blockId = /"block_id":"(search \d+)"/.exec(JSON.stringify(home.view))?.[1] ?? "";
    const { options } = await bench.slack.search(home, { blockId, actionId: "home_search" }, "weekly");
    expect(options).toEqual([expect.objectContaining({ value: revenue.id })]);
  });
});
