// Projects that somebody may not see do not exist for them.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

const SEE_ALL = "{ allow: see, people: everyone }";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let ids: { open: string; secret: string };

  beforeEach(async () => {
    bench = await Harness.start(mode, { idle: true });
    const open = bench.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Sales"] });
    const secret = bench.hex.workspace.addProject({ title: "Weekly salaries", categories: ["Finance"] });
    ids = { open: open.id, secret: secret.id };
    await bench.startBot();
  });
  afterEach(() => bench.stop());

  const hideFinance = () => bench.rules("{ deny: see, people: everyone, projects: { category: Finance } }", SEE_ALL);

  test("lists and searches show the others alone", async () => {
    hideFinance();
    expect(await bench.ask("projects")).toContain("Weekly revenue");
    expect(await bench.ask("projects")).not.toContain("salaries");
    expect(await bench.ask("projects salaries")).not.toContain("Weekly salaries");
    expect(await bench.ask("runs salarie")).not.toContain("Weekly salaries");
  });

  test.each([400, 403, 404, 422].flatMap((status) => [[status, "plain"] as const, [status, "vague"] as const]))(
    "the answer about a hidden project is that about one that is not there (%d, in %s words)",
    async (status, words) => {
      hideFinance();
      Object.assign(bench.hex.workspace, { invisibleStatus: status, invisibleWords: words });
      const nowhere = "11111111-2222-4333-8444-555555555555";
      const asked = async (id: string) => (await bench.ask(`runs ${id}`)).replaceAll(/[0-9a-f]{8}(?!-)/g, "");
      expect(await asked(ids.secret)).toBe(await asked(nowhere));
    },
  );

  test("without rules, everybody sees everything, and a guest is told whom to ask", async () => {
    expect(await bench.ask("projects")).toContain("Weekly salaries");
    const { grace } = bench.slack.people;
    bench.slack.roles.set(grace.id, "guest");
    expect(await bench.ask("projects", { user: grace })).toContain("Guests of this workspace cannot use the bot");
  });

  test("who is in no group that the rules name sees nothing, nor does anybody whose group Slack does not know", async () => {
    bench.rules("{ allow: see, people: S0DATATEAM1 }");
    expect(await bench.ask("projects")).toContain("Weekly revenue");
    expect(await bench.ask("projects", { user: bench.slack.people.grace })).not.toContain("Weekly revenue");
    bench.rules("{ deny: see, people: S0NOSUCH01 }", SEE_ALL);
    expect(await bench.ask("projects")).not.toContain("Weekly revenue");
  });
});
