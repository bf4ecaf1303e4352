// Run with changes, on the card of a run that has ended: the form, filled in with what the run was started with.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let projectId: string;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
    projectId = harness.hex.workspace.addProject({ title: "Revenue", inputs, run: { runningMs: 5_000 } }).id;
    await harness.ask("projects");
  });
  afterEach(() => harness.stop());

  test("refused inputs can be corrected in the form and run, even by somebody else", async () => {
    await harness.slack.command(`run ${projectId} region=EMEA days=many`);
    const card = await harness.cardShows("Not started");
    expect(buttonsOf(card)).toEqual(["run_with_changes"]);
    const grace = harness.person("grace");
    const form = await grace.openForm(() => grace.press(card, "Run with changes"));
    expect(form.value("region")).toEqual(["EMEA"]);
    await form.submit({ days: "30" });
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual({ inputParams: { region: "EMEA", days: 30 } });
    const second = await harness.cardShows("Completed", 1);
    expect(second.channel).toBe(card.channel);
    expect(shown(second)).toContain(`Asked for by <@${harness.slack.people.grace.id}>`);
  });

  test("the button stays when the run was run again, and works more than once", async () => {
    await harness.slack.command(`run ${projectId} days=7`);
    const card = await harness.cardShows("Completed");
    await harness.slack.click(card, "run_again");
    await harness.cardShows("Completed", 1);
    expect(buttonsOf(card)).toEqual(["run_with_changes"]);
    const ada = harness.person("ada");
    for (const days of [8, 9]) {
      const form = await ada.openForm(() => ada.press(card, "Run with changes"));
      expect(form.value("days")).toEqual(["7"]);
      await form.submit({ days: `${days}` });
      await harness.until(() => JSON.stringify(harness.starts.at(-1)?.body).includes(`"days":${days}`));
    }
    expect(harness.starts).toHaveLength(4);
  });
});
