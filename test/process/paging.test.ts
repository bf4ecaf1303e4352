// Paging with replicas on Postgres: whoever takes the press, the leader tells; and a leader that is killed leaves no second page.

import { expect, test } from "vitest";
import { startPagerDuty } from "../sandbox/pagerduty.js";
import { visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { leads } from "./telling.js";

const SPEED = 10;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const postgres = postgresForTests();

/** Two replicas, and a watched project of which a run has failed. A good one goes on until `mend`. */
async function inTrouble(name: string, pageAfterMinutes: string, atEnd: (stop: () => Promise<void>) => void) {
  const pager = await startPagerDuty();
  atEnd(() => pager.stop());
  const fleet = await Fleet.start(await postgres.database(name), SPEED, {
    PAGERDUTY_ROUTING_KEY: pager.routingKey,
    PAGERDUTY_URL: pager.url,
    HEX_PAGE_AFTER_MINUTES: pageAfterMinutes,
  });
  atEnd(() => fleet.stop());
  const { hex, slack, clock, replicas } = fleet;
  /** The last one: a leader that is killed before it has noted where its message is leaves one behind. */
  const told = () => slack.messages.findLast(({ via, threadTs }) => via === "postMessage" && threadTs === undefined);
  const text = () => visibleText(told() ?? { text: "", blocks: [] });
  const story = () => `${text()}\n${replicas.map(({ log }) => log.slice(-3_000)).join("\n---\n")}`;
  const happens = (what: () => boolean) => until(what, story);
  const shows = (words: string) => happens(() => text().includes(words));

  const project = hex.workspace.addProject({ title: "Weekly revenue" });
  await Promise.all([fleet.add(), fleet.add()]);
  const { id } = await slack.command(`watch ${project.id} page`);
  await happens(() => slack.messages.some(({ responseUrlOf }) => responseUrlOf === id));
  const run = { trigger: "API", durationMs: HOUR } as const;
  const startedAt = clock.now();
  const bad = hex.workspace.startRun(project.id, { ...run, startedAt });
  const good = hex.workspace.startRun(project.id, { ...run, startedAt: startedAt + SECOND });
  // What has ended before the bot looked for the first time is no news.
  const looked = hex.requests.length;
  await happens(() => hex.requests.slice(looked).some(({ endpoint }) => endpoint === "listRuns"));
  hex.workspace.finishRun(bad.id, "ERRORED");
  await shows("Failed");
  const message = told();
  if (message === undefined) throw new Error("It is gone.");
  return { fleet, pager, message, happens, shows, mend: () => hex.workspace.finishRun(good.id, "COMPLETED") };
}

// Side by side: most of their time they wait.
test.concurrent("the leader is killed after the page: one page, acknowledged when the button is pressed on another replica, and resolved", async ({
  onTestFinished,
}) => {
  const { fleet, pager, message, happens, shows, mend } = await inTrouble("paging", "0", onTestFinished);
  const { slack, replicas } = fleet;
  await happens(() => pager.rang === 1);
  const leader = replicas.find(({ log }) => log.includes("A watched project is in trouble"));
  expect(leader).toBeDefined();
  await leader?.kill();
  await slack.click(message, "on_it", { user: slack.people.grace });
  await shows("<@U0GRACEHOPP> has been on it since");
  await happens(() => pager.open[0]?.state === "acknowledged");
  mend();
  await shows("Back to green");
  await happens(() => pager.open.length === 0);
  expect(pager.rang).toBe(1);
  expect(replicas.map(({ log }) => log).join("")).not.toContain(pager.routingKey);
});

test.concurrent("the button is pressed on a replica that does not lead: the leader shows it, and does not page", async ({
  onTestFinished,
}) => {
  const { fleet, pager, message, shows } = await inTrouble("paging_other", "2", onTestFinished);
  const { slack, clock } = fleet;
  const follower = fleet.replicas.find((replica) => !leads(replica));
  const stale = { blocks: message.blocks };
  // Slack gives each click to one of the connections, and a press that is repeated changes nothing.
  for (let turn = 0; turn < 10 && !follower?.log.includes("button on_it"); turn++) {
    await slack.click(message, "on_it", { user: slack.people.ada, stale });
  }
  expect(follower?.log).toContain("button on_it");
  await shows("<@U0ADALOVELA> has been on it since");
  await clock.sleep(130 * SECOND);
  expect(pager.received).toEqual([]);
});
