// Two replicas on one Postgres, one of them on a machine whose clock is minutes off: nothing changes for the other.

import { expect, test } from "vitest";
import { isStart } from "../sandbox/hex/server.js";
import { visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";

const SPEED = 8;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const postgres = postgresForTests();

// Side by side: most of their time they wait.
test.concurrent.each([
  ["ahead", 4 * MINUTE],
  ["behind", -4 * MINUTE],
])("four minutes %s", async (which, aheadMs) => {
  const env = { HEX_REQUESTS_PER_MINUTE: "10" };
  const fleet = await Fleet.start(await postgres.database(`clock_${which}`), SPEED, env);
  try {
    const { hex, slack, clock } = fleet;
    const { id } = hex.workspace.addProject({
      title: "Revenue",
      run: { pendingMs: 2 * SECOND, runningMs: 16 * SECOND },
    });
    const log = () => fleet.replicas.map((replica) => replica.log.slice(-3_000)).join("\n");

    // The one that is wrong uses up what may be asked in a minute, and is killed in the middle of a start.
    const wrong = await fleet.add({ aheadMs });
    await until(() => wrong.log.includes("leader: begins"), log);
    for (let request = 0; request < 8; request++) await slack.command("projects");
    await until(() => hex.requests.filter(({ endpoint }) => endpoint === "listProjects").length > 0, log);
    hex.faults.add({ endpoint: "runProject", kind: { type: "hang" }, afterEffect: true });
    await slack.command(`run ${id}`);
    await hex.waitFor(isStart);
    await wrong.kill();
    const right = await fleet.add();

    // The other one leads soon, finds the run that was started, and may ask again a minute later.
    const from = clock.now();
    await until(() => right.log.includes("leader: begins"), log);
    expect(clock.now() - from).toBeLessThan(2 * MINUTE);
    await clock.sleep(from + 65 * SECOND - clock.now());
    const card = await fleet.cardShows("Completed");
    expect(visibleText(card)).toContain("After 16 s");
    expect(hex.workspace.runs).toHaveLength(1);
    const { id: asked } = await slack.command(`runs ${id}`);
    const answer = await slack.waitForMessage((message) => message.responseUrlOf === asked);
    expect(visibleText(answer)).not.toMatch(/limit|try again/i);
    expect(visibleText(answer)).toContain("Completed");
  } finally {
    await fleet.stop();
  }
});
