// Only features whose scopes are missing are off. The bot says so in one line, and how to switch them on.

import { afterEach, describe, expect, test } from "vitest";
import { OPTIONAL_SCOPES } from "../../src/slack/connection/scopes.js";
import { firstManifest, manifest } from "../sandbox/slack/server.js";
import { Harness, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());
  const linesOf = (text: string) => text.split("\n").filter((line) => line.includes(":information_source:"));

  test("with every optional scope declined, the bot starts, works, and says in one line what is off", async () => {
    harness = await Harness.start(mode, { slackOptions: { declined: [...OPTIONAL_SCOPES] } });
    const told = harness.log.filter((line) => line.includes("chat:write.public")).map((line) => JSON.parse(line));
    expect(told).toMatchObject([{ level: "info" }]);
    expect(harness.log.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
    for (const command of ["status", "help"]) {
      const answer = await harness.ask(command);
      expect(linesOf(answer)).toEqual([
        expect.stringMatching(
          /Cards in public channels that the bot is not in, mentions, commands in direct messages, digests in people's own time zones and mentions of the owners of projects that fail are off: add the scopes chat:write\.public, app_mentions:read, im:history, users:read and users:read\.email at api\.slack\.com\/apps .* OAuth &amp; Permissions and reinstall the app/,
        ),
      ]);
      expect(answer).not.toContain(":warning:");
      // No rules ask about user groups.
      expect(answer).not.toContain("usergroups:read");
    }
    const { data } = harness.slack.channels;
    harness.slack.invite(data, harness.slack.botUserId);
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${project.id}`, { channel: data });
    await harness.cardShows("Completed");
    expect(harness.card().channel).toBe(data.id);
  });

  test("a scope that Slack grants later works from its next answer on", async () => {
    harness = await Harness.start(mode, { slackOptions: { declined: ["app_mentions:read"] } });
    expect(linesOf(await harness.ask("help"))[0]).toMatch(/Mentions are off: add the scope app_mentions:read at /);
    harness.slack.install(manifest());
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    for (const command of ["status", "help"]) expect(linesOf(await harness.ask(command))).toEqual([]);
  });

  test("in a public channel without the bot and without chat:write.public, a direct message says /invite", async () => {
    harness = await Harness.start(mode, { slackOptions: { declined: ["chat:write.public"] } });
    const { general } = harness.slack.channels;
    harness.slack.kick(general, harness.slack.botUserId);
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    const answer = await harness.ask(`run ${project.id}`, { channel: general });
    expect(answer).toMatch(/the run's card is in your direct messages. Type `\/invite @hex`/);
    await harness.cardShows("Completed");
    expect(harness.card().channel).toBe(harness.slack.dm(harness.slack.people.ada).id);
  });

  test("an app that was installed with 0.1.0 works as before, and gets the rest with the new manifest", async () => {
    harness = await Harness.start(mode, { slackOptions: { manifest: firstManifest() } });
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    expect(linesOf(await harness.ask("status"))).toEqual([
      expect.stringContaining(
        "Mentions, commands in direct messages, digests in people's own time zones and mentions of the owners of projects that fail are off",
      ),
    ]);
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    expect(harness.card().channel).toBe(harness.slack.channels.data.id);
    await harness.person("ada").press(harness.card(), "Run again");
    await harness.cardShows("Completed", 1);
    expect(await harness.ask("projects")).toContain("Revenue");
    harness.slack.install(manifest());
    await harness.ask("status");
    await harness.person("ada").press(harness.card(1), "Run again");
    await harness.cardShows("Completed", 2);
    expect(linesOf(await harness.ask("status"))).toEqual([]);
  });
});
