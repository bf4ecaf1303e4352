// The reply that says how a run ended.

import { expect, test } from "vitest";
import type { Run, RunIn } from "../../../src/runs/run.js";
import { endMessage } from "../../../src/slack/messages/follow-up.js";
import { plainText } from "../../../src/slack/messages/plain.js";
import { APPROVAL, AT, PLAIN_RUN } from "./plain-run.js";

const ended = {
  ...PLAIN_RUN,
  hex: { runId: "r", url: null, traceId: null, projectVersion: null },
  startedAt: AT,
  endedAt: AT + 20_000,
  elapsedMs: 20_000,
};
const lost = (why: RunIn<"lost">["why"]): Run => ({
  ...PLAIN_RUN,
  state: "lost",
  why,
  hex: null,
  facts: null,
  unlisted: false,
  endedAt: AT,
});
const approval = { ...APPROVAL, approved: { by: "U3", at: AT } };
const facts = { kind: "plan" as const, operation: "runProject" as const, host: "app.hex.tech" };

const NO_PLAN = "The workspace's plan does not include the Hex API (403).";

const ends: [string, Run][] = [
  ["*Revenue* completed after 20 s", { ...ended, state: "completed" }],
  ["*Revenue* errored after 20 s", { ...ended, state: "errored" }],
  ["*Revenue* ended after 20 s; Hex calls it `PAUSED`", { ...ended, state: "ended", status: "PAUSED" }],
  ["*Revenue* could not run: Hex had no free kernel for it", { ...ended, state: "no_kernel" }],
  ["*Revenue* was cancelled by <@U2> after 20 s", { ...ended, state: "cancelled", by: "U2", orBy: [] }],
  ["*Revenue* was cancelled in Hex after 20 s", { ...ended, state: "cancelled", by: null, orBy: [] }],
  ["*Revenue* was cancelled by <@U2> before it began", { ...PLAIN_RUN, state: "withdrawn", by: "U2", endedAt: AT }],
  ["*Revenue* was declined by <@U2>", { ...PLAIN_RUN, approval: APPROVAL, state: "declined", by: "U2", endedAt: AT }],
  ["*Revenue*, approved by <@U3>, completed after 20 s", { ...ended, approval, state: "completed" }],
  [
    `*Revenue*, approved by <@U3>, was not started: ${NO_PLAN}`,
    { ...PLAIN_RUN, approval, state: "refused", facts, endedAt: AT },
  ],
  ["*Revenue*, approved by <@U3>: the run is no longer in Hex", { ...lost("vanished"), approval }],
  ["*Revenue*, approved by <@U3>, was not started in time", { ...PLAIN_RUN, approval, state: "expired", endedAt: AT }],
  ["*Revenue* was not approved in time", { ...PLAIN_RUN, approval: APPROVAL, state: "expired", endedAt: AT }],
  [`*Revenue* was not started: ${NO_PLAN}`, { ...PLAIN_RUN, state: "refused", facts, endedAt: AT }],
  ["*Revenue*: it is not known whether the run was started", lost("start_unknown")],
  ["*Revenue*: it is not known whether the run was started", lost("several")],
  ["*Revenue*: it is not known how the run is doing", lost("refused")],
  ["*Revenue*: it is not known how the run is doing", lost("unreachable")],
  ["*Revenue*: the run is no longer in Hex", lost("vanished")],
  ["*Revenue* has not ended within a week, so the bot no longer tracks it", lost("too_long")],
];
test.each(ends)("%s", (words, run) => {
  const said = plainText(endMessage(run, "elapsedMs" in run ? run.elapsedMs : null));
  expect(said.replace(/^<@U1> :\w+: /, "")).toBe(words);
});
