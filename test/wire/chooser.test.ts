// Choices of projects that version 0.1.0 drew stay in channels forever, and their buttons still carry what was typed.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
  const chooser = (): SlackMessage => {
    const found = harness.slack.messages.findLast((message) => message.via === "response_url");
    if (!found) throw new Error("there is no chooser");
    return found;
  };
  /** Presses a button of an old chooser, as if it were in the list of projects. */
  const pressOld = async (actionId: string, state: object) => {
    await harness.ask("projects");
    const value = JSON.stringify(state);
    const button = { type: "button", action_id: actionId, text: { type: "plain_text", text: "Press" }, value };
    await harness.slack.click(chooser(), actionId, { stale: { blocks: [{ type: "actions", elements: [button] }] } });
  };

  test("Run uses the inputs and flags that its button carries, and the new buttons carry the same", async () => {
    const { id } = harness.hex.workspace.addProject({ title: "Weekly revenue", inputs });
    const carried = { inputs: { region: "North America", days: 30 }, fresh: true };
    await pressOld("run_project", { project: id, nonce: "old", words: ["revenue"], page: 0, carried });
    await harness.until(() => harness.starts.length === 1);
    const body = { inputParams: { region: "North America", days: 30 }, useCachedSqlResults: false };
    expect(harness.starts[0]?.body).toEqual(body);
    await harness.slack.waitForMessage((message) => message === chooser() && message.edits === 1);
    expect(shown(chooser())).toContain(
      "starts with what you typed: Inputs `region=North America` `days=30` · fresh SQL",
    );
    await harness.slack.click(chooser(), "run_project");
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual(body);
  });

  test("a dry run stays a dry run", async () => {
    const { id } = harness.hex.workspace.addProject({ title: "Revenue", inputs });
    const carried = { inputs: { days: 7 }, dryRun: true };
    await pressOld("run_project", { project: id, nonce: "old", words: [], page: 0, carried });
    const answer = await harness.slack.waitForMessage((message) => shown(message).includes("Hex would start"));
    expect(shown(answer)).toContain("days=7");
    expect(harness.starts).toEqual([]);
  });

  test("turning the page keeps what the buttons carry", async () => {
    for (let i = 0; i < 9; i++) harness.hex.workspace.addProject({ title: `Revenue ${i}`, inputs });
    await pressOld("projects_next", { words: ["revenue"], page: 1, carried: { inputs: { days: 7 } } });
    await harness.slack.waitForMessage((message) => shown(message).includes("Page 2"));
    expect(shown(chooser())).toContain("`days=7`");
    await harness.slack.click(chooser(), "run_project");
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 7 } });
  });

  test("if the inputs were too long for a button, the message says so and how to run it, and has no Run that would drop them", async () => {
    const projects = Array.from({ length: 9 }, (_, i) =>
      harness.hex.workspace.addProject({ title: `Revenue ${i}`, inputs }),
    );
    await pressOld("projects_next", { words: ["revenue"], page: 1, carried: "too_long" });
    await harness.slack.waitForMessage((message) => shown(message).includes("Page 2"));
    expect(shown(chooser())).toContain("too long for a button, so there are no Run buttons");
    expect(buttonsOf(chooser())).not.toContain("run_project");
    expect(projects.some(({ id }) => shown(chooser()).includes(id))).toBe(true);
    expect(harness.starts).toEqual([]);
  });

  test("a button that carries nothing starts a run without inputs", async () => {
    const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
    await pressOld("run_project", { project: id, nonce: "old", words: ["revenue"], page: 0 });
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({});
  });
});
