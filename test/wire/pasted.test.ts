// What gets copied along with text: formatting, invisible characters, and different quotes, dashes and normal forms.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test.each([
    "*run* `ID` ——fresh",
    "`run ID --fresh`",
    "\u200brun\u202c *ID* –fresh",
    "RUN «ID» `--fresh`",
    "run <ORIGIN/acme/app/ID/latest|Revenue> \u2011\u2011fresh",
    "run *<ORIGIN/acme/app/ID/latest>* --fr\u200desh",
    "run [Weekly Revenue](<ORIGIN/acme/app/ID/latest?x=y>) --fresh",
    "run [Weekly Revenue](ORIGIN/acme/app/ID/latest?x=y) --fresh",
  ])("%j starts the run", async (typed) => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    const text = typed.replace("ORIGIN", harness.hex.origin).replace("ID", project.id);
    await harness.slack.command(text, { escape: !text.includes("<") });
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.path).toContain(project.id);
    expect(harness.starts[0]?.body).toEqual({ useCachedSqlResults: false });
  });

  test("values reach Hex as they were typed, without characters that never belong to a value", async () => {
    const inputs = Object.fromEntries(["team", "city", "note"].map((name) => [name, { dataType: "STRING" as const }]));
    const project = harness.hex.workspace.addProject({ inputs });
    const typed = '`team`="👩\u200d👧\u200b می\u200cخواهم" city=\u202a"Cafe\u0301\ufeff’s …" note=1–2';
    await harness.slack.command(`run ${project.id} ${typed.replaceAll("`", "")}`);
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({
      inputParams: { team: "👩\u200d👧 می\u200cخواهم", city: "Cafe\u0301’s …", note: "1–2" },
    });
  });

  test("what Slack wraps reaches Hex as people see it", async () => {
    const names = ["who", "all", "team", "tel", "where"];
    const inputs = Object.fromEntries(names.map((name) => [name, { dataType: "STRING" as const }]));
    const project = harness.hex.workspace.addProject({ inputs });
    const typed = "who=@ada all=@here team=@data-team tel=+1-555-0100 where=#data";
    await harness.slack.command(`run ${project.id} ${typed}`);
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({
      inputParams: { who: "@ada", all: "@here", team: "@data-team", tel: "+1-555-0100", where: "#data" },
    });
  });

  test("a title is found in any spelling, and as the bot writes it", async () => {
    harness.hex.workspace.addProject({ title: "Cafe\u0301’s weekly_*non\u2011stop*_ report…" });
    for (const words of ["café's", "“CAFÉ‘s weekly_”", "*non-stop*", "\u200bnon–stop", "report..."]) {
      expect(await harness.ask(`projects ${words}`), words).toContain("1 project");
      expect(await harness.ask(`run "${words.replace(/[“”]/g, "")}"`), words).toMatch(/^Run .*Cafe/);
    }
    const answer = await harness.ask("run weekly_*non zebra");
    const [, shown = ""] = /No project fits\* `([^`]+)`/.exec(answer) ?? [];
    expect(await harness.ask(`projects ${shown.replace(" zebra", "")}`)).toContain("1 project");
  });

  test("text that is slow to parse is answered like any other", async () => {
    expect(await harness.ask(`cancel ${")".repeat(30_000)}x`)).toContain("No project fits");
    expect(await harness.ask(`runs 1.${"0".repeat(30_000)}1`)).toContain("No project fits");
  });
});
