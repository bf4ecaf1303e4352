// Slack's refusals are reported plainly, at the start, in the log and in /hex status, until the same call works again.

import { afterEach, describe, expect, test } from "vitest";
import type { SlackCall } from "../../src/slack/connection/calls.js";
import { asSlackFailure, slackWord } from "../../src/slack/connection/failures.js";
import { SlackRefusals } from "../../src/slack/connection/refusals.js";
import { slackRemedy, slackTroubleLines } from "../../src/slack/messages/slack-remedies.js";
import { ManualClock } from "../sandbox/clock.js";
import type { FaultKind } from "../sandbox/slack/types.js";
import { Harness, MODES, shown } from "./harness.js";

const HOUR = 60 * 60_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test("a scope that was not granted gets a warning at the start and in the status, and none when it is granted", async () => {
    harness = await Harness.start(mode, { idle: true });
    harness.slack.scopes.delete("chat:write");
    await harness.startBot();
    const warning = harness.log.find((line) => line.includes("lacks the scope"));
    expect(warning).toContain('"level":"warn"');
    expect(warning).toMatch(
      /lacks the scope chat:write, which it cannot work without: reinstall it from manifest\.yml/,
    );
    expect(await harness.ask("status")).toMatch(/:warning: The app lacks the scope chat:write, .*reinstall/);
    harness.slack.scopes.add("chat:write");
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    expect(await harness.ask("status")).not.toContain(":warning:");
  });

  test("if Slack does not accept an answer, the log says what to do", async () => {
    harness = await Harness.start(mode);
    const said = async (kind: FaultKind, todo: string) => {
      for (const method of ["response_url", "chat.postEphemeral"]) harness.slack.faults.add({ method, kind });
      const lines = () => harness.log.filter((line) => line.includes('"No answer could be given"'));
      const before = lines().length;
      await harness.slack.command("help");
      await harness.until(() => lines().length > before, 0);
      expect(lines().at(-1)).toContain(todo);
      harness.slack.faults.clear();
    };
    await said({ type: "status", status: 503 }, "look at https://slack-status.com");
    await said({ type: "reset" }, "can reach SLACK_API_URL");
  });

  test.each([
    [{ type: "ratelimited", retryAfter: 1 }, 4, "Slack asks the bot to wait"],
    [{ type: "status", status: 503 }, 4, "Slack is having trouble"],
  ] as const)(
    "if Slack takes no answer for a while (%j), that counts as no fault of the bot",
    async (kind, times, what) => {
      harness = await Harness.start(mode);
      const ada = harness.person("ada");
      harness.slack.faults.add({ method: "chat.postMessage", times, kind });
      await ada.dm("help");
      await harness.until(() => ada.sees.length === 2);
      expect(ada.sees.map(shown).at(-1)).toMatch(
        new RegExp(`^:warning: \\*Slack did not take the bot's answer.\\* ${what}. Ask again.\nReference`),
      );
      expect(harness.log.join("")).not.toContain('"msg":"fault"');
      expect((await harness.get("/metrics")).text).toMatch(
        /hexbot_commands_total\{command="help",outcome="slack_failed"\} 1/,
      );
    },
  );

  test.each([{ type: "status", status: 503 }, { type: "reset" }] as const)(
    "an answer that is lost once ($type) is sent again, and nothing is reported as failed",
    async (kind) => {
      harness = await Harness.start(mode);
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      harness.slack.faults.add({ method: "response_url", times: 1, kind });
      expect(await harness.ask(`cancel ${harness.hex.workspace.runs[0]?.id}`)).toContain("Hex is stopping *Revenue*");
      await harness.cardShows("Cancelled");
    },
  );

  test("for a channel that the bot is not in, the status says what to do, for at most an hour or until the bot can post there", async () => {
    harness = await Harness.start(mode);
    const { secret } = harness.slack.channels;
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    const refuse = async () => {
      await harness.slack.command(`run ${project.id}`, { channel: secret });
      await harness.until(() => harness.cards.some((card) => card.channel !== secret.id && card.edits > 0));
    };
    await refuse();
    const answer = await harness.ask("status");
    expect(answer).toContain(`:warning: The bot cannot see the channel (\`chat.postMessage\` in <#${secret.id}>`);
    expect(answer).toContain("invite the bot there with /invite");
    harness.slack.invite(secret, harness.slack.botUserId);
    await harness.slack.command(`run ${project.id}`, { channel: secret });
    await harness.until(() => harness.cards.some((card) => card.channel === secret.id));
    expect(await harness.ask("status")).not.toContain(":warning:");
    harness.slack.kick(secret, harness.slack.botUserId);
    await harness.slack.command(`run ${project.id}`, { channel: secret });
    await harness.until(() => harness.cards.length === 3);
    expect(await harness.ask("status")).toContain("cannot see the channel");
    await harness.until(() => harness.cards.filter((card) => card.text.startsWith("Completed")).length === 3);
    // The bot retries the message that the moved card left behind once.
    await harness.pass(5_000);
    harness.clock.advance(HOUR);
    expect(await harness.ask("status")).not.toContain(":warning:");
  });

  test.each([
    ["token_revoked", "SLACK_BOT_TOKEN was revoked", "reinstall the app"],
    ["account_inactive", "The app was removed from the workspace", "install it again"],
    ["missing_scope", "The app lacks a scope", "manifest.yml"],
    ["invalid_auth", "Slack does not accept SLACK_BOT_TOKEN", "copy it again"],
  ])("%s: the log and the status say what to do, until Slack accepts the card", async (word, what, todo) => {
    harness = await Harness.start(mode);
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    harness.slack.faults.add({ method: "chat.postMessage", times: 2, kind: { type: "error", error: word } });
    await harness.slack.command(`run ${project.id}`);
    await harness.until(() => harness.log.some((line) => line.includes("did not accept a card")));
    const line = harness.log.find((one) => one.includes("did not accept a card")) ?? "";
    expect(line).toContain(todo);
    const answer = await harness.ask("status");
    expect(answer).toContain(`:warning: ${what}`);
    expect(answer).toContain(todo);
    await harness.cardShows("Completed");
    expect(await harness.ask("status")).not.toContain(":warning:");
  });

  test("while Slack does not accept the token, the log says so once, with what to do, and when it is over; /readyz says since when", async () => {
    harness = await Harness.start(mode);
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    harness.slack.faults.add({ method: "*", kind: { type: "error", error: "invalid_auth" } });
    const said = (words: string) => harness.log.filter((line) => line.includes(words));
    await harness.until(() => said("did not accept a card").length === 1);
    const since = new Date(harness.clock.now()).toISOString();
    await harness.pass(HOUR, 5_000);
    expect(said("did not accept a card").length).toBeGreaterThan(5);
    for (const line of said("did not accept a card"))
      expect(line).toContain("a card: Slack does not accept SLACK_BOT_TOKEN");
    const [news, ...more] = said('"msg":"Slack does not accept SLACK_BOT_TOKEN');
    expect(more).toEqual([]);
    expect(news).toMatch(/"todo":"copy it again from api\.slack\.com/);
    const { slack } = JSON.parse((await harness.get("/readyz")).text);
    expect(slack).toEqual({ ok: false, since: expect.stringContaining(since.slice(0, 15)), why: "invalid_auth" });
    harness.slack.faults.clear();
    await harness.until(() => said("Slack accepts SLACK_BOT_TOKEN again").length === 1);
  });

  test("every log line about a card that Slack did not accept says what to do", async () => {
    harness = await Harness.start(mode);
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "status", status: 503 } });
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "status", status: 503 } });
    harness.slack.faults.add({ method: "chat.update", times: 1, kind: { type: "ratelimited", retryAfter: 3 } });
    harness.slack.faults.add({ method: "chat.update", times: 1, kind: { type: "error", error: "message_not_found" } });
    await harness.slack.command(`run ${project.id}`);
    await harness.until(() => harness.cards.some((card) => card.text.startsWith("Completed")));
    const lines = harness.log.filter((line) => line.includes("did not accept a card")).map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const { todo } of lines) expect(todo).toMatch(/\w+ \w+/);
  });
});

test("while Slack opens no WebSocket, each attempt is one line of the log, with the reason, and none is an error of the bot", async () => {
  const harness = await Harness.start("socket");
  harness.slack.faults.add({ method: "apps.connections.open", kind: { type: "status", status: 503 } });
  harness.slack.socket.drop();
  const said = (words: string) => harness.log.filter((line) => line.includes(words));
  await harness.until(() => said("Socket Mode: no connection yet").length === 5);
  harness.slack.faults.clear();
  await harness.until(() => said("Socket Mode: connected again").length === 1);
  expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expect(said("Socket Mode: a connection was lost")).toHaveLength(1);
  const warnings = said('"level":"warn"').map((line) => JSON.parse(line).msg);
  expect([...new Set(warnings)]).toEqual([
    "Socket Mode: a connection was lost, and another one takes over",
    "Socket Mode: no connection yet: Slack is having trouble",
  ]);
  await harness.stop();
});

describe("what was seen on the wire", () => {
  const clock = new ManualClock();
  const call = (change: Partial<SlackCall>): SlackCall => ({
    method: "chat.update",
    channel: "C1",
    status: 200,
    word: null,
    ok: true,
    scopes: null,
    ...change,
  });
  const refused = (method: SlackCall["method"], word: string) => call({ method, word, ok: false });

  test("the app token and the bot token are told apart", () => {
    const troubles = new SlackRefusals(clock);
    troubles.observe(refused("apps.connections.open", "invalid_auth"));
    expect(slackTroubleLines(troubles.now())[0]).toMatch(/Slack refuses SLACK_APP_TOKEN.*connections:write/);
    expect(troubles.token.ok).toBe(true);
    troubles.observe(call({ method: "apps.connections.open" }));
    expect(troubles.now().troubles).toEqual([]);
  });

  test("a token that lacks a scope for one method still counts as valid", () => {
    const troubles = new SlackRefusals(clock);
    troubles.observe(refused("chat.postMessage", "invalid_auth"));
    expect(troubles.token).toMatchObject({ ok: false, word: "invalid_auth" });
    troubles.observe(refused("chat.delete", "missing_scope"));
    expect(troubles.token).toMatchObject({ ok: true, word: null });
    expect(slackTroubleLines(troubles.now())[0]).toContain("The app lacks a scope");
  });

  test("a success elsewhere ends no refusal, and a deleted message is no trouble", () => {
    const troubles = new SlackRefusals(clock);
    troubles.observe(refused("chat.postMessage", "not_in_channel"));
    troubles.observe(call({ channel: "C2" }));
    troubles.observe(call({ method: "response_url", channel: null }));
    expect(troubles.now().troubles).toHaveLength(1);
    troubles.observe(refused("chat.update", "message_not_found"));
    expect(troubles.now().troubles).toHaveLength(1);
    troubles.observe(call({ channel: "C1" }));
    expect(troubles.now().troubles).toEqual([]);
  });

  test("the app token's scopes are not the bot's, and without information none counts as missing", () => {
    const troubles = new SlackRefusals(clock);
    troubles.observe(call({ method: "apps.connections.open", scopes: ["connections:write"] }));
    expect(troubles.now()).toMatchObject({ missingScopes: [], declinedScopes: [] });
    troubles.observe(call({ scopes: ["commands", "im:history"] }));
    expect(troubles.now()).toMatchObject({
      missingScopes: ["chat:write"],
      declinedScopes: ["chat:write.public", "app_mentions:read", "users:read", "users:read.email", "usergroups:read"],
    });
  });

  test("a web page instead of Slack's word is not repeated", () => {
    for (const text of ["<html>xoxb-1</html>", "", "not in channel", "xoxb-1-2", "x".repeat(100)]) {
      expect(slackWord(text)).toBe("unreadable");
      expect(slackRemedy(slackWord(text)).todo).toContain("SLACK_API_URL");
    }
    expect(() => asSlackFailure(new Error("no failure of Slack's"))).toThrow();
  });
});
