// Paging with replicas on Postgres: whoever takes the press, the leader tells; and a leader that is killed leaves no second page.

import { afterEach, expect, test } from "vitest";
import { type LocalPagerDuty, startPagerDuty } from "../sandbox/pagerduty.js";
import { type SlackMessage, visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";

const SPEED = 10;
const SECOND = 1_000;
const postgres = postgresForTests();

let fleet: Fleet;
let pager: LocalPagerDuty;
afterEach(async () => {
  await fleet.stop();
  await pager.stop();
});

/** The last one: a leader that is killed before it has noted where its message is leaves one behind. */
const told = (): SlackMessage | undefined =>
  fleet.slack.messages.findLast(({ via, threadTs }) => via === "postMessage" && threadTs === undefined);
const text = () => visibleText(told() ?? { text: "", blocks: [] });
const logs = () => `${text()}\n${fleet.replicas.map(({ log }) => log.slice(-3_000)).join("\n---\n")}`;
const shows = (words: string) => until(() => text().includes(words), logs);

/** Two replicas, and a watched project of which a run has failed; a good one ends `goodMs` of the fast clock later. */
async function fleetInTrouble(name: string, pageAfterMinutes: string, goodMs: number): Promise<SlackMessage> {
  pager = await startPagerDuty();
  fleet = await Fleet.start(await postgres.database(name), SPEED, {
    PAGERDUTY_ROUTING_KEY: pager.routingKey,
    PAGERDUTY_URL: pager.url,
    HEX_PAGE_AFTER_MINUTES: pageAfterMinutes,
  });
  const project = fleet.hex.workspace.addProject({ title: "Weekly revenue" });
  await fleet.add();
  await fleet.add();
  const startedAt = fleet.clock.now();
  const { id } = await fleet.slack.command(`watch ${project.id} page`);
  await until(() => fleet.slack.messages.some(({ responseUrlOf }) => responseUrlOf === id), logs);
  const run = { trigger: "API" as const };
  fleet.hex.workspace.startRun(project.id, { ...run, startedAt, durationMs: 20 * SECOND, outcome: "ERRORED" });
  fleet.hex.workspace.startRun(project.id, { ...run, startedAt: startedAt + SECOND, durationMs: goodMs });
  await shows("Failed");
  const message = told();
  if (message === undefined) throw new Error("It is gone.");
  return message;
}

test("the leader is killed after the page: one page, acknowledged when the button is pressed on another replica, and resolved", async () => {
  const message = await fleetInTrouble("paging", "0", 120 * SECOND);
  await until(() => pager.rang === 1, logs);
  const leader = fleet.replicas.find(({ log }) => log.includes("A watched project is in trouble"));
  expect(leader).toBeDefined();
  await leader?.kill();
  await fleet.slack.click(message, "on_it", { user: fleet.slack.people.grace });
  await shows("<@U0GRACEHOPP> has been on it since");
  await until(() => pager.open[0]?.state === "acknowledged", logs);
  await shows("Back to green");
  await until(() => pager.open.length === 0, logs);
  expect(pager.rang).toBe(1);
  expect(fleet.replicas.map(({ log }) => log).join("")).not.toContain(pager.routingKey);
}, 90_000);

test("the button is pressed on a replica that does not lead: the leader shows it, and does not page", async () => {
  const message = await fleetInTrouble("paging_other", "2", 600 * SECOND);
  const follower = fleet.replicas.find(({ log }) => !log.includes("leader: begins"));
  const stale = { blocks: message.blocks };
  // Slack gives each click to one of the connections, and a press that is repeated changes nothing.
  for (let turn = 0; turn < 10 && !follower?.log.includes("button on_it"); turn++) {
    await fleet.slack.click(message, "on_it", { user: fleet.slack.people.ada, stale });
  }
  expect(follower?.log).toContain("button on_it");
  await shows("<@U0ADALOVELA> has been on it since");
  await fleet.clock.sleep(130 * SECOND);
  expect(pager.received).toEqual([]);
}, 90_000);
