// Hex answers, and refuses a run that the bot tracks. It is not documented which answers mean that the run is gone: whoever asked for
// it hears before long that the bot will not see its end, and the card never shows what nobody knows.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/types.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

// Up to half an hour of simulated time, on a machine that may be busy.

const MINUTE = 60_000;
const STEP_MS = 5_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let project: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
  });
  afterEach(() => harness.stop());

  const card = () => shown(harness.card());
  const shows = (text: string) => harness.until(() => card().includes(text), STEP_MS);
  const running = async () => {
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
  };
  const said = (status: number) => (status === 400 ? "Hex could not read" : `(${status})`);
  const complete = () => {
    for (const { id } of harness.hex.workspace.runs) harness.hex.workspace.finishRun(id, "COMPLETED");
  };

  test.each([
    [403, "plain"],
    [403, "vague"],
    [422, "vague"],
    [400, "plain"],
  ] as const)("for good (%d, %s): told within a quarter of an hour, and found again", async (status, words) => {
    await running();
    Object.assign(harness.hex.workspace, { invisibleStatus: status, invisibleWords: words });
    project.visible = false;
    const since = harness.clock.now();
    await shows("No news from Hex since");
    expect(card()).toContain(said(status));
    await shows("Not known");
    expect(harness.clock.now() - since).toBeLessThan(17 * MINUTE);
    expect(card()).toContain("Hex no longer tells the bot how this run is doing.");
    expect(card()).toContain("*Why*");
    expect(card()).not.toContain("Running");
    expect(buttonsOf(harness.card())).toContain("look_again");
    await harness.until(() => harness.replies.length === 1, STEP_MS);
    expect(harness.replies.map(shown)[0]).toMatch(/^<@U0ADALOVELA> .*not known .*Open the run in Hex/);

    // Nothing more is asked, and whoever presses hears why.
    const asked = harness.requests("getRun").length;
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(harness.requests("getRun")).toHaveLength(asked);
    const { id } = await harness.person("ada").press(harness.card(), "look_again");
    const isAnswer = ({ responseUrlOf }: SlackMessage) => responseUrlOf === id;
    const answer = shown(await harness.meanwhile(harness.slack.waitForMessage(isAnswer)));
    expect(answer).toContain(said(status));
    expect(card()).toContain("Not known");

    project.visible = true;
    complete();
    await harness.person("grace").press(harness.card(), "look_again");
    await shows("Completed");
    expect(buttonsOf(harness.card())).not.toContain("look_again");
  });

  test("for some minutes: it is tracked all the time, and its end is shown", async () => {
    await running();
    harness.hex.workspace.invisibleStatus = 403;
    project.visible = false;
    await shows("No news from Hex since");
    await harness.pass(5 * MINUTE, STEP_MS);
    project.visible = true;
    await harness.until(() => !card().includes("No news"), STEP_MS);
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(card()).toContain("Running");
    complete();
    await shows("Completed");
  });

  test.each([403, 404, 422] as const)(
    "on its own (%d), but not in its project's list: nobody notices",
    async (status) => {
      harness.hex.faults.add({ endpoint: "getRun", kind: { type: "status", status }, times: 1_000 });
      await running();
      await harness.pass(20 * MINUTE, STEP_MS);
      expect(card()).toContain("Running");
      complete();
      await shows("Completed");
      const all = harness.card().history.map((message) => JSON.stringify(message));
      expect(all.join()).not.toContain("No news");
    },
  );
});
