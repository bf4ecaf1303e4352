// What whoever installs the app leaves out is off, and nothing else: the bot says so in a line, and how to switch it on.

import { afterEach, describe, expect, test } from "vitest";
import { OPTIONAL_SCOPES } from "../../src/slack/connection/scopes.js";
import { firstManifest, manifest } from "../sandbox/slack/server.js";
import { Bench, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  afterEach(() => bench.stop());
  const linesOf = (text: string) => text.split("\n").filter((line) => line.includes(":information_source:"));

  test("with every optional scope declined the bot starts, runs, and says in one line what is off", async () => {
    bench = await Bench.start(mode, { slackOptions: { declined: [...OPTIONAL_SCOPES] } });
    const told = bench.log.filter((line) => line.includes("chat:write.public")).map((line) => JSON.parse(line));
    expect(told).toMatchObject([{ level: "info" }]);
    expect(bench.log.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
    for (const command of ["status", "help"]) {
      const answer = await bench.ask(command);
      expect(linesOf(answer)).toEqual([
        expect.stringMatching(
          /Cards in public channels that the bot is not in, mentions and commands in direct messages are off: add the scopes chat:write\.public, app_mentions:read and im:history at api\.slack\.com\/apps .* OAuth &amp; Permissions and reinstall the app/,
        ),
      ]);
      expect(answer).not.toContain(":warning:");
    }
    const { data } = bench.slack.channels;
    bench.slack.invite(data, bench.slack.botUserId);
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    await bench.slack.command(`run ${project.id}`, { channel: data });
    await bench.cardShows("Completed");
    expect(bench.card().channel).toBe(data.id);
  });

  test("what Slack grants later is on from its next answer", async () => {
    bench = await Bench.start(mode, { slackOptions: { declined: ["app_mentions:read"] } });
    expect(linesOf(await bench.ask("help"))[0]).toMatch(/Mentions are off: add the scope app_mentions:read at /);
    bench.slack.install(manifest());
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Completed");
    for (const command of ["status", "help"]) expect(linesOf(await bench.ask(command))).toEqual([]);
  });

  test("a public channel that the bot is not in, without chat:write.public: a direct message that says /invite", async () => {
    bench = await Bench.start(mode, { slackOptions: { declined: ["chat:write.public"] } });
    const { general } = bench.slack.channels;
    bench.slack.kick(general, bench.slack.botUserId);
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    const answer = await bench.ask(`run ${project.id}`, { channel: general });
    expect(answer).toMatch(/the run's card is in your direct messages. Write `\/invite @hex`/);
    await bench.cardShows("Completed");
    expect(bench.card().channel).toBe(bench.slack.dm(bench.slack.people.ada).id);
  });

  test("an app that was installed with 0.1.0 works as before, and gets the rest by the new manifest", async () => {
    bench = await Bench.start(mode, { slackOptions: { manifest: firstManifest() } });
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    expect(linesOf(await bench.ask("status"))).toEqual([
      expect.stringContaining("Mentions and commands in direct messages are off"),
    ]);
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Completed");
    expect(bench.card().channel).toBe(bench.slack.channels.data.id);
    await bench.person("ada").press(bench.card(), "Run again");
    await bench.cardShows("Completed", 1);
    expect(await bench.ask("projects")).toContain("Revenue");
    bench.slack.install(manifest());
    await bench.ask("status");
    await bench.person("ada").press(bench.card(1), "Run again");
    await bench.cardShows("Completed", 2);
    expect(linesOf(await bench.ask("status"))).toEqual([]);
  });
});
