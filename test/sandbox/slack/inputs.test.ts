// The content of a form: kept across updates, reported in Slack's shapes, and checked by Slack itself.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../clock.js";
import { freePort } from "../local-server.js";
import { call, completeManifest, input, modal, option, plain } from "./bolt-app.js";
import { stateValues } from "./inputs.js";
import { type Json, recordsAt } from "./json.js";
import { PersonInSlack } from "./person.js";
import { type LocalSlack, startSlack } from "./server.js";

let slack: LocalSlack;
let ada: PersonInSlack;

beforeEach(async () => {
  slack = await startSlack({ clock: new ManualClock(), manifest: completeManifest });
  slack.eventsUrl = `http://127.0.0.1:${await freePort()}/`;
  ada = new PersonInSlack(slack, slack.people.ada);
});

afterEach(() => slack.stop());

async function open(blocks: unknown[]) {
  return ada.openForm(async () => {
    const { triggerId } = await ada.command("x");
    expect(await call(slack, "views.open", { trigger_id: triggerId, view: modal(blocks) })).toMatchObject({ ok: true });
  });
}

async function update(id: string, blocks: unknown[]) {
  expect(await call(slack, "views.update", { view_id: id, view: modal(blocks) })).toMatchObject({ ok: true });
}

const text = (initial_value?: string) => ({ type: "plain_text_input", initial_value });
const select = (...names: string[]) => ({ type: "static_select", options: names.map((name) => option(name)) });

describe("over an update", () => {
  test("what was typed stays while block_id and action_id do; a new initial value is ignored", async () => {
    const form = await open([input("a", text()), input("b", text("old"))]);
    await form.fill({ a: "typed" });
    await update(form.id, [input("b", text("new")), input("a", text("new"))]);
    expect([form.value("a"), form.value("b")]).toEqual([["typed"], ["old"]]);
  });

  test("an element with another block_id, action_id or type starts afresh", async () => {
    const form = await open([input("a", text()), input("b", text()), input("c", text())]);
    await form.fill({ a: "typed", b: "typed", c: "typed" });
    await update(form.id, [
      input("a2", text("new")),
      input("b", { ...text("new"), action_id: "other" }),
      input("c", { type: "email_text_input", initial_value: "a@b.test" }),
    ]);
    expect([form.value("a2"), form.value("b"), form.value("c")]).toEqual([["new"], ["new"], ["a@b.test"]]);
  });

  test("a block without a block_id gets another one each time, so nothing in it is kept", async () => {
    const form = await open([{ ...input("a", text()), block_id: undefined }]);
    await form.fill({ "The a": "typed" });
    await update(form.id, [{ ...input("a", text()), block_id: undefined }]);
    expect(form.value("The a")).toEqual([]);
  });

  test("an option that is no longer offered is no longer selected", async () => {
    const form = await open([input("a", select("A", "B"))]);
    await form.fill({ a: "B" });
    await update(form.id, [input("a", select("A"))]);
    expect(form.value("a")).toEqual([]);
  });
});

test("state.values has every kind of element in its own shape, untouched and filled", async () => {
  const options = [option("A"), option("B")];
  const kinds: [string, Json, string | string[], Json, Json][] = [
    ["text", text(), "x", { value: null }, { value: "x" }],
    ["number", { type: "number_input", is_decimal_allowed: false }, "7", { value: null }, { value: "7" }],
    ["url", { type: "url_text_input" }, "https://x.test", { value: null }, { value: "https://x.test" }],
    ["email", { type: "email_text_input" }, "a@b.test", { value: null }, { value: "a@b.test" }],
    ["select", { type: "static_select", options }, "A", { selected_option: null }, { selected_option: option("A") }],
    [
      "selects",
      { type: "multi_static_select", options },
      ["B", "A"],
      { selected_options: [] },
      { selected_options: [option("B"), option("A")] },
    ],
    // Slack escapes what people read, and nothing else.
    [
      "escaped",
      { type: "static_select", options: [option("R&D")] },
      "R&D",
      { selected_option: null },
      { selected_option: { ...option("R&amp;D"), value: "R&D" } },
    ],
    ["radio", { type: "radio_buttons", options }, "B", { selected_option: null }, { selected_option: option("B") }],
    ["boxes", { type: "checkboxes", options }, ["A"], { selected_options: [] }, { selected_options: [option("A")] }],
    ["date", { type: "datepicker" }, "2026-11-02", { selected_date: null }, { selected_date: "2026-11-02" }],
    ["time", { type: "timepicker" }, "09:30", { selected_time: null }, { selected_time: "09:30" }],
    [
      "moment",
      { type: "datetimepicker" },
      "1793610000",
      { selected_date_time: null },
      { selected_date_time: 1_793_610_000 },
    ],
    ["user", { type: "users_select" }, "U0GRACEHOPP", { selected_user: null }, { selected_user: "U0GRACEHOPP" }],
    [
      "users",
      { type: "multi_users_select" },
      ["U0GRACEHOPP"],
      { selected_users: [] },
      { selected_users: ["U0GRACEHOPP"] },
    ],
    [
      "channel",
      { type: "channels_select" },
      "C0DATATEAM1",
      { selected_channel: null },
      { selected_channel: "C0DATATEAM1" },
    ],
    [
      "place",
      { type: "conversations_select" },
      "C0SECRET001",
      { selected_conversation: null },
      { selected_conversation: "C0SECRET001" },
    ],
    [
      "places",
      { type: "multi_conversations_select" },
      ["C0DATATEAM1"],
      { selected_conversations: [] },
      { selected_conversations: ["C0DATATEAM1"] },
    ],
    ["files", { type: "file_input" }, [], { files: [] }, { files: [] }],
    ["external", { type: "external_select" }, [], { selected_option: null }, { selected_option: null }],
  ];
  const form = await open(kinds.map(([name, element]) => input(name, element, { optional: true })));
  const state = () => stateValues(recordsAt(form.view.view, "blocks"), form.view.inputs);
  const expected = (index: 3 | 4) =>
    Object.fromEntries(kinds.map((kind) => [kind[0], { value: { type: kind[1].type, ...kind[index] } }]));
  expect(state()).toEqual(expected(3));
  await form.fill(Object.fromEntries(kinds.map(([name, , filling]) => [name, filling])));
  expect(state()).toEqual(expected(4));
});

test("the conversation in which the form was opened is selected, unless the element does not offer it", async () => {
  const here = { type: "conversations_select", default_to_current_conversation: true };
  const form = await open([
    input("here", here),
    input("private", { ...here, filter: { include: ["private"] } }),
    input("fixed", { ...here, initial_conversation: "C0GENERAL01" }),
  ]);
  expect(["here", "private", "fixed"].map((name) => form.value(name))).toEqual([["C0DATATEAM1"], [], ["C0GENERAL01"]]);
  await expect(form.fill({ private: "C0DATATEAM1" })).rejects.toThrow("offer");
  await expect(form.fill({ here: "C0NOWHERE" })).rejects.toThrow("offer");
});

test("Slack itself says what is missing, too long or not a number; without max_length, text of any length is sent", async () => {
  const number = { type: "number_input", is_decimal_allowed: false, max_value: "10" };
  const form = await open([
    input("missing", text()),
    input("spare", text(), { optional: true }),
    input("short", { ...text(), max_length: 3 }),
    input("count", number),
    input("mail", { type: "email_text_input" }),
  ]);
  const said = await form.submit({ short: "long", count: "1.5", mail: "nobody", spare: "x".repeat(3_500) });
  expect(said.interaction).toBeNull();
  expect(Object.keys(said.errors)).toEqual(["missing", "short", "count", "mail"]);
  expect(form.errorAt("The missing")).toMatch(/required/);
  expect(form.value("spare")[0]).toHaveLength(3_500);
  const { errors } = await form.submit({ missing: "x", short: "abc", count: "11", mail: "a@b.test" });
  expect(errors).toEqual({ count: "The number is too big." });
});

test("a name that fits no input, or several, is refused with a list of the inputs", async () => {
  const form = await open([input("a", text()), input("b", text())]);
  await expect(async () => form.fill({ c: "x" })).rejects.toThrow("The a (a/value)");
  await expect(async () => form.fill({ value: "x" })).rejects.toThrow("Several");
  expect(form.labels).toEqual(["The a", "The b"]);
  expect(form.title).toBe(plain("Ask").text);
});
