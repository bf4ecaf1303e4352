// What is said in a card's thread about an approval, while the bot is killed between Slack's taking it and its being stored: it is said
// again once, and marked as a repeat.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect } from "vitest";
import { postgresForTests } from "./postgres-for-tests.js";
import { STORES, scenarioGroups } from "./scenarios.js";
import { isRepeat, seenIn, shows, UNANSWERED } from "./telling.js";

const GRACE = "U0GRACEHOPP";
const IN_THREAD = { ...UNANSWERED, inThread: true } as const;

const dir = mkdtempSync(join(tmpdir(), "hex-bot-"));
const policy = join(dir, "policy.yml");
writeFileSync(
  policy,
  `rules:
  - { allow: run, people: everyone, needs: approval by ${GRACE} }
  - { allow: [see, cancel], people: everyone }
`,
);
afterAll(() => rmSync(dir, { recursive: true }));

const scenariosOn = scenarioGroups(postgresForTests(), { speed: 8, env: { HEX_BOT_POLICY: policy } });

describe.concurrent.each(STORES)("on %s, the bot is killed", (kind) => {
  const scenario = scenariosOn(kind);

  scenario("while Slack takes the mention of the approvers", async (stage) => {
    const { fleet, bot, slack, project, cardShows } = stage;
    const { replies, happens } = seenIn(stage);
    const { id } = project({ runningMs: 2_000 });
    slack.faults.add(IN_THREAD);
    await slack.command(`run ${id}`);
    await happens(() => replies().length === 1);
    await bot.kill();
    await fleet.add();
    await happens(() => replies().length === 2);
    expect(replies().every(shows(`It needs the approval of <@${GRACE}>`))).toBe(true);
    expect(replies().map(isRepeat)).toEqual([false, true]);
    await slack.click(await cardShows("Waiting for approval"), "approve_run", { user: slack.people.grace });
    await cardShows("Completed");
    await happens(() => replies().some(shows("completed")));
    expect(replies()).toHaveLength(3);
    expect(slack.refused).toEqual([]);
  });

  scenario("while Slack takes that nobody can approve it any more", async (stage) => {
    const { fleet, bot, slack, project, cardShows } = stage;
    const { replies, happens } = seenIn(stage);
    const { id } = project();
    await slack.command(`run ${id}`);
    const card = await cardShows("Waiting for approval");
    await happens(() => replies().length === 1);
    // The card is drawn again once it is stored that the approver was mentioned.
    await slack.click(card, "tell_me", { user: slack.people.grace });
    await cardShows("1 person will be told");
    await bot.kill();
    slack.deactivate(slack.people.grace);
    slack.faults.add(IN_THREAD);
    const hopeless = () => replies().filter(shows("Nobody can approve"));
    const next = await fleet.add();
    await happens(() => hopeless().length === 1);
    await next.kill();
    await fleet.add();
    await happens(() => hopeless().length === 2);
    expect(hopeless().map(isRepeat)).toEqual([false, true]);
    expect(slack.refused).toEqual([]);
  });
});
