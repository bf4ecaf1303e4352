// External selects: when the app is asked for options, what it may answer, and what can be chosen then.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../clock.js";
import { call, completeManifest, input, MODES, modal, option, plain, startBolt } from "./bolt-app.js";
import { PersonInSlack } from "./person.js";
import { type LocalSlack, startSlack } from "./server.js";

describe.each(MODES)("over %s", (mode) => {
  let clock: ManualClock;
  let slack: LocalSlack;
  let ada: PersonInSlack;
  let stop: () => Promise<unknown>;
  let asked: Record<string, unknown>[];
  let answer: unknown;

  const external = { type: "external_select", min_query_length: 0 };
  const view = modal([input("project", external), input("patient", { type: "external_select" }, { optional: true })]);

  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    slack = await startSlack({ clock, manifest: completeManifest });
    ada = new PersonInSlack(slack, slack.people.ada);
    asked = [];
    answer = { options: [option("Revenue", "r"), option("Costs", "c")] };
    stop = await startBolt(slack, mode, (app) => {
      app.command("/hex", async ({ ack, client, command }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view: Object(view) });
      });
      app.options("value", async ({ ack, body }) => {
        asked.push(Object(body));
        if (answer !== "silence") await ack(Object(answer));
      });
      app.view("ask", async ({ ack }) => ack());
      app.action("value", async ({ ack, action }) => {
        asked.push(Object(action));
        await ack();
      });
    });
  });
  afterEach(async () => {
    await stop();
    await slack.stop();
  });

  const open = () => ada.openForm(() => ada.command("x"));

  test("the app receives what was typed, Slack does not filter its options, and they can be chosen", async () => {
    const form = await open();
    await expect(async () => form.fill({ project: "r" })).rejects.toThrow("does not offer");
    expect(await form.search("project", "rev")).toEqual(["Revenue", "Costs"]);
    expect(asked[0]).toMatchObject({
      type: "block_suggestion",
      action_id: "value",
      block_id: "project",
      value: "rev",
      container: { type: "view", view_id: form.id },
      view: { id: form.id },
      user: { id: slack.people.ada.id },
    });
    expect(asked[0]?.response_url).toBeUndefined();
    await form.fill({ project: "Costs" });
    answer = { options: [] };
    expect(await form.search("project", "xyz")).toEqual([]);
    expect(form.value("project")).toEqual(["c"]);
    await form.submit();
    expect(form.isOpen).toBe(false);
    expect(slack.troubles).toEqual([]);
  });

  test("the app is asked from three characters on, unless the element says otherwise, and groups count as options", async () => {
    const form = await open();
    expect(await form.search("patient", "re")).toEqual([]);
    expect(asked).toEqual([]);
    answer = { option_groups: [{ label: plain("Recent"), options: [option("Revenue", "r")] }] };
    expect(await form.search("patient", "rev")).toEqual(["Revenue"]);
    expect(await form.search("project", "")).toEqual(["Revenue"]);
    expect(await form.search("project", "x".repeat(3_000))).toEqual(["Revenue"]);
    expect(asked.at(-1)).toMatchObject({ value: "x".repeat(3_000) });
  });

  test.each([
    ["101 options", { options: Array.from({ length: 101 }, (_, index) => option(`${index}`)) }],
    ["options and groups", { options: [], option_groups: [] }],
    ["a long text", { options: [option("x".repeat(76), "x")] }],
    ["an unknown key", { options: [{ ...option("x"), colour: 1 }] }],
    ["something else", { text: "x" }],
  ])("%s: the picker shows nothing, and the bad answer is recorded", async (_, body) => {
    answer = body;
    const form = await open();
    expect(await form.search("project", "rev")).toEqual([]);
    expect(slack.troubles).toMatchObject([{ kind: "block_suggestion" }]);
  });

  test("without an answer within 3 s of the clock, the picker shows nothing", async () => {
    answer = "silence";
    const form = await open();
    const search = form.search("project", "rev");
    await expect.poll(() => asked.length).toBe(1);
    clock.advance(3_000);
    expect(await search).toEqual([]);
    expect(slack.troubles).toMatchObject([{ kind: "block_suggestion", problem: "It was not answered: timeout" }]);
  });

  test("for a picker in a message, the app also receives the message and its channel", async () => {
    const { data } = slack.channels;
    const blocks = [{ type: "actions", block_id: "b", elements: [{ ...external, action_id: "value" }] }];
    await call(slack, "chat.postMessage", { channel: data.id, text: "x", blocks });
    const message = slack.messages.at(-1);
    if (!message) throw new Error("There is no message.");
    const at = { blockId: "b", actionId: "value" };
    expect(await slack.search(message, at, "rev")).toMatchObject({ isSent: true, options: [{ value: "r" }, {}] });
    expect(asked[0]).toMatchObject({
      channel: { id: data.id },
      message: { ts: message.ts },
      container: { type: "message" },
    });
    await slack.click(message, "value", { value: "c" });
    expect(asked[1]).toMatchObject({ selected_option: { value: "c" } });
  });

  test("an app that was installed without an address for options is not asked over HTTP", async () => {
    slack.optionsUrl = null;
    const form = await open();
    const shown = await form.search("project", "rev");
    expect(shown).toEqual(mode === "http" ? [] : ["Revenue", "Costs"]);
    expect(asked).toHaveLength(mode === "http" ? 0 : 1);
    expect(slack.troubles).toEqual([]);
  });
});
