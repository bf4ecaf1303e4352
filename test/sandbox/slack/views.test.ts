// The rules for views: what Slack refuses, triggers, hashes, external ids, and the stack of modals.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../clock.js";
import { freePort } from "../local-server.js";
import { call, completeManifest, input, modal, option, plain } from "./bolt-app.js";
import { isRecord, stringAt } from "./json.js";
import { type LocalSlack, startSlack } from "./server.js";

let clock: ManualClock;
let slack: LocalSlack;

beforeEach(async () => {
  clock = new ManualClock();
  slack = await startSlack({ clock, manifest: completeManifest });
  slack.eventsUrl = `http://127.0.0.1:${await freePort()}/`;
});

afterEach(() => slack.stop());

const text = { type: "plain_text_input" };
const section = { type: "section", text: { type: "mrkdwn", text: "x" } };

async function trigger(): Promise<string> {
  return (await slack.command("x")).triggerId;
}

async function open(view: unknown) {
  return call(slack, "views.open", { trigger_id: await trigger(), view });
}

const idOf = (answer: unknown) => stringAt(isRecord(answer) ? answer.view : undefined, "id") ?? "";
const hashOf = (answer: unknown) => stringAt(isRecord(answer) ? answer.view : undefined, "hash") ?? "";

/** The only modal that is open. */
function top() {
  const view = slack.views.findLast((one) => one.open && one.type === "modal");
  if (!view) throw new Error("No modal is open.");
  return view;
}

describe("a view is refused with a pointer to what is wrong", () => {
  const alert = { type: "alert", text: plain("x") };
  const card = { type: "card", title: { type: "mrkdwn", text: "x" } };
  const chart = {
    type: "data_visualization",
    title: "x",
    chart: { type: "pie", segments: [{ label: "a", value: 1 }] },
  };
  const cell = { type: "raw_text", text: "x" };
  const dataTable = { type: "data_table", caption: "x", rows: [[cell], [cell]] };
  const container = { type: "container", title: plain("x"), child_blocks: [section] };

  const refused: [string, unknown, string, string][] = [
    ["an unknown key", modal([], { colour: 1 }), "additional property: colour", "/view"],
    ["null for a key", modal([], { private_metadata: null }), "must provide a string", "/view/private_metadata"],
    ["null in a block", modal([{ ...section, block_id: null }]), "must provide a string", "/view/blocks/0/block_id"],
    ["a long title", modal([], { title: plain("x".repeat(25)) }), "less than 25", "/view/title/text"],
    ["a long button", modal([], { submit: plain("x".repeat(25)) }), "less than 25", "/view/submit/text"],
    ["long metadata", modal([], { private_metadata: "x".repeat(3001) }), "less than 3001", "/view/private_metadata"],
    ["a long callback_id", modal([], { callback_id: "x".repeat(256) }), "less than 256", "/view/callback_id"],
    ["a long external_id", modal([], { external_id: "x".repeat(256) }), "less than 256", "/view/external_id"],
    ["an unknown block", modal([{ type: "marquee" }]), "unsupported type: marquee", "/view/blocks/0/type"],
    ["a block_id twice", modal([input("a", text), input("a", text)]), 'block_id` "a" already exists', "/view/blocks"],
    ["no submit", modal([input("a", text)], { submit: undefined }), "missing required field: submit", "/view"],
    ["101 blocks", modal(Array(101).fill({ type: "divider" })), "no more than 100", "/view/blocks"],
    [
      "101 options",
      modal([input("a", { type: "static_select", options: Array.from({ length: 101 }, (_, n) => option(`${n}`)) })]),
      "no more than 100",
      "/view/blocks/0/element/options",
    ],
    ["a home", { type: "home", blocks: [] }, "must be modal", "/view/type"],
    [
      "11 checkboxes",
      modal([input("a", { type: "checkboxes", options: Array.from({ length: 11 }, (_, n) => option(`${n}`)) })]),
      "no more than 10",
      "/view/blocks/0/element/options",
    ],
    [
      "an initial option that differs",
      modal([
        input("a", {
          type: "checkboxes",
          options: [option("A")],
          initial_options: [{ ...option("A"), text: plain("a") }],
        }),
      ]),
      "one of the options",
      "/view/blocks/0/element",
    ],
    [
      "no initial options",
      modal([input("a", { type: "checkboxes", options: [option("A")], initial_options: [] })]),
      "no fewer than 1",
      "/view/blocks/0/element/initial_options",
    ],
    [
      "a number without is_decimal_allowed",
      modal([input("a", { type: "number_input" })]),
      "is_decimal_allowed",
      "/view",
    ],
    [
      "a number that is none",
      modal([input("a", { type: "number_input", is_decimal_allowed: true, min_value: 1 })]),
      "must provide a string",
      "/view/blocks/0/element/min_value",
    ],
    ["max_length over 3000", modal([input("a", { ...text, max_length: 3001 })]), "at most 3000", "max_length"],
    [
      "a long initial value",
      modal([input("a", { ...text, initial_value: "x".repeat(3001) })]),
      "3001",
      "initial_value",
    ],
    ["a long placeholder", modal([input("a", { ...text, placeholder: plain("x".repeat(151)) })]), "151", "placeholder"],
    ["a long hint", modal([input("a", text, { hint: plain("x".repeat(2001)) })]), "2001", "/view/blocks/0/hint/text"],
    [
      "a strange dispatch config",
      modal([input("a", { ...text, dispatch_action_config: { trigger_actions_on: ["on_blur"] } })]),
      "",
      "trigger_actions_on/0",
    ],
    ["a strange filter", modal([input("a", { type: "conversations_select", filter: { only: 1 } })]), "only", "filter"],
    [
      "a response URL outside of an input",
      modal([{ ...section, accessory: { type: "conversations_select", response_url_enabled: true } }]),
      "input blocks of modals only",
      "/view/blocks/0/accessory",
    ],
    [
      "the focus twice",
      modal([input("a", { ...text, focus_on_load: true }), input("b", { ...text, focus_on_load: true })]),
      "focus_on_load",
      "/view/blocks/1/element",
    ],
    ["a long alert", modal([{ ...alert, text: plain("x".repeat(201)) }]), "less than 201", "/view/blocks/0/text/text"],
    ["a chart in a modal", modal([chart]), "unsupported type", "/view/blocks/0/type"],
    ["a table in a modal", modal([{ type: "table", rows: [[cell]] }]), "unsupported type", "/view/blocks/0/type"],
    ["a container in a modal", modal([container]), "unsupported type", "/view/blocks/0/type"],
    ["markdown in a modal", modal([{ type: "markdown", text: "x" }]), "unsupported type", "/view/blocks/0/type"],
  ];
  test.each(refused)("%s", async (_, view, words, pointer) => {
    const answer = await open(view);
    expect(answer).toMatchObject({ ok: false, error: "invalid_arguments" });
    const messages = JSON.stringify(answer.response_metadata).replaceAll('\\"', '"');
    expect(messages).toContain("[ERROR] ");
    expect(messages).toContain(words);
    expect(messages).toMatch(new RegExp(`\\[json-pointer:[^\\]]*${pointer}`));
    expect(slack.refused).toHaveLength(1);
  });

  test("each block is allowed where Slack accepts it", async () => {
    const home = (block: unknown) =>
      call(slack, "views.publish", { user_id: slack.people.ada.id, view: { type: "home", blocks: [block] } });
    const message = (block: unknown) =>
      call(slack, "chat.postMessage", { channel: slack.channels.data.id, text: "x", blocks: [block] });
    const cards = { type: "carousel", elements: [card] };
    for (const block of [card, cards, container, dataTable, chart]) {
      expect(await home(block)).toMatchObject({ ok: true });
      expect(await message(block)).toMatchObject({ ok: true });
    }
    expect(await message({ type: "task_card", task_id: "1", title: "x", status: "complete" })).toMatchObject({
      ok: true,
    });
    expect(await home({ type: "markdown", text: "x" })).toMatchObject({ error: "invalid_arguments" });
    expect(await home(alert)).toMatchObject({ error: "invalid_arguments" });
    expect(await message(alert)).toMatchObject({ error: "invalid_blocks" });
    expect(await open(modal([alert, card]))).toMatchObject({ ok: true });
  });

  test("a view of more than 250 kB is refused, and so is the Home tab of an app that has none", async () => {
    const blocks = Array.from({ length: 90 }, () => ({ type: "section", text: plain("x".repeat(2900)) }));
    expect(await open(modal(blocks))).toMatchObject({ error: "view_too_large" });
    slack.homeTab = false;
    const home = { type: "home", blocks: [] };
    const publish = (user_id: string) => call(slack, "views.publish", { user_id, view: home });
    expect(await publish(slack.people.ada.id)).toMatchObject({ error: "not_enabled" });
    slack.homeTab = true;
    expect(await publish("U0NOBODY")).toMatchObject({ error: "invalid_arguments" });
    expect(await publish(slack.people.ada.id)).toMatchObject({ ok: true });
  });
});

test("a trigger is valid for 3 s of Slack's clock, and opens one view", async () => {
  const trigger_id = await trigger();
  clock.advance(3_000);
  expect(await call(slack, "views.open", { trigger_id, view: modal([]) })).toMatchObject({ ok: true });
  expect(await call(slack, "views.open", { trigger_id, view: modal([]) })).toMatchObject({
    error: "exchanged_trigger_id",
  });
  const late = await trigger();
  clock.advance(3_001);
  expect(await call(slack, "views.open", { trigger_id: late, view: modal([]) })).toMatchObject({
    error: "expired_trigger_id",
  });
  const unknown = { trigger_id: "1.2.3", view: modal([]) };
  expect(await call(slack, "views.open", unknown)).toMatchObject({ error: "invalid_trigger_id" });
});

test("a hash is valid for one version of one view, and an empty one for none", async () => {
  const one = await open(modal([]));
  const other = await open(modal([]));
  const update = (hash: unknown) => call(slack, "views.update", { view_id: idOf(one), hash, view: modal([]) });
  expect(await update("")).toMatchObject({ error: "hash_conflict" });
  expect(await update(hashOf(other))).toMatchObject({ error: "hash_conflict" });
  expect(await update(hashOf(one))).toMatchObject({ ok: true });
  expect(await update(hashOf(one))).toMatchObject({ error: "hash_conflict" });
  expect(await update(undefined)).toMatchObject({ ok: true });
  const home = (hash?: string) =>
    call(slack, "views.publish", { user_id: slack.people.ada.id, view: { type: "home", blocks: [] }, hash });
  const first = await home();
  expect(await home(hashOf(first))).toMatchObject({ ok: true });
  expect(await home(hashOf(first))).toMatchObject({ error: "hash_conflict" });
});

test("an external_id belongs to one open view, and finds it", async () => {
  const mine = modal([], { external_id: "form-1" });
  expect(await open(mine)).toMatchObject({ ok: true, view: { external_id: "form-1" } });
  expect(await open(mine)).toMatchObject({ error: "duplicate_external_id" });
  expect(await call(slack, "views.update", { external_id: "form-1", view: mine })).toMatchObject({ ok: true });
  await slack.closeView(top());
  expect(await call(slack, "views.update", { external_id: "form-1", view: mine })).toMatchObject({
    error: "not_found",
  });
  expect(await call(slack, "views.update", { view: mine })).toMatchObject({ error: "invalid_arguments" });
  expect(await open(mine)).toMatchObject({ ok: true });
});

test("three modals can lie on top of each other, each pushed from the one below", async () => {
  const button = { type: "actions", elements: [{ type: "button", action_id: "more", text: plain("More") }] };
  const view = modal([button]);
  const push = async (trigger_id: string) => call(slack, "views.push", { trigger_id, view });
  const first = await open(view);
  expect(await push(await trigger())).toMatchObject({ error: "invalid_trigger_id" });
  const inside = async () => (await slack.clickView(top(), "more")).triggerId;
  const second = await push(await inside());
  expect(second).toMatchObject({ ok: true, view: { root_view_id: idOf(first), previous_view_id: idOf(first) } });
  expect(await push(await inside())).toMatchObject({ view: { previous_view_id: idOf(second) } });
  expect(await push(await inside())).toMatchObject({ error: "push_limit_reached" });
  const covered = slack.views[0];
  if (covered) await expect(slack.clickView(covered, "more")).rejects.toThrow("lies on top");
  await slack.closeView(top(), { all: true });
  expect(slack.views.filter((one) => one.open)).toEqual([]);
});

test("Slack's rate limit for views applies when it is enforced", async () => {
  slack.limits.enforce = true;
  const publish = () =>
    call(slack, "views.publish", { user_id: slack.people.ada.id, view: { type: "home", blocks: [] } });
  for (let count = 0; count < 100; count++) expect(await publish()).toMatchObject({ ok: true });
  expect(await publish()).toMatchObject({ error: "ratelimited" });
  clock.advance(60_000);
  expect(await publish()).toMatchObject({ ok: true });
});
