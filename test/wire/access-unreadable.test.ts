// A run whose stored document cannot be read is still a run of its project, for those who may see and cancel those.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, shown } from "./harness.js";

const SEE = "{ allow: see, people: everyone }";
const TITLE = "Weekly salaries";

let bench: Harness;
let card: SlackMessage;
let blocks: readonly unknown[];
let runId: string;

beforeEach(async () => {
  bench = await Harness.start("http");
  const { id } = bench.hex.workspace.addProject({ title: TITLE, run: { neverEnds: true } });
  await bench.slack.command(`run ${id}`, { user: bench.slack.people.grace });
  card = await bench.cardShows("Running");
  ({ blocks } = card);
  runId = bench.hex.workspace.runs[0]?.id ?? "";
  await bench.stopBot();
  const file = new Database(join(bench.dataDir, "hex-bot.db"));
  file.exec(`update runs set doc = '{}'`);
  file.close();
  await bench.startBot();
});
afterEach(() => bench.stop());

/** Presses a button as the card had it before. The bot replaces it as soon as it finds that it cannot read the run. */
const press = (actionId: string) => bench.slack.click(card, actionId, { stale: { blocks } });
const answers = (words: string) => bench.slack.waitForMessage((message) => shown(message).includes(words));

test("somebody without the right is refused", async () => {
  bench.rules(SEE);
  await press("cancel_run");
  expect(shown(await answers("You may not"))).toContain(`cancel runs of *${TITLE}* here`);
  expect(await bench.ask(`cancel ${runId}`)).toContain("You may not");
  expect(bench.requests("cancelRun")).toEqual([]);
});

test("somebody with the right cancels it", async () => {
  bench.rules(SEE, "{ allow: cancel, people: everyone }");
  await press("cancel_run");
  await answers("Hex is stopping the run");
  expect(bench.requests("cancelRun")).toHaveLength(1);
});

test("it does not exist for somebody who may not see its project", async () => {
  bench.rules(
    `{ deny: see, people: everyone, projects: { title: ${TITLE} } }`,
    SEE,
    "{ allow: cancel, people: everyone }",
  );
  await press("cancel_run");
  await answers("This button belongs to another version of the bot, or to a run that the bot no longer remembers");
  await press("tell_me");
  expect(await bench.ask(`cancel ${runId}`)).toContain("The bot did not start");
  const read = bench.slack.messages.filter(({ user }) => user === bench.slack.people.ada.id).map(shown);
  expect(read.join("\n")).not.toMatch(/cannot read|salaries/);
  expect(bench.requests("cancelRun")).toEqual([]);
});
