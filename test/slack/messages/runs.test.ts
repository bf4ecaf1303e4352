import { expect, test } from "vitest";
import type { Run } from "../../../src/runs/run.js";
import { cancelButton } from "../../../src/slack/messages/run-buttons.js";
import { type ProjectRuns, projectRunsMessage, runsInFlightMessage } from "../../../src/slack/messages/runs.js";
import { hexRun } from "../../follow/evidence.js";
import { PLAIN_RUN } from "./plain-run.js";

const project = { id: "p", title: "Revenue" };
const LIST: ProjectRuns = {
  project,
  runs: [],
  own: new Map(),
  others: [],
  now: 0,
  place: { origin: "https://app.hex.tech", workspace: null },
  mayCancel: () => false,
  mayDecide: () => false,
};

test("a run of which Hex does not say what started it is listed without that", () => {
  const runs = [hexRun({ runId: "r1", runTrigger: null }), hexRun({ runId: "r2", runTrigger: "SCHEDULED" })];
  const { blocks } = projectRunsMessage({ ...LIST, runs });
  const said = blocks.map((block) => (block.type === "section" ? (block.text?.text ?? "") : "")).slice(1);
  expect(said[0]).toMatch(/^:white_check_mark: \*Completed\* · <!date/);
  expect(said[1]).toContain("*Completed* · by schedule · ");
});

test("the runs in flight in a direct message are not said to be in a channel", () => {
  const runs = [
    { run: { ...PLAIN_RUN, state: "starting", looking: false, facts: null, lease: 0 } as const, channel: "D1" },
  ];
  const { text } = runsInFlightMessage(runs, { ...LIST, user: "U1", here: "D1" });
  expect(text).toMatch(/^1 run in flight in this conversation, or started by you\./);
});

test.each(["running", "waiting"] as const)(
  "to cancel a run that is %s is asked in whole sentences, whatever its title",
  (state) => {
    const title = "Weekly revenue ".repeat(17);
    const { confirm } = cancelButton({ actionId: "a", value: "k", title, name: title, state });
    expect(confirm?.text.text).toMatch(/^Weekly revenue .*… (stops|will not) .* waiting for it\.$/);
  },
);

test("a run that the bot looks for in Hex can be cancelled once it is found, and is not called still starting", () => {
  const looking: Run = { ...PLAIN_RUN, project, state: "starting", looking: true, facts: null, lease: 0 };
  const said = JSON.stringify(projectRunsMessage({ ...LIST, others: [looking], mayCancel: () => true }).blocks);
  expect(said).toMatch(/Looking for the run.*You can cancel it as soon as the bot has found it in Hex\./);
  expect(said).not.toContain("Still starting");
});
