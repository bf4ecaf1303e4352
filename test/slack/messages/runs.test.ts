import { expect, test } from "vitest";
import { projectRunsMessage } from "../../../src/slack/messages/runs.js";
import { hexRun } from "../../follow/evidence.js";

test("a run of which Hex does not say what started it is listed without that", () => {
  const { blocks } = projectRunsMessage({
    project: { id: "p", title: "Revenue" },
    runs: [hexRun({ runId: "r1", runTrigger: null }), hexRun({ runId: "r2", runTrigger: "SCHEDULED" })],
    own: new Map(),
    others: [],
    now: 0,
    place: { origin: "https://app.hex.tech", workspace: null },
    mayCancel: () => false,
    mayDecide: () => false,
  });
  const said = blocks.map((block) => (block.type === "section" ? (block.text?.text ?? "") : "")).slice(1);
  expect(said[0]).toMatch(/^:white_check_mark: \*Completed\* · <!date/);
  expect(said[1]).toContain("*Completed* · by schedule · ");
});
