// Forms, shortcuts and pickers that the bot cannot read or does not know, or that somebody from another workspace uses: each one is
// acknowledged and answered, and what was typed stays.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

let harness: Harness;
const errors = () => harness.log.filter((line) => /"level":"(error|fatal)"/.test(line));
const problems = () =>
  harness.log.flatMap((line) => {
    const { kind, problems: named } = JSON.parse(line);
    return named === undefined ? [] : [`${kind} ${named}`];
  });

const by = (person: Person) => ({
  user: { id: person.id, team_id: person.teamId },
  team: { id: harness.slack.teamId },
  trigger_id: "1.2.3",
});
const view = (change: Record<string, unknown> = {}) => ({
  id: "V1",
  type: "modal",
  callback_id: "of_tomorrow",
  private_metadata: "",
  hash: "1.a",
  root_view_id: "V1",
  state: { values: { b: { a: { type: "plain_text_input", value: "typed" } } } },
  ...change,
});
const send = (payload: Record<string, unknown>) => harness.slack.sendExactly("interactive", () => payload);

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test.each<[string, unknown, string]>([
    ["no view", undefined, "view: "],
    ["a view that is a text", "V1", "view: "],
    ["a view without an id", view({ id: null }), "view.id: "],
    ["values that are a list", view({ state: { values: [] } }), "view.state.values: "],
    [
      "a text of a megabyte",
      view({ state: { values: { b: { a: { type: "x", value: "x".repeat(900_000) } } } } }),
      "view",
    ],
  ])("a form with %s: the form says so at its top", async (_, given, path) => {
    const { ada } = harness.slack.people;
    const { ack } = await send({ ...by(ada), type: "view_submission", view: given });
    expect(ack.body).toMatchObject({ response_action: "push", view: { type: "modal", blocks: expect.anything() } });
    expect(JSON.stringify(ack.body)).toMatch(/could not read.*did nothing.*Reference/s);
    expect(problems()).toEqual([expect.stringContaining(`view_submission ${path}`)]);
    expect(errors()).toEqual([]);
  });

  test("a picker request that cannot be read gets no options", async () => {
    const { ack } = await send({ ...by(harness.slack.people.ada), type: "block_suggestion", value: "rev" });
    expect(ack.body).toEqual({ options: [] });
    expect(problems()).toEqual([expect.stringContaining("block_suggestion action_id: ")]);
  });

  test("a picker of another version gets no options, whatever is typed", async () => {
    const { ada, stranger } = harness.slack.people;
    for (const value of ["rev", "x".repeat(3_000), 7, undefined]) {
      const { ack } = await send({ ...by(ada), type: "block_suggestion", action_id: "of_tomorrow", value });
      expect(ack.body).toEqual({ options: [] });
    }
    const { ack } = await send({ ...by(stranger), type: "block_suggestion", action_id: "form_project", value: "" });
    expect(ack.body).toEqual({ options: [] });
    expect(errors()).toEqual([]);
  });

  test("a form of another version says so at its top", async () => {
    const { ack } = await send({ ...by(harness.slack.people.ada), type: "view_submission", view: view() });
    expect(ack.body).toMatchObject({ response_action: "push" });
    expect(JSON.stringify(ack.body)).toContain("Copy what you typed");
  });

  test("a form from somebody in another workspace is refused", async () => {
    const { ack } = await send({ ...by(harness.slack.people.stranger), type: "view_submission", view: view() });
    expect(JSON.stringify(ack.body)).toContain("belongs to another workspace");
    expect((await harness.get("/metrics")).text).toContain('hexbot_forms_total{form="unknown",outcome="ok"} 1');
  });

  test("closing a form is acknowledged", async () => {
    const { ack } = await send({
      ...by(harness.slack.people.ada),
      type: "view_closed",
      view: view(),
      is_cleared: false,
    });
    expect(ack).toMatchObject({ ok: true });
    expect(ack.body).toBeUndefined();
  });

  test.each(["of_tomorrow", "\0"])("a shortcut of another version (%j) is answered in a direct message", async (id) => {
    const { ada } = harness.slack.people;
    const { ack } = await send({ ...by(ada), type: "shortcut", callback_id: id });
    expect(ack).toMatchObject({ ok: true });
    const answer = await harness.slack.waitForMessage(({ channel }) => channel === harness.slack.dm(ada).id);
    expect(shown(answer)).toContain("another version of the bot");
    expect(errors()).toEqual([]);
  });

  test("a response_url that is not Slack's is not used", async () => {
    const { ada } = harness.slack.people;
    const urls = [{ response_url: "https://evil.test/x" }];
    const { ack } = await send({ ...by(ada), type: "view_submission", view: view(), response_urls: urls });
    expect(ack).toMatchObject({ ok: true });
    expect(harness.log.join("")).toContain('"host":"evil.test"');
  });
});
