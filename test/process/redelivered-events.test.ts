// Two replicas on one Postgres, and lost acknowledgements: Slack's retry reaches the other replica, and nothing is done twice.

import { expect, test } from "vitest";
import { visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";

const SPEED = 6;
const MESSAGES = 6;

const postgres = postgresForTests();

test("each mention is answered once, and each run is started once", async ({ onTestFinished }) => {
  const fleet = await Fleet.start(await postgres.database("redelivered"), SPEED);
  onTestFinished(() => fleet.stop());
  const { hex, slack } = fleet;
  const [one, other] = [await fleet.add(), await fleet.add()];
  const log = () => fleet.replicas.map((replica) => replica.log.slice(-3_000)).join("\n");
  const { id } = hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 1_000, runningMs: 5_000 } });
  const { ada } = slack.people;
  for (let message = 0; message < MESSAGES; message++) {
    slack.loseAcknowledgements(1);
    await slack.write(ada, slack.channels.data, message % 2 === 0 ? `@hex run ${id}` : "@hex help");
    await until(() => slack.sentEvents[message]?.attempts.length === 2, log);
  }
  const ended = () => hex.workspace.runs.length > 0 && hex.workspace.runs.every(({ finished }) => finished);
  const cards = () => slack.messages.filter((message) => visibleText(message).includes("Completed"));
  // On a busy machine, somebody may also hear that Slack is slow to post a card.
  const answers = () => slack.messages.filter((message) => visibleText(message).includes("What `/hex` can do"));
  await until(() => ended() && cards().length >= MESSAGES / 2 && answers().length >= MESSAGES / 2, log);
  const whole = () => fleet.replicas.map((replica) => replica.log).join("\n");
  const again = () => (whole().match(/request came again/g) ?? []).length;
  await until(() => again() === MESSAGES, log);

  expect(hex.workspace.runs).toHaveLength(MESSAGES / 2);
  expect(cards()).toHaveLength(MESSAGES / 2);
  expect(answers()).toHaveLength(MESSAGES / 2);
  // Both had a part in it.
  for (const { log: lines } of [one, other]) expect(lines).toMatch(/"msg":"message|request came again/);
});
