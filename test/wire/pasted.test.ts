// What comes along when people copy: formatting, characters that cannot be seen, other quotes, dashes and normal forms.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

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
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    const text = typed.replace("ORIGIN", bench.hex.origin).replace("ID", project.id);
    await bench.slack.command(text, { escape: !text.includes("<") });
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.path).toContain(project.id);
    expect(bench.starts[0]?.body).toEqual({ useCachedSqlResults: false });
  });

  test("values reach Hex as they were typed, without what never belongs to one", async () => {
    const inputs = Object.fromEntries(["team", "city", "note"].map((name) => [name, { dataType: "STRING" as const }]));
    const project = bench.hex.workspace.addProject({ inputs });
    const typed = '`team`="👩\u200d👧\u200b می\u200cخواهم" city=\u202a"Cafe\u0301\ufeff’s …" note=1–2';
    await bench.slack.command(`run ${project.id} ${typed.replaceAll("`", "")}`);
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.body).toEqual({
      inputParams: { team: "👩\u200d👧 می\u200cخواهم", city: "Cafe\u0301’s …", note: "1–2" },
    });
  });

  test("what Slack wraps reaches Hex as people see it", async () => {
    const names = ["who", "all", "team", "tel", "where"];
    const inputs = Object.fromEntries(names.map((name) => [name, { dataType: "STRING" as const }]));
    const project = bench.hex.workspace.addProject({ inputs });
    const typed = "who=@ada all=@here team=@data-team tel=+1-555-0100 where=#data";
    await bench.slack.command(`run ${project.id} ${typed}`);
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.body).toEqual({
      inputParams: { who: "@ada", all: "@here", team: "@data-team", tel: "+1-555-0100", where: "#data" },
    });
  });

  test("a title is found however it is spelt, and as the bot writes it", async () => {
    bench.hex.workspace.addProject({ title: "Cafe\u0301’s weekly_*non\u2011stop*_ report…" });
    for (const words of ["café's", "“CAFÉ‘s weekly_”", "*non-stop*", "\u200bnon–stop", "report..."]) {
      expect(await bench.ask(`projects ${words}`), words).toContain("1 project");
      expect(await bench.ask(`run "${words.replace(/[“”]/g, "")}"`), words).toMatch(/^Run .*Cafe/);
    }
    const answer = await bench.ask("run weekly_*non zebra");
    const [, shown = ""] = /No project fits\* `([^`]+)`/.exec(answer) ?? [];
    expect(await bench.ask(`projects ${shown.replace(" zebra", "")}`)).toContain("1 project");
  });

  test("what would take long to read is answered like anything else", async () => {
    expect(await bench.ask(`cancel ${")".repeat(30_000)}x`)).toContain("No project fits");
    expect(await bench.ask(`runs 1.${"0".repeat(30_000)}1`)).toContain("No project fits");
  });
});
