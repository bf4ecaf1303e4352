// A real Bolt app's modals: submitted, refused, updated, pushed, cleared, closed, and answered as Slack does not expect.

import type { App } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../clock.js";
import { call, completeManifest, input, MODES, modal, plain, startBolt } from "./bolt-app.js";
import { PersonInSlack } from "./person.js";
import { type LocalSlack, startSlack } from "./server.js";

const text = { type: "plain_text_input" };
const place = { type: "conversations_select", response_url_enabled: true, default_to_current_conversation: true };
const button = { type: "actions", elements: [{ type: "button", action_id: "poke", text: plain("Poke"), value: "1" }] };
const form = modal([input("name", text), input("place", place, { optional: true }), button], { notify_on_close: true });

describe.each(MODES)("over %s", (mode) => {
  let clock: ManualClock;
  let slack: LocalSlack;
  let ada: PersonInSlack;
  let stop: () => Promise<unknown>;
  let heard: { kind: string; body: Record<string, unknown> }[];
  /** The acknowledgement of a submission: an object, or nothing at all. */
  let answer: unknown;

  beforeEach(async () => {
    // Bolt checks signatures against the machine's time.
    clock = new ManualClock(Date.now());
    slack = await startSlack({ clock, manifest: completeManifest });
    ada = new PersonInSlack(slack, slack.people.ada);
    heard = [];
    answer = undefined;
    stop = await startBolt(slack, mode, register);
  });
  afterEach(async () => {
    await stop();
    await slack.stop();
  });

  function register(app: App): void {
    app.command("/hex", async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: Object(form) });
    });
    app.view("ask", async ({ ack, body }) => {
      heard.push({ kind: "submission", body: Object(body) });
      if (answer === "silence") return;
      if (answer === "push by trigger") {
        await call(slack, "views.push", { trigger_id: Object(body).trigger_id, view: form });
        return ack();
      }
      await ack(answer === undefined ? undefined : Object(answer));
    });
    app.view({ callback_id: "ask", type: "view_closed" }, async ({ ack, body }) => {
      heard.push({ kind: "closed", body: Object(body) });
      await ack();
    });
    app.action("poke", async ({ ack, body }) => {
      heard.push({ kind: "action", body: Object(body) });
      await ack(answer === undefined ? undefined : Object(answer));
    });
  }

  const open = () => ada.openForm(() => ada.command("x"));

  test("errors are shown at their fields, everything typed stays, and the form can be submitted again", async () => {
    const asked = await open();
    answer = { response_action: "errors", errors: { name: "Not that one" } };
    await asked.submit({ name: "Bob" });
    expect(asked.errorAt("The name")).toBe("Not that one");
    expect(asked.value("The name")).toEqual(["Bob"]);
    expect(asked.isOpen).toBe(true);
    answer = undefined;
    await asked.submit({ name: "Ada" });
    expect([asked.errorAt("The name"), asked.isOpen]).toEqual([undefined, false]);
    expect(await call(slack, "views.update", { view_id: asked.id, view: form })).toMatchObject({ error: "not_found" });
    expect(slack.troubles).toEqual([]);
  });

  test("a submission says who submitted which inputs, and where the app may answer", async () => {
    const asked = await open();
    await asked.submit({ name: "Ada" });
    const body = heard[0]?.body ?? {};
    expect(body).toMatchObject({
      type: "view_submission",
      user: { id: slack.people.ada.id },
      team: { id: slack.teamId },
      is_enterprise_install: false,
      view: {
        id: asked.id,
        root_view_id: asked.id,
        previous_view_id: null,
        callback_id: "ask",
        private_metadata: "",
        close: null,
        state: { values: { name: { value: { type: "plain_text_input", value: "Ada" } } } },
      },
      response_urls: [{ block_id: "place", action_id: "value", channel_id: slack.channels.data.id }],
    });
    expect(body.channel).toBeUndefined();
    expect(body.response_url).toBeUndefined();
    const [{ response_url = "" } = {}] = Array.isArray(body.response_urls) ? body.response_urls : [];
    const headers = { "content-type": "application/json" };
    await fetch(String(response_url), { method: "POST", headers, body: JSON.stringify({ text: "done" }) });
    expect(ada.sees.at(-1)).toMatchObject({ text: "done", channel: slack.channels.data.id, ephemeral: true });
  });

  test("update, push and clear do what their names say", async () => {
    const asked = await open();
    answer = { response_action: "update", view: modal([input("name", text), input("more", text)]) };
    await asked.submit({ name: "Ada" });
    expect(asked.labels).toEqual(["The name", "The more"]);
    expect(asked.value("name")).toEqual(["Ada"]);
    answer = { response_action: "push", view: form };
    await asked.submit({ more: "x" });
    expect(ada.form?.id).not.toBe(asked.id);
    answer = { response_action: "clear" };
    await ada.form?.submit({ name: "x" });
    expect([ada.form, asked.isOpen]).toEqual([undefined, false]);
  });

  test("a view that is pushed with the submission's trigger is on top of the one that then closes", async () => {
    answer = "push by trigger";
    const asked = await open();
    await asked.submit({ name: "Ada" });
    expect(asked.isOpen).toBe(false);
    expect(ada.form?.view).toMatchObject({ previousId: asked.id });
  });

  test("the app hears about a closed view, without its inputs, if it asked for that", async () => {
    const asked = await open();
    await asked.fill({ name: "Ada" });
    await asked.close();
    expect(heard).toMatchObject([{ kind: "closed", body: { is_cleared: false } }]);
    expect(Object(heard[0]?.body.view).state).toEqual({ values: {} });
    await expect(async () => asked.submit()).rejects.toThrow("not open");
  });

  test("a click in a modal comes with all inputs and a trigger, but without a channel or response_url", async () => {
    const asked = await open();
    await asked.fill({ name: "Ada" });
    await asked.press("Poke");
    const body = heard[0]?.body ?? {};
    expect(body).toMatchObject({
      type: "block_actions",
      container: { type: "view", view_id: asked.id },
      view: { state: { values: { name: { value: { value: "Ada" } } } } },
      actions: [{ action_id: "poke", value: "1" }],
    });
    expect([body.channel, body.response_url, typeof body.trigger_id]).toEqual([undefined, undefined, "string"]);
  });

  test("a click takes no answer, so errors in its acknowledgement are ignored", async () => {
    const asked = await open();
    await asked.press("Poke");
    expect(slack.troubles).toEqual([]);
    answer = { response_action: "errors", errors: { name: "Not that one" } };
    await asked.press("Poke");
    await call(slack, "chat.postMessage", { channel: slack.channels.data.id, text: "x", blocks: [button] });
    const message = slack.messages.at(-1);
    if (message) await ada.press(message, "Poke");
    expect(slack.troubles).toMatchObject([{ kind: "block_actions" }, { kind: "block_actions" }]);
  });

  test.each([
    ["nothing that Slack knows", { response_action: "celebrate" }, "no answer to a submission"],
    ["an error at no input", { response_action: "errors", errors: { nobody: "x" } }, "no input block nobody"],
    ["no errors", { response_action: "errors", errors: {} }, "no answer to a submission"],
    ["another key", { response_action: "clear", view: form }, "no answer to a submission"],
    ["a view that is none", { response_action: "update", view: { type: "modal" } }, "refuses the view"],
  ])("%s: the person reads that there was trouble connecting, and the form stays open", async (_, body, problem) => {
    answer = body;
    const asked = await open();
    const said = await asked.submit({ name: "Ada" });
    expect(said.trouble).toContain("trouble connecting");
    expect(asked.isOpen).toBe(true);
    expect(slack.troubles).toMatchObject([{ kind: "view_submission" }]);
    expect(slack.troubles[0]?.problem).toContain(problem);
  });

  test("without an answer within 3 s of the clock, the person reads that there was trouble connecting", async () => {
    answer = "silence";
    const asked = await open();
    await asked.fill({ name: "Ada" });
    const submitted = asked.submit();
    await expect.poll(() => heard.length).toBe(1);
    clock.advance(2_999);
    expect(slack.troubles).toEqual([]);
    clock.advance(1);
    expect((await submitted).trouble).toContain("trouble connecting");
    expect(slack.troubles[0]?.problem).toContain("not acknowledged in time");
  });
});

test("an app hears what is typed or chosen in an element that asks for it", async () => {
  const slack = await startSlack({ clock: new ManualClock(Date.now()), manifest: completeManifest });
  const ada = new PersonInSlack(slack, slack.people.ada);
  const heard: string[] = [];
  const options = ["A", "B"].map((value) => ({ text: plain(value), value }));
  const acts = { dispatch_action: true };
  const onType = { dispatch_action_config: { trigger_actions_on: ["on_character_entered"] } };
  const view = modal([
    input("silent", text),
    input("enter", text, acts),
    input("typing", { ...text, ...onType }, acts),
    input("menu", { type: "static_select", options }, acts),
    {
      type: "section",
      block_id: "outside",
      text: plain("x"),
      accessory: { type: "static_select", options, action_id: "value" },
    },
  ]);
  const stop = await startBolt(slack, "socket", (app) => {
    app.command("/hex", async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: Object(view) });
    });
    app.action("value", async ({ ack, action }) => {
      heard.push(Object(action).block_id);
      await ack();
    });
  });
  try {
    const form = await ada.openForm(() => ada.command("x"));
    await form.fill({ silent: "a", enter: "a", typing: "a", menu: "A", outside: "B" });
    expect(heard).toEqual(["typing", "menu", "outside"]);
    await form.fill({ silent: "b", enter: "b" }, { enter: true });
    expect(heard.slice(3)).toEqual(["enter"]);
  } finally {
    await stop();
    await slack.stop();
  }
});
