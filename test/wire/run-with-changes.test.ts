// Run with changes, on the card of a run that has ended: the form, filled in with what the run was started with.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, buttonsOf, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  let projectId: string;
  beforeEach(async () => {
    bench = await Bench.start(mode);
    const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
    projectId = bench.hex.workspace.addProject({ title: "Revenue", inputs, run: { runningMs: 5_000 } }).id;
    await bench.ask("projects");
  });
  afterEach(() => bench.stop());

  test("refused inputs: mended in the form, and run, by somebody else too", async () => {
    await bench.slack.command(`run ${projectId} region=EMEA days=many`);
    const card = await bench.cardShows("Not started");
    expect(buttonsOf(card)).toEqual(["run_with_changes"]);
    const grace = bench.person("grace");
    const form = await grace.openForm(() => grace.press(card, "Run with changes"));
    expect(form.value("region")).toEqual(["EMEA"]);
    await form.submit({ days: "30" });
    await bench.until(() => bench.starts.length === 2);
    expect(bench.starts[1]?.body).toEqual({ inputParams: { region: "EMEA", days: 30 } });
    const second = await bench.cardShows("Completed", 1);
    expect(second.channel).toBe(card.channel);
    expect(shown(second)).toContain(`Asked for by <@${bench.slack.people.grace.id}>`);
  });

  test("stays when the run was run again, and works more than once", async () => {
    await bench.slack.command(`run ${projectId} days=7`);
    const card = await bench.cardShows("Completed");
    await bench.slack.click(card, "run_again");
    await bench.cardShows("Completed", 1);
    expect(buttonsOf(card)).toEqual(["run_with_changes"]);
    const ada = bench.person("ada");
    for (const days of [8, 9]) {
      const form = await ada.openForm(() => ada.press(card, "Run with changes"));
      expect(form.value("days")).toEqual(["7"]);
      await form.submit({ days: `${days}` });
      await bench.until(() => JSON.stringify(bench.starts.at(-1)?.body).includes(`"days":${days}`));
    }
    expect(bench.starts).toHaveLength(4);
  });
});
