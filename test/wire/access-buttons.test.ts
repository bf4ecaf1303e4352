// What is for one person alone has no buttons for what that person may not do.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { PersonInSlack, SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const SEE = "{ allow: see, people: everyone }";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let revenue: Project;
  let salaries: Project;
  beforeEach(async () => {
    bench = await Harness.start(mode);
    revenue = bench.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Sales"] });
    salaries = bench.hex.workspace.addProject({ title: "Weekly salaries", categories: ["Finance"] });
    bench.hex.workspace.addProject({ title: "Payroll by month", categories: ["Finance"] });
    await bench.ask("projects");
  });
  afterEach(() => bench.stop());

  const ada = () => bench.person("ada");
  const grace = () => bench.person("grace");
  /** Everybody sees all, and may do these to what is about sales. */
  const onSales = (verbs: string) =>
    bench.rules(`{ allow: [${verbs}], people: everyone, projects: { category: Sales } }`, SEE);
  const answerTo = async (text: string): Promise<SlackMessage> => {
    const { id } = await grace().command(text);
    return bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id));
  };
  const read = async (text: string) => {
    const answer = await answerTo(text);
    return { text: shown(answer), buttons: buttonsOf(answer) };
  };

  test("the list of projects has Run beside those that they may run", async () => {
    onSales("run");
    const { text, buttons } = await read("projects weekly");
    expect(text).toContain("*2 projects*");
    expect(text).toMatch(/Weekly salaries.*\n.*\n_You may not run it here\._/);
    expect(text.match(/You may not/g)).toHaveLength(1);
    expect(buttons).toEqual(["run_project", "run_project_form"]);
  });

  test("of several that fit, those are offered that they may run", async () => {
    onSales("run");
    const { text, buttons } = await read("run weekly");
    expect(text).toContain("Run *<");
    expect(text).toContain("Weekly revenue");
    expect(text).not.toContain("salaries");
    expect(text).toContain(":lock: 1 other also fits, but you may not run it here.");
    expect(buttons).toEqual(["run_chosen_project", "change_inputs"]);
    expect((await read("runs weekly")).buttons).toEqual(["show_chosen_project", "show_chosen_project"]);
  });

  test("of what they may not run, they read that", async () => {
    onSales("run");
    const one = await read("run payroll");
    expect(one.text).toContain("Payroll by month");
    expect(one.text).toContain(":lock: You may not run it here. If you need to, ask whoever looks after the bot.");
    expect(one.buttons).toEqual([]);
    bench.rules(SEE);
    const several = await read("run weekly");
    expect(several.text).toContain("*2 projects fit* `weekly`.\n:lock: You may not run them here.");
    expect(several.buttons).toEqual([]);
    const nearest = await read("run paryoll xyzzy");
    expect(nearest.text).toMatch(/nearest by spelling:\n:lock: You may not run it here\./);
    expect(nearest.buttons).toEqual([]);
  });

  test("of similar names, those come first that they may run", async () => {
    for (const name of ["Revenua", "Revenub", "Revenuc", "Revenud", "Revenuf"])
      bench.hex.workspace.addProject({ title: name, categories: ["Finance"] });
    await bench.ask("projects");
    await bench.pass(70_000);
    await bench.ask("projects");
    onSales("run");
    const { text, buttons } = await read("run revenux xyzzy");
    expect(text).toContain("Did you mean one of these?");
    expect(text).toContain("Weekly revenue");
    expect(text).not.toContain("Revenua");
    expect(buttons).toEqual(["run_chosen_project"]);
  });

  test("what they may not publish has no button that publishes", async () => {
    bench.rules("{ allow: [see, run], people: everyone }");
    const { text, buttons } = await read("run weekly --publish");
    expect(text).toContain("You may not run and publish them here");
    expect(buttons).toEqual([]);
    expect((await read("run weekly")).buttons).toContain("run_chosen_project");
  });

  test("of several that fit, those are offered that they may watch", async () => {
    onSales("watch");
    const { text, buttons } = await read("watch weekly");
    expect(text).toContain("Watch *<");
    expect(text).toContain(":lock: 1 other also fits, but you may not watch it here.");
    expect(buttons).toEqual(["watch_chosen_project"]);
    expect((await read("run weekly")).buttons).toEqual([]);
  });

  test("what waits for an approval can be asked for", async () => {
    bench.rules(`{ allow: run, people: everyone, needs: "approval by ${ada().id}" }`, SEE);
    expect((await read("projects revenue")).buttons).toEqual(["run_project", "run_project_form"]);
    expect((await read("run weekly revenu")).buttons).toContain("run_chosen_project");
  });

  test("where they are decides, and a card in a channel has all buttons", async () => {
    const { team, data } = bench.slack.channels;
    bench.rules(`{ allow: [run, cancel], people: everyone, channels: ${data.id} }`, SEE);
    expect((await read("projects revenue")).buttons).toContain("run_project");
    const { id } = await grace().command("projects revenue", { channel: team });
    const elsewhere = await bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id));
    expect(buttonsOf(elsewhere)).toEqual([]);
    await ada().command(`run ${revenue.id}`);
    const card = await bench.cardShows("Completed");
    expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
  });

  test("the Home tab has no buttons for what they may not run, and keeps up with the rules", async () => {
    bench.rules("{ allow: [see, run, publish], people: everyone }");
    await grace().command(`run ${revenue.id} --publish`);
    await bench.cardShows("Completed");
    await grace().openHome();
    const text = () => JSON.stringify(grace().home?.view ?? {});
    const drawn = (...ids: string[]) =>
      bench.until(() =>
        ["run_again", "run_with_changes", "run_project_form"].every(
          (id) => text().includes(`"${id}"`) === ids.includes(id),
        ),
      );
    await drawn("run_again", "run_with_changes", "run_project_form");
    // The run has published its results.
    bench.rules("{ allow: [see, run], people: everyone }");
    await drawn("run_with_changes", "run_project_form");
    bench.rules(SEE);
    await drawn();
    expect(text()).toContain("Weekly revenue");
    expect(text()).toContain("home_search");
  });

  test("lists of runs have Cancel for their own runs, and for others if they may", async () => {
    bench.hex.workspace.kernelsBusy = bench.hex.workspace.kernelLimit;
    bench.rules("{ allow: [see, run], people: everyone }");
    for (const who of [ada(), grace()]) await who.command(`run ${revenue.id}`);
    await bench.until(() => bench.cards.length === 2);
    bench.hex.workspace.startRun(revenue.id, { startedAt: bench.clock.now() });
    const cancels = async (words: string) => (await read(words)).buttons.filter((id) => id.startsWith("cancel_"));
    expect(await cancels("runs")).toEqual(["cancel_listed_run"]);
    expect(await cancels("cancel")).toEqual(["cancel_listed_run"]);
    expect(await cancels(`cancel weekly revenue`)).toEqual(["cancel_listed_run"]);
    expect(await cancels(`runs ${revenue.id}`)).toEqual(["cancel_listed_run"]);
    bench.rules("{ allow: [see, run, cancel], people: everyone }");
    expect(await cancels("runs")).toHaveLength(2);
    expect(await cancels("cancel")).toHaveLength(2);
    expect(await cancels("cancel weekly revenue")).toHaveLength(3);
    expect(await cancels(`runs ${revenue.id}`)).toHaveLength(3);
  });

  test("whoever may cancel none of the runs in flight reads whom to ask", async () => {
    bench.rules("{ allow: [see, run], people: everyone }");
    await ada().command(`run ${revenue.id}`);
    await bench.until(() => bench.cards.length === 1);
    for (const text of ["cancel", `cancel weekly revenue`]) {
      const answer = await read(text);
      expect(answer.text).toContain(":lock: You may not cancel other people's runs here.");
      expect(answer.buttons).toEqual([]);
    }
  });

  test("the list of runs has Approve and Decline for those alone who may", async () => {
    const decides = async (who: PersonInSlack) => {
      const { id } = await who.command("runs");
      const list = await bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id));
      return buttonsOf(list).filter((button) => /approve|decline/.test(button));
    };
    const needs = (who: string) => bench.rules(`{ allow: run, people: everyone, needs: "approval by ${who}" }`, SEE);
    needs(ada().id);
    await grace().command(`run ${revenue.id}`);
    const card = await bench.cardShows("Waiting for approval");
    expect(await decides(grace())).toEqual([]);
    expect(await decides(ada())).toEqual(["approve_run", "decline_run"]);
    needs("U0SOMEBODY");
    expect(await decides(ada())).toEqual([]);
    // Many people read the card.
    expect(buttonsOf(card)).toContain("approve_run");
  });

  test("the list of watches has Unwatch for those that they have set or may end", async () => {
    bench.rules("{ allow: [see, watch], people: everyone }");
    await bench.ask("watch weekly revenue");
    await bench.ask("watch category:Finance");
    await bench.ask("watch weekly salaries", { user: grace().person });
    expect((await read("watching")).buttons).toHaveLength(3);
    bench.rules(SEE);
    const { text, buttons } = await read("watching");
    expect(text).toContain("Weekly revenue");
    expect(buttons).toEqual(["unwatch"]);
    onSales("watch");
    expect((await read("watching")).buttons).toHaveLength(2);
  });

  test("the form has the box that publishes only where they may publish", async () => {
    bench.rules(
      "{ allow: publish, people: everyone, projects: { category: Sales } }",
      "{ allow: [see, run], people: everyone }",
    );
    const form = await grace().openForm(() => grace().command("run"));
    const hasBox = () => JSON.stringify(grace().form?.view.view ?? {}).includes("Publish the results");
    expect(hasBox()).toBe(true);
    await form.pick("Project", "Weekly salaries");
    await bench.until(() => !hasBox(), 0);
    await form.pick("Project", "Weekly revenue");
    await bench.until(hasBox, 0);
    // What was ticked stays, and is refused with its reason.
    await form.fill({ Options: ["Publish the results"] });
    await form.pick("Project", "Weekly salaries");
    await bench.until(() => String(form.view.view.private_metadata).includes(salaries.id), 0);
    expect(hasBox()).toBe(true);
    await form.submit();
    await bench.until(
      () => (grace().form?.text ?? "").includes("You may not* publish the results of *Weekly salaries*"),
      0,
    );
    expect(bench.starts).toEqual([]);
  });
});
