// The demo, without its page: what its speed must not change.

import { afterEach, beforeEach, expect, test } from "vitest";
import { PersonInSlack } from "../sandbox/slack/person.js";
import { type Demo, startDemo } from "./demo.js";

let demo: Demo;
beforeEach(async () => {
  demo = await startDemo({ port: 0, speed: 60, keep: false });
});
afterEach(() => demo.stop());

test("a form has two real seconds to be checked, however fast the time runs", async () => {
  const ada = new PersonInSlack(demo.slack, demo.slack.people.ada);
  const form = await ada.openForm(() => ada.command("run"));
  await form.pick("Project", "sales forecast");
  await form.shows("Hex does not list");
  // A tenth of a real second.
  demo.hex.faults.add({ endpoint: "runProject", kind: { type: "slow", ms: 6_000 } });
  await form.submit({ Inputs: "days = many" });
  expect(form.isOpen).toBe(true);
  expect(form.text).not.toContain("Checking with Hex…");
});
