// The local Slack against real Bolt apps in both modes, and against direct requests.

import { createServer } from "node:http";
import type { App } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ManualClock } from "../clock.js";
import { closeServer, freePort, listen } from "../local-server.js";
import { MODES, type Mode, startBolt } from "./bolt-app.js";
import { deliver, type LocalSlack, pings, type SlackMessage, sign, startSlack, visibleText } from "./server.js";

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
const button = (action_id: string, value: string, more = {}) => ({
  type: "button",
  action_id,
  value,
  text: { type: "plain_text", text: action_id },
  ...more,
});
const card = [section("*Run*"), { type: "actions", elements: [button("again", "1"), button("cancel", "1")] }];

let clock: ManualClock;
let slack: LocalSlack;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  // Bolt checks signatures against the machine's time.
  clock = new ManualClock(Date.now());
  slack = await startSlack({ clock });
});

afterEach(async () => {
  for (const stop of cleanUp.splice(0).reverse()) await stop();
  await slack.stop();
});

/** Makes one call with the bot's token, as JSON. */
async function call(method: string, args: Record<string, unknown>, token = slack.botToken) {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", authorization: `Bearer ${token}` },
    body: JSON.stringify(args),
  });
  const answer: Record<string, unknown> = Object(await response.json());
  return { ...answer, status: response.status, retryAfter: response.headers.get("retry-after") };
}

async function respond(url: string, body: Record<string, unknown>): Promise<number> {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).status;
}

function at(index: number): SlackMessage {
  const message = slack.messages.at(index);
  if (!message) throw new Error(`There is no message ${index}`);
  return message;
}

/** The listeners that are tested in both modes. */
function addListeners(app: App): void {
  app.command("/hex", async ({ ack, respond, client, command }) => {
    if (command.text === "text") return ack("at once");
    if (command.text === "silent") return;
    await ack();
    if (command.text === "card") {
      await client.chat.postMessage({ channel: command.channel_id, text: "Run", blocks: card, unfurl_links: false });
    } else await respond(`you said ${command.text}`);
  });
  app.action("again", async ({ ack, respond }) => {
    await ack();
    await respond({ text: "once more", replace_original: true });
  });
  app.action("cancel", async ({ ack, client, body }) => {
    await ack();
    if (body.type !== "block_actions" || !body.channel || !body.message) return;
    await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: "Cancelled" });
  });
}

async function startApp(mode: Mode, register = addListeners): Promise<void> {
  cleanUp.push(await startBolt(slack, mode, register));
}

describe.each(MODES)("a Bolt app in %s mode", (mode) => {
  beforeEach(() => startApp(mode));

  test("answers a command through its response_url", async () => {
    const { ack, id } = await slack.command("hello");
    expect(ack).toMatchObject({ ok: true });
    expect(ack.body).toBeUndefined();
    const message = await slack.waitForMessage((one) => one.text === "you said hello");
    expect(message).toMatchObject({
      ephemeral: true,
      user: slack.people.ada.id,
      via: "response_url",
      responseUrlOf: id,
    });
  });

  test("answers a command in its acknowledgement", async () => {
    const { ack } = await slack.command("text", { user: slack.people.grace });
    expect(ack.ok).toBe(true);
    expect(at(0)).toMatchObject({ text: "at once", via: "ack", user: slack.people.grace.id });
  });

  test("posts a card, and edits it through the button's response_url and through chat.update", async () => {
    await slack.command("card");
    const message = await slack.waitForMessage((one) => one.via === "postMessage");
    expect(message).toMatchObject({ channel: slack.channels.data.id, ephemeral: false, unfurlLinks: false, edits: 0 });
    expect(visibleText(message)).toBe("*Run*\nagain\ncancel");
    await slack.click(message, "cancel");
    await slack.waitForMessage((one) => one === message && one.edits === 1);
    expect(message).toMatchObject({ text: "Cancelled", blocks: [] });
    await expect(slack.click(message, "again")).rejects.toThrow("There is no such element");
    const first = message.history[0];
    await slack.click(message, "again", { stale: { blocks: first?.blocks ?? [] } });
    await slack.waitForMessage((one) => one.text === "once more" && one.history.length === 3);
    expect(slack.messages).toHaveLength(1);
    expect(slack.refused).toEqual([]);
  });

  test("receives the same interaction again", async () => {
    const first = await slack.command("hello");
    const second = await slack.redeliver(first);
    expect(second).toMatchObject({ id: first.id, triggerId: first.triggerId, ack: { ok: true } });
    await slack.waitForMessage(() => slack.messages.length === 2);
  });

  test("times out if nobody acknowledges", async () => {
    const { ack } = await slack.command("silent", { timeoutMs: 30 });
    expect(ack).toMatchObject({ ok: false, error: "timeout" });
  });
});

describe("delivery", () => {
  test("a forged or old request is refused by Bolt", async () => {
    await startApp("http");
    const body = "command=%2Fhex&text=hello";
    const now = Math.floor(Date.now() / 1000);
    const tries: [number, string][] = [
      [now, sign("0".repeat(32), now, body)],
      [now - 301, sign(slack.signingSecret, now - 301, body)],
    ];
    for (const [time, signature] of tries) {
      const { status } = await deliver(slack.eventsUrl ?? "", {
        body,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "x-slack-request-timestamp": String(time),
          "x-slack-signature": signature,
        },
      });
      expect(status).toBe(401);
    }
  });

  test("an app that does not listen gets nothing", async () => {
    slack.eventsUrl = `http://127.0.0.1:${await freePort()}/slack/events`;
    expect((await slack.command("hello")).ack).toMatchObject({ ok: false, error: "refused" });
  });

  test.each(["warning", "refresh_requested", "drop"] as const)("Socket Mode comes back after %s", async (how) => {
    await startApp("socket");
    if (how === "drop") slack.socket.drop();
    else slack.socket.disconnect(how);
    expect(slack.socket.connections).toBe(0);
    await slack.socket.waitForConnection();
    expect((await slack.command("text")).ack.ok).toBe(true);
  });

  test("a Socket Mode address works once", async () => {
    const { url } = Object(await call("apps.connections.open", {}, slack.appToken));
    const open = () =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(String(url));
        socket.onmessage = (event) => {
          resolve(String(Object(JSON.parse(String(event.data))).type));
          socket.close();
        };
        socket.onerror = () => resolve("refused");
      });
    expect(await open()).toBe("hello");
    expect(await open()).toBe("refused");
  });

  test.each([
    ["run https://app.hex.tech/x?a=1&b=2.", "run <https://app.hex.tech/x?a=1&amp;b=2>."],
    ["run app.hex.tech/acme/x", "run <http://app.hex.tech/acme/x|app.hex.tech/acme/x>"],
    ["to=ada@example.com", "to=<mailto:ada@example.com|ada@example.com>"],
    ["R&D <now> 1.5/2", "R&amp;D &lt;now&gt; 1.5/2"],
    ["#data by @grace, not #nothing", "<#C0DATATEAM1|data> by <@U0GRACEHOPP|grace>, not #nothing"],
    [
      "@here @channel @data-team +1-555-0100-22 1+15550100 @nobody",
      "<!here> <!channel> <!subteam^S0DATATEAM1|@data-team> <tel:+1555010022|+1-555-0100-22> 1+15550100 @nobody",
    ],
  ])("what people type arrives as Slack escapes it: %s", async (typed, arrives) => {
    const heard: string[] = [];
    await startApp("socket", (app) =>
      app.command("/hex", async ({ ack, command }) => {
        heard.push(command.text);
        await ack();
      }),
    );
    await slack.command(typed);
    await slack.command(typed, { escape: false });
    expect(heard).toEqual([arrives, typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")]);
  });

  test("the payloads look like Slack's", async () => {
    const seen: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: string[] = [];
      for await (const chunk of request) chunks.push(String(chunk));
      seen.push(chunks.join(""));
      response.end();
    });
    slack.eventsUrl = `http://127.0.0.1:${await listen(server)}/`;
    cleanUp.push(() => closeServer(server));
    const { team, data } = slack.channels;
    await slack.command("run https://app.hex.tech/x.", { channel: team, triggerId: "1.2.3" });
    const form = Object.fromEntries(new URLSearchParams(seen[0]));
    expect(form).toMatchObject({ command: "/hex", text: "run <https://app.hex.tech/x>.", trigger_id: "1.2.3" });
    expect(form).toMatchObject({ channel_id: team.id, channel_name: "privategroup", user_name: "ada" });
    const menu = {
      type: "static_select",
      action_id: "pick",
      options: [{ text: { type: "plain_text", text: "A" }, value: "a" }],
    };
    await call("chat.postMessage", {
      channel: data.id,
      text: "x",
      blocks: [...card, { ...section("m"), accessory: menu }],
    });
    await slack.click(at(0), "again", { user: slack.people.stranger });
    expect(JSON.parse(new URLSearchParams(seen[1]).get("payload") ?? "")).toMatchObject({
      type: "block_actions",
      user: { id: slack.people.stranger.id, team_id: "T0OTHERTEAM" },
      team: { id: slack.teamId },
      channel: { id: data.id, name: "data" },
      container: { message_ts: at(0).ts, is_ephemeral: false },
      message: { ts: at(0).ts, bot_id: slack.botId },
      actions: [{ type: "button", action_id: "again", block_id: "auto-block-1", value: "1" }],
    });
    await slack.click(at(0), "pick", { value: "a" });
    expect(JSON.parse(new URLSearchParams(seen[2]).get("payload") ?? "")).toMatchObject({
      actions: [{ type: "static_select", selected_option: { value: "a" } }],
      state: { values: { "auto-block-2": { pick: { type: "static_select" } } } },
    });
  });
});

describe("the Web API", () => {
  test("checks the token and the scopes", async () => {
    expect(await call("auth.test", {})).toMatchObject({ ok: true, team_id: slack.teamId, user_id: slack.botUserId });
    expect(await call("auth.test", {}, "xoxb-wrong")).toMatchObject({ ok: false, error: "invalid_auth" });
    expect(await (await fetch(`${slack.apiUrl}auth.test`, { method: "POST" })).json()).toMatchObject({
      error: "not_authed",
    });
    expect(await call("apps.connections.open", {})).toMatchObject({ error: "not_allowed_token_type" });
    expect(await call("conversations.open", { users: "U1" })).toMatchObject({
      error: "missing_scope",
      needed: "im:write",
    });
    expect(await call("chat.shout", {})).toMatchObject({ error: "unknown_method" });
    slack.scopes.delete("chat:write");
    const { data } = slack.channels;
    expect(await call("chat.postMessage", { channel: data.id, text: "x" })).toMatchObject({
      error: "missing_scope",
      needed: "chat:write",
      provided: "commands,chat:write.public,app_mentions:read,im:history,users:read,users:read.email,usergroups:read",
    });
  });

  test("tells people's time zones, and who is of another workspace", async () => {
    const { ada, stranger } = slack.people;
    expect(await call("users.info", { user: ada.id })).toMatchObject({ ok: true, user: { tz: "Europe/Berlin" } });
    const sharing = await call("users.info", { user: stranger.id });
    expect(sharing).toMatchObject({ ok: true, user: { team_id: "T0OTHERTEAM" } });
    expect(sharing).not.toHaveProperty("user.is_stranger");
    slack.others.push({ ...stranger, id: "U0FARAWAY01" });
    expect(await call("users.info", { user: "U0FARAWAY01" })).toMatchObject({ ok: true, user: { is_stranger: true } });
    expect(await call("users.info", { user: "U1" })).toMatchObject({ error: "user_not_found" });
    slack.unseen.add(stranger.id);
    expect(await call("users.info", { user: stranger.id })).toMatchObject({ error: "user_not_visible" });
  });

  test("tells who is a guest or an admin, and with its scope their address", async () => {
    const { ada, grace } = slack.people;
    slack.roles.set(ada.id, "admin").set(grace.id, "guest");
    expect(await call("users.info", { user: ada.id })).toMatchObject({
      user: { is_admin: true, is_restricted: false, profile: { email: "ada@acme.test" } },
    });
    slack.scopes.delete("users:read.email");
    expect(await call("users.info", { user: grace.id })).toMatchObject({
      user: { is_admin: false, is_restricted: true, profile: {} },
    });
  });

  test("lists everybody who has an account, page by page: also bots, those who have left, and Slack's own bot", async () => {
    const { ada, grace, stranger } = slack.people;
    slack.roles.set(ada.id, "admin");
    slack.deactivate(grace);
    const list = async (args: Record<string, unknown>) => Object(await call("users.list", args));
    const first = await list({ limit: 3 });
    expect(first).toMatchObject({
      ok: true,
      members: [
        { id: "USLACKBOT", is_bot: false, deleted: false },
        { id: slack.primaryOwner.id, is_owner: true },
        { id: ada.id, is_admin: true },
      ],
    });
    const { next_cursor: cursor } = first.response_metadata;
    const { members, response_metadata: end } = await list({ limit: 200, cursor });
    expect(members).toMatchObject([
      { id: grace.id, deleted: true },
      { id: stranger.id, team_id: stranger.teamId },
      { id: slack.otherBot.id, is_bot: true },
      { id: slack.botUserId, is_bot: true },
    ]);
    expect(members[0]).not.toHaveProperty("is_admin");
    expect(end).toEqual({ next_cursor: "" });
    expect(await list({ cursor: "nonsense" })).toMatchObject({ error: "invalid_cursor" });
    slack.scopes.delete("users:read");
    expect(await list({})).toMatchObject({ error: "missing_scope", needed: "users:read" });
  });

  test("tells who is in a user group", async () => {
    const list = (usergroup: string) => call("usergroups.users.list", { usergroup });
    expect(await list("S0DATATEAM1")).toMatchObject({ ok: true, users: [slack.people.ada.id] });
    expect(await list("S0NOSUCH")).toMatchObject({ error: "no_such_subteam" });
    slack.hasGroups = false;
    for (const method of ["usergroups.list", "usergroups.users.list"]) {
      expect(await call(method, { usergroup: "S0DATATEAM1" })).toMatchObject({ error: "plan_upgrade_required" });
    }
    slack.hasGroups = true;
    slack.scopes.delete("usergroups:read");
    expect(await list("S0DATATEAM1")).toMatchObject({ error: "missing_scope", needed: "usergroups:read" });
  });

  test("lists the user groups, with those that are switched off and with the people in them only when asked", async () => {
    slack.groups.set("S0OLDTEAM", new Set());
    slack.groupsOff.add("S0OLDTEAM");
    const list = async (args: Record<string, unknown>) => Object(await call("usergroups.list", args)).usergroups;
    expect(await list({})).toEqual([expect.not.objectContaining({ users: expect.anything() })]);
    expect(await list({ include_users: true })).toMatchObject([
      { id: "S0DATATEAM1", handle: "data-team", date_delete: 0, users: [slack.people.ada.id] },
    ]);
    expect(await list({ include_disabled: true })).toMatchObject([
      { id: "S0DATATEAM1" },
      { id: "S0OLDTEAM", date_delete: expect.any(Number) },
    ]);
  });

  test("tells about a channel with the scope for its kind", async () => {
    const { data, team, secret, archived } = slack.channels;
    const info = (channel: { id: string }) => call("conversations.info", { channel: channel.id });
    expect(await info(data)).toMatchObject({ error: "missing_scope", needed: "channels:read" });
    slack.scopes.add("channels:read");
    expect(await info(data)).toMatchObject({ ok: true, channel: { id: data.id, is_archived: false } });
    expect(await info(archived)).toMatchObject({ channel: { is_archived: true } });
    expect(await info(team)).toMatchObject({ error: "missing_scope", needed: "groups:read" });
    expect(await info(secret)).toMatchObject({ error: "channel_not_found" });
  });

  test("refuses tokens that were renewed, with the word for why", async () => {
    const old = slack.botToken;
    const renewed = slack.renew("botToken", "token_revoked");
    expect(await call("auth.test", {}, old)).toMatchObject({ ok: false, error: "token_revoked" });
    expect(await call("auth.test", {}, renewed)).toMatchObject({ ok: true });
  });

  test("finds people by their e-mail address, unless they were deactivated or are of another workspace", async () => {
    const { ada, grace } = slack.people;
    const find = (email: string) => call("users.lookupByEmail", { email });
    expect(await find("Ada@acme.test")).toMatchObject({ ok: true, user: { id: ada.id } });
    slack.deactivate(grace);
    for (const email of ["grace@acme.test", "sam@other.test", "nobody@acme.test"]) {
      expect(await find(email)).toMatchObject({ ok: false, error: "users_not_found" });
    }
    slack.scopes.delete("users:read.email");
    expect(await find("ada@acme.test")).toMatchObject({ error: "missing_scope", needed: "users:read.email" });
  });

  test("knows where the bot may post", async () => {
    const { general, secret, team, archived } = slack.channels;
    const post = async (channel: string) => Object(await call("chat.postMessage", { channel, text: "x" })).error;
    expect(await post(general.id)).toBeUndefined();
    expect(await post(team.id)).toBeUndefined();
    expect(await post(slack.people.ada.id)).toBeUndefined();
    expect(at(-1).channel).toBe(slack.dm(slack.people.ada).id);
    expect(await post(secret.id)).toBe("channel_not_found");
    expect(await post(archived.id)).toBe("is_archived");
    slack.invite(secret, slack.botUserId);
    slack.kick(team, slack.botUserId);
    expect(await post(secret.id)).toBeUndefined();
    expect(await post(team.id)).toBe("channel_not_found");
    slack.scopes.delete("chat:write.public");
    expect(await post(general.id)).toBe("not_in_channel");
    slack.archive(secret);
    expect(await post(secret.id)).toBe("is_archived");
  });

  test("edits and deletes only the bot's own messages", async () => {
    const { data } = slack.channels;
    const typed = slack.say(slack.people.ada, data, "hello");
    await call("chat.postMessage", { channel: data.id, text: "one", blocks: card });
    const { message_ts } = Object(
      await call("chat.postEphemeral", { channel: data.id, user: slack.people.ada.id, text: "e" }),
    );
    const error = async (ts: string) => Object(await call("chat.update", { channel: data.id, ts, text: "two" })).error;
    expect(await error(typed.ts)).toBe("cant_update_message");
    expect(await error(String(message_ts))).toBe("message_not_found");
    expect(await error("1.1")).toBe("message_not_found");
    expect(await error(at(1).ts)).toBeUndefined();
    expect(at(1)).toMatchObject({ text: "two", blocks: [], edits: 1 });
    expect(await call("chat.getPermalink", { channel: data.id, message_ts: at(1).ts })).toMatchObject({ ok: true });
    expect(await call("chat.delete", { channel: data.id, ts: at(1).ts })).toMatchObject({ ok: true });
    expect(at(1).deleted).toBe(true);
  });

  const cells = (rows: number, columns: number, text = "x") =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => ({ type: "raw_text", text })));
  const dataTable = (rows: unknown[]) => ({ type: "data_table", caption: "x", rows });
  const richCell = {
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "x" }] }],
  };
  const refused: [string, string, Record<string, unknown>][] = [
    ["no_text", "", {}],
    ["msg_too_long", "", { text: "x".repeat(4_001) }],
    ["msg_blocks_too_long", "", { blocks: Array(5).fill(section("x".repeat(2_700))) }],
    ["msg_blocks_too_long", "", { blocks: Array(45).fill(section("x".repeat(252))) }],
    ["invalid_blocks_format", "", { text: "x", blocks: "nonsense" }],
    ["invalid_blocks", "more than 0 characters [json-pointer:/blocks/0/text/text]", { blocks: [section("")] }],
    ["invalid_blocks", "less than 3001 characters", { blocks: [section("x".repeat(3_001))] }],
    ["invalid_blocks", "no more than 50 items", { blocks: Array(51).fill({ type: "divider" }) }],
    ["invalid_blocks", "`text` or `fields`", { blocks: [{ type: "section" }] }],
    [
      "invalid_blocks",
      "additional property: colour",
      { blocks: [{ ...section("x"), text: { type: "mrkdwn", text: "x", colour: 1 } }] },
    ],
    ["invalid_blocks", "unsupported type: video", { blocks: [{ type: "video" }] }],
    [
      "invalid_blocks",
      '`block_id` "a"',
      {
        blocks: [
          { type: "divider", block_id: "a" },
          { type: "divider", block_id: "a" },
        ],
      },
    ],
    [
      "invalid_blocks",
      '`action_id` "a"',
      { blocks: [{ type: "actions", elements: [button("a", "1"), button("a", "2")] }] },
    ],
    [
      "invalid_blocks",
      "elements/0/style",
      { blocks: [{ type: "actions", elements: [button("a", "1", { style: "default" })] }] },
    ],
    [
      "invalid_blocks",
      "http(s) URL",
      { blocks: [{ type: "actions", elements: [button("a", "1", { url: "javascript:1" })] }] },
    ],
    ["invalid_blocks", "less than 2001", { blocks: [{ type: "actions", elements: [button("a", "x".repeat(2_001))] }] }],
    [
      "invalid_blocks",
      "missing required field: deny",
      {
        blocks: [
          {
            type: "actions",
            elements: [
              button("a", "1", {
                confirm: {
                  title: { type: "plain_text", text: "t" },
                  text: { type: "plain_text", text: "t" },
                  confirm: { type: "plain_text", text: "t" },
                },
              }),
            ],
          },
        ],
      },
    ],
    [
      "invalid_blocks",
      "no more than 10 items",
      { blocks: [{ type: "context", elements: Array(11).fill({ type: "mrkdwn", text: "x" }) }] },
    ],
    [
      "invalid_blocks",
      "less than 151",
      { blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }] },
    ],
    ["invalid_blocks", "missing required field: caption", { blocks: [{ type: "data_table", rows: cells(2, 1) }] }],
    ["invalid_blocks", "no fewer than 2 items", { blocks: [dataTable(cells(1, 1))] }],
    ["invalid_blocks", "no more than 201 items", { blocks: [dataTable(cells(202, 1))] }],
    ["invalid_blocks", "no more than 20 items", { blocks: [dataTable(cells(2, 21))] }],
    ["invalid_blocks", "the same number of cells", { blocks: [dataTable([...cells(1, 2), ...cells(1, 1)])] }],
    ["invalid_blocks", "the header row takes no rich_text", { blocks: [dataTable([[richCell], ...cells(1, 1)])] }],
    ["invalid_blocks", "less than 20001 characters", { blocks: [dataTable(cells(2, 1, "x".repeat(10_001)))] }],
    [
      "invalid_blocks",
      "in a table",
      {
        blocks: [
          {
            type: "table",
            rows: [
              [
                { type: "raw_text", text: "x".repeat(9_999) },
                { type: "raw_text", text: "xx" },
              ],
            ],
          },
        ],
      },
    ],
    ["invalid_blocks", "in all tables", { blocks: Array(2).fill(dataTable(cells(2, 1, "x".repeat(6_000)))) }],
    [
      "invalid_blocks",
      "only one table",
      { blocks: Array(2).fill({ type: "table", rows: [[{ type: "raw_text", text: "x" }]] }) },
    ],
  ];
  test.each(refused)("refuses with %s: %s", async (error, words, content) => {
    const answer = await call("chat.postMessage", { channel: slack.channels.data.id, ...content });
    expect(answer).toMatchObject({ ok: false, error });
    if (words) expect(JSON.stringify(answer).replaceAll('\\"', '"')).toContain(words);
    expect(slack.refused).toHaveLength(1);
    expect(slack.messages).toHaveLength(0);
  });

  const plain = (length: number) => ({ type: "plain_text", text: "x".repeat(length) });
  const row = (...elements: unknown[]) => [{ type: "actions", elements }];
  const confirm = { title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1) };
  const options = (count: number, text = 1, value = 1) =>
    Array.from({ length: count }, (_, index) => ({
      text: plain(text),
      value: String(index).padStart(value, "x"),
    }));
  const select = (choices: unknown[]) => ({ type: "static_select", action_id: "pick", options: choices });
  const table = (rows: number, columns: number) => [
    { type: "table", rows: Array(rows).fill(Array(columns).fill({ type: "raw_text", text: "x" })) },
  ];
  const limits: [string, number, (size: number) => unknown[]][] = [
    ["blocks", 50, (size) => Array(size).fill({ type: "divider" })],
    ["block_id", 255, (size) => [{ type: "divider", block_id: "x".repeat(size) }]],
    ["action_id", 255, (size) => row(button("x", "1", { action_id: "x".repeat(size) }))],
    ["section text", 3_000, (size) => [section("x".repeat(size))]],
    ["fields", 10, (size) => [{ type: "section", fields: Array(size).fill(plain(1)) }]],
    ["a field's text", 2_000, (size) => [{ type: "section", fields: [plain(size)] }]],
    ["header", 150, (size) => [{ type: "header", text: plain(size) }]],
    ["context elements", 10, (size) => [{ type: "context", elements: Array(size).fill(plain(1)) }]],
    ["actions", 25, (size) => row(...Array.from({ length: size }, (_, index) => button(`a${index}`, "1")))],
    ["button text", 75, (size) => row(button("a", "1", { text: plain(size) }))],
    ["button value", 2_000, (size) => row(button("a", "x".repeat(size)))],
    ["button url", 3_000, (size) => row(button("a", "1", { url: "https://x.test/".padEnd(size, "x") }))],
    ["confirm title", 100, (size) => row(button("a", "1", { confirm: { ...confirm, title: plain(size) } }))],
    ["confirm text", 300, (size) => row(button("a", "1", { confirm: { ...confirm, text: plain(size) } }))],
    ["confirm button", 30, (size) => row(button("a", "1", { confirm: { ...confirm, deny: plain(size) } }))],
    ["option text", 75, (size) => row(select(options(1, size)))],
    ["option value", 150, (size) => row(select(options(1, 1, size)))],
    ["options of a select", 100, (size) => row(select(options(size)))],
    ["options of an overflow", 5, (size) => row({ ...select(options(size)), type: "overflow" })],
    ["rows of a table", 100, (size) => table(size, 1)],
    ["columns of a table", 20, (size) => table(1, size)],
  ];
  test.each(limits)("%s: at most %d", async (_, most, blocksOf) => {
    const post = (size: number) =>
      call("chat.postMessage", { channel: slack.channels.data.id, text: "x", blocks: blocksOf(size) });
    expect(await post(most)).toMatchObject({ ok: true });
    expect(await post(most + 1)).toMatchObject({ ok: false, error: "invalid_blocks" });
  });

  test("limits the rate when asked to", async () => {
    slack.limits.enforce = true;
    const { data } = slack.channels;
    const post = () => call("chat.postMessage", { channel: data.id, text: "x" });
    expect(await post()).toMatchObject({ status: 200 });
    expect(await post()).toMatchObject({ status: 429, retryAfter: "1" });
    clock.advance(1_000);
    expect(await post()).toMatchObject({ status: 200 });
    const update = () => call("chat.update", { channel: data.id, ts: at(0).ts, text: "y" });
    for (let count = 0; count < 50; count++) expect(await update()).toMatchObject({ status: 200 });
    expect(await update()).toMatchObject({ status: 429, retryAfter: "60" });
  });

  test("opens a view once per trigger, within 3 s", async () => {
    slack.eventsUrl = `http://127.0.0.1:${await freePort()}/`;
    const { triggerId } = await slack.command("x");
    const view = { type: "modal", title: { type: "plain_text", text: "Run" }, blocks: [section("x")] };
    const long = { ...view, title: { type: "plain_text", text: "x".repeat(25) } };
    const opened = Object(await call("views.open", { trigger_id: triggerId, view }));
    expect(opened).toMatchObject({ ok: true });
    expect(await call("views.open", { trigger_id: triggerId, view })).toMatchObject({ error: "exchanged_trigger_id" });
    expect(await call("views.update", { view_id: opened.view.id, view: long })).toMatchObject({
      error: "invalid_arguments",
    });
    const updated = Object(await call("views.update", { view_id: opened.view.id, view }));
    expect(updated).toMatchObject({ ok: true });
    expect(updated.view.hash).not.toBe(opened.view.hash);
    const late = await slack.command("x");
    clock.advance(3_001);
    expect(await call("views.open", { trigger_id: late.triggerId, view })).toMatchObject({
      error: "expired_trigger_id",
    });
  });
});

describe.each(MODES)("modals and the Home tab in %s mode", (mode) => {
  const asks = {
    type: "modal",
    callback_id: "ask",
    title: { type: "plain_text", text: "Ask" },
    submit: { type: "plain_text", text: "Go" },
    notify_on_close: true,
    blocks: [
      {
        type: "input",
        block_id: "name",
        label: { type: "plain_text", text: "Name" },
        element: { type: "plain_text_input", action_id: "value" },
      },
      {
        type: "input",
        block_id: "size",
        optional: true,
        label: { type: "plain_text", text: "Size" },
        element: {
          type: "static_select",
          action_id: "value",
          options: ["S", "M,L"].map((text) => ({ text: { type: "plain_text", text }, value: text })),
        },
      },
    ],
  };
  const heard: unknown[] = [];

  beforeEach(async () => {
    heard.length = 0;
    await startApp(mode, (bolt) => {
      bolt.command("/hex", async ({ ack, client, command }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view: Object(asks) });
      });
      bolt.view("ask", async ({ ack, view }) => {
        heard.push(view.state.values);
        const name = view.state.values.name?.value?.value;
        if (name === "bad") return ack({ response_action: "errors", errors: { name: "Not that one" } });
        if (name === "more") return ack({ response_action: "push", view: Object(asks) });
        await ack();
      });
      bolt.view({ callback_id: "ask", type: "view_closed" }, async ({ ack }) => {
        heard.push("closed");
        await ack();
      });
      bolt.event("app_home_opened", async ({ event, client }) => {
        const blocks = [section("At home"), { type: "actions", elements: [button("home", "1")] }];
        await client.views.publish({ user_id: event.user, view: Object({ type: "home", blocks }) });
      });
      bolt.action("home", async ({ ack, body }) => {
        heard.push(body.type === "block_actions" ? body.view?.type : body.type);
        await ack();
      });
    });
  });

  async function opened(index = -1) {
    const from = slack.calls.length;
    await slack.command("x");
    await slack.waitForCall((one) => one.method === "views.open", from);
    const view = slack.views.at(index);
    if (!view) throw new Error("no view");
    return view;
  }
  const name = (text: string) => [{ blockId: "name", actionId: "value", chosen: [text] }];

  test("Slack itself says what is missing; a form that the app refuses stays open, and one that it accepts closes", async () => {
    const view = await opened();
    expect(await slack.submit(view, [])).toMatchObject({ interaction: null, errors: { name: /required/ } });
    expect(heard).toEqual([]);
    expect(await slack.submit(view, name("bad"))).toMatchObject({ errors: { name: "Not that one" } });
    expect(slack.views.at(-1)?.open).toBe(true);
    const size = { blockId: "size", actionId: "value", chosen: ["M,L"] };
    expect(await slack.submit(view, [...name("Ada"), size])).toMatchObject({ errors: {} });
    expect(heard.at(-1)).toMatchObject({
      name: { value: { type: "plain_text_input", value: "Ada" } },
      size: { value: { selected_option: { value: "M,L" } } },
    });
    expect(slack.views.at(-1)?.open).toBe(false);
    const another = await opened();
    await expect(slack.submit(another, [{ ...size, chosen: ["XXL"] }])).rejects.toThrow("offer");
  });

  test("one modal can lie on top of another, and the app hears that one was closed if it asked for that", async () => {
    const view = await opened();
    await slack.submit(view, name("more"));
    expect(slack.views.filter((one) => one.open)).toHaveLength(2);
    await expect(slack.closeView(view)).rejects.toThrow("lies on top");
    const top = slack.views.at(-1) ?? view;
    await slack.closeView(top);
    expect(heard.at(-1)).toBe("closed");
    expect(await call("views.update", { view_id: top.id, view: asks })).toMatchObject({ error: "not_found" });
    expect(slack.views.filter((one) => one.open)).toMatchObject([{ id: view.id }]);
  });

  test("only an app that subscribes to it hears about the Home tab", async () => {
    slack.homeTab = true;
    await slack.openHome(slack.people.grace);
    expect(slack.views).toEqual([]);
    slack.events.add("app_home_opened");
    await slack.openHome(slack.people.grace);
    await slack.waitForCall((one) => one.method === "views.publish");
    const home = slack.views.at(-1);
    expect(home).toMatchObject({ type: "home", user: slack.people.grace.id });
    if (home) expect(await slack.clickView(home, "home")).toMatchObject({ ack: { ok: true } });
    expect(heard).toEqual(["home"]);
  });
});

describe("response_url", () => {
  beforeEach(async () => {
    slack.eventsUrl = `http://127.0.0.1:${await freePort()}/`;
  });

  test("works five times, even where the bot is no member", async () => {
    const { responseUrl } = await slack.command("x", { channel: slack.channels.secret });
    for (let use = 1; use <= 5; use++)
      expect(await respond(responseUrl, { text: "x", response_type: "in_channel" })).toBe(200);
    expect(await respond(responseUrl, { text: "x" })).toBe(404);
    expect(slack.messages).toHaveLength(5);
    expect(slack.calls.at(-1)?.answer.error).toBe("expired_url");
  });

  test("works for 30 minutes and accepts only valid blocks", async () => {
    const { responseUrl } = await slack.command("x");
    expect(await respond(responseUrl, { blocks: [section("")] })).toBe(400);
    expect(slack.refused).toMatchObject([{ method: "response_url", answer: { error: "invalid_blocks" } }]);
    clock.advance(30 * 60_000 + 1);
    expect(await respond(responseUrl, { text: "x" })).toBe(404);
    slack.forgetCalls(clock.now());
    expect(slack.calls.map(({ answer }) => answer.error)).toEqual(["expired_url"]);
    expect(slack.refused.map(({ answer }) => answer.error)).toContain("invalid_blocks");
  });

  test("replaces and deletes the button's message, ephemeral ones too", async () => {
    const command = await slack.command("x");
    await respond(command.responseUrl, { text: "x", blocks: card });
    const { responseUrl } = await slack.click(at(0), "again");
    await respond(responseUrl, { replace_original: false, text: "new" });
    await respond(responseUrl, { replace_original: true, text: "edited" });
    expect(at(0)).toMatchObject({ ephemeral: true, text: "edited", blocks: [], edits: 1 });
    expect(at(1)).toMatchObject({ ephemeral: true, text: "new" });
    await respond(responseUrl, { delete_original: true });
    expect(at(0).deleted).toBe(true);
    await expect(slack.click(at(0), "again")).rejects.toThrow("deleted");
  });
});

describe("faults", () => {
  const post = () => call("chat.postMessage", { channel: slack.channels.data.id, text: "x" });

  test("errors, statuses and rate limits come as often as asked", async () => {
    slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "error", error: "is_archived" } });
    slack.faults.add({ method: "*", times: 1, kind: { type: "ratelimited", retryAfter: 7 } });
    slack.faults.add({ method: "chat.postMessage", kind: { type: "status", status: 503 } });
    expect(await post()).toMatchObject({ error: "is_archived" });
    expect(await post()).toMatchObject({ status: 429, retryAfter: "7" });
    await expect(post()).rejects.toThrow();
    slack.faults.clear();
    expect(await post()).toMatchObject({ ok: true });
    expect(slack.calls.map((one) => one.answer.error)).toEqual(["is_archived", "ratelimited", "http_503", undefined]);
    expect(slack.refused).toEqual([]);
  });

  test("an answer can be lost before and after the effect", async () => {
    slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "reset" } });
    slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "reset" }, afterEffect: true });
    await expect(post()).rejects.toThrow();
    expect(slack.messages).toHaveLength(0);
    await expect(post()).rejects.toThrow();
    expect(slack.messages).toHaveLength(1);
  });

  test("a call can hang, and stop() does not wait for it", async () => {
    slack.faults.add({ method: "chat.postMessage", kind: { type: "hang" } });
    const hanging = post().catch(() => "cut");
    await slack.waitForCall((one) => one.answer.error === "hang");
    await slack.stop();
    expect(await hanging).toBe("cut");
    slack = await startSlack({ clock });
  });
});

test("pings lists the mentions that notify, in texts and blocks", () => {
  const blocks = [
    section("<!here> <@U1|ada> &lt;!everyone&gt;"),
    { type: "header", text: { type: "plain_text", text: "<!everyone>" } },
  ];
  expect(pings({ text: "<!channel|x> <https://x|@U9>", blocks })).toEqual(["<!channel>", "<!here>", "<@U1>"]);
});
