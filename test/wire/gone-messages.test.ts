// Somebody presses a button of a message that is gone by the time the bot would replace it.

import { afterEach, expect, test } from "vitest";
import { Harness, shown } from "./harness.js";

let harness: Harness;
afterEach(() => harness.stop());

test("what would have replaced the message is a message of its own", async () => {
  harness = await Harness.start("http");
  for (const title of ["Weekly revenue", "Weekly churn"]) harness.hex.workspace.addProject({ title });
  await harness.ask("projects");
  const choice = await harness.ask("runs weekly");
  const message = harness.slack.messages.find((one) => shown(one) === choice);
  if (message === undefined) throw new Error("there is no choice");
  harness.slack.delete(message);
  const { id } = await harness.person("ada").press(message, "show_chosen_project", {
    stale: message,
    blockId: "auto-block-1",
  });
  const answer = await harness.meanwhile(harness.slack.waitForMessage((one) => one.responseUrlOf === id));
  expect(answer.ephemeral).toBe(true);
  expect(shown(answer)).toMatch(/Weekly (revenue|churn)/);
  expect(shown(answer)).not.toMatch(/Reference/);
  expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
