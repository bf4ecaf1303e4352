// Whoever sees a signed request of Slack can send it again for five minutes. It is acknowledged, and nothing is done twice.

import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RequestBodies } from "../../src/slack/connection/request-bodies.js";
import { listen } from "../sandbox/local-server.js";
import { deliver } from "../sandbox/slack/server.js";
import { Harness, shown } from "./harness.js";

let harness: Harness;
let eavesdropper: Server;
/** The statuses with which the bot answered what was sent again. */
let again: number[];
/** What it still sends. */
let sending: Promise<unknown>[];

beforeEach(async () => {
  harness = await Harness.start("http");
  const bot = harness.slack.eventsUrl ?? "";
  again = [];
  sending = [];
  // Between Slack and the bot: sends everything once more.
  eavesdropper = createServer(async (request, response) => {
    const body = (await new RequestBodies().read(request)).toString();
    const headers = Object.fromEntries(
      ["content-type", "x-slack-request-timestamp", "x-slack-signature"].map((name) => [
        name,
        String(request.headers[name]),
      ]),
    );
    const first = await deliver(bot, { body, headers });
    response.writeHead(first.status, { "content-type": "application/json" }).end(first.body);
    sending.push(deliver(bot, { body, headers }).then(({ status }) => again.push(status)));
  });
  harness.slack.eventsUrl = `http://127.0.0.1:${await listen(eavesdropper)}/slack/events`;
});
afterEach(async () => {
  await Promise.all(sending);
  eavesdropper.close();
  await harness.stop();
});

const toldAgain = () => harness.log.filter((line) => line.includes("request came again")).length;

test("a command is answered once, and starts one run", async () => {
  const { id } = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000 } });
  await harness.slack.command(`run ${id}`);
  await harness.slack.command("help");
  await harness.cardShows("Completed");
  await harness.until(() => toldAgain() === 2 && again.length === 2);
  expect(harness.hex.workspace.runs).toHaveLength(1);
  expect(harness.cards).toHaveLength(1);
  expect(harness.slack.messages.filter((message) => shown(message).includes("/hex status"))).toHaveLength(1);
  expect(again).toEqual([200, 200]);
});

test("a press counts once: what is taken is not given back", async () => {
  await harness.ask("projects");
  const { id } = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000 } });
  await harness.slack.command(`run ${id}`);
  const card = await harness.cardShows("Completed");
  await harness.slack.click(card, "run_again");
  await harness.until(() => harness.cards.length === 2);
  await harness.cardShows("Completed", 1);
  await harness.until(() => toldAgain() === 3);
  expect(harness.hex.workspace.runs).toHaveLength(2);
  // The second press would have said that the run was started again already.
  const answers = harness.slack.messages.filter(({ ephemeral }) => ephemeral === true).map(shown);
  expect(answers.filter((text) => text.includes("already"))).toEqual([]);
});
