// Whatever the project, its inputs and what was typed: Slack takes the form, and no input is lost on its way through it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../src/hex/client.js";
import { view as viewSchema } from "../../../src/slack/connection/payloads/view.js";
import { projectOption } from "../../../src/slack/messages/project-option.js";
import { checkingView, runFormView, startedView } from "../../../src/slack/messages/run-form.js";
import { type Complaint, needsDraft, type RunForm } from "../../../src/slack/messages/run-form-state.js";
import { fitted, forProject, partOf, withDraft } from "../../../src/slack/parse/form-contents.js";
import { optionsOf, readRunForm } from "../../../src/slack/parse/run-form.js";
import { anyCharacter } from "../../any-character.js";
import { fieldsOf, inputsOf, stateValues } from "../../sandbox/slack/inputs.js";
import { recordsAt } from "../../sandbox/slack/json.js";
import { checkedView } from "../../sandbox/slack/view-schema.js";

const EMPTY: RunForm = {
  nonce: "n",
  round: 0,
  draw: 0,
  origin: null,
  place: null,
  project: null,
  typedProject: "",
  channel: null,
  earlier: [],
  ...partOf([]),
  fresh: false,
  publish: false,
  dryRun: false,
};

const nasty = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 60 }),
  fc
    .array(fc.constantFrom("<!channel>", "&", "“", '"', "\\", "\n", "🚀👩‍👩‍👧", "売上", "\u0000", "[", "= "), {
      maxLength: 30,
    })
    .map((parts) => parts.join("")),
  fc.string({ unit: anyCharacter, minLength: 2_500, maxLength: 9_000, size: "max" }),
);
const name = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/),
  fc.constantFrom("übersicht", "売上", "api_token", "x".repeat(300)),
);
const json = fc.oneof(
  nasty,
  fc.jsonValue({ maxDepth: 3 }).map((value): JsonValue => JSON.parse(JSON.stringify(value))),
);
const inputs = fc.uniqueArray(fc.tuple(name, json), { selector: ([key]) => key, maxLength: 60 });
const projectId = fc.oneof(fc.uuid(), fc.stringMatching(/^[\w-]{1,100}$/));
const project = fc.record({ id: projectId, title: nasty });
const complaint: fc.Arbitrary<Complaint> = fc.record({
  at: fc.oneof(
    fc.record({ kind: fc.constantFrom("project", "typed_project", "more", "options", "view", "channel") }),
    fc.record({ kind: fc.constant("field" as const), name }),
  ),
  text: nasty,
});
const typed = fc.record({
  typedProject: nasty,
  more: nasty,
  view: nasty,
  fresh: fc.boolean(),
  publish: fc.boolean(),
  dryRun: fc.boolean(),
  channel: fc.option(fc.constant("C0DATA"), { nil: null }),
});

/** The view as Slack sends it back when nobody changes anything. */
function sentBack(view: unknown) {
  const checked = checkedView(view, "modal");
  const blocks = recordsAt(checked, "blocks");
  const values = stateValues(
    blocks,
    inputsOf(blocks, [], () => undefined),
  );
  return viewSchema.parse({ ...checked, id: "V1", state: { values } });
}

describe("the form", () => {
  test("is one that Slack takes, whatever stands in it", () => {
    fc.assert(
      fc.property(project, inputs, typed, fc.array(complaint, { maxLength: 30 }), (of, given, rest, complaints) => {
        const offered = given.map(([key, value]) => ({ name: key, value }));
        const form = fitted({ ...EMPTY, project: of, ...partOf(offered), ...rest });
        const picked = { ...of, owner: { email: rest.more }, lastPublishedAt: 0 };
        const notice = { level: "warning" as const, text: rest.more };
        checkedView(runFormView(form, { picked, complaints, notice }), "modal");
        checkedView(runFormView({ ...form, round: 1 }, { picked: null }), "modal");
        checkedView(checkingView(form, "checking.abc"), "modal");
        checkedView(startedView(of.title, "C0DATA", false), "modal");
      }),
    );
  });

  test("is one that Slack takes, whatever was typed into all of its fields", () => {
    fc.assert(
      fc.property(
        project,
        fc.array(fc.string({ unit: anyCharacter, maxLength: 3_000, size: "max" }), { minLength: 20, maxLength: 20 }),
        (of, texts) => {
          const fields = texts.map((text, index) => ({ name: `input_${index}`, text, held: null }));
          checkedView(runFormView(fitted({ ...EMPTY, project: of, fields }), { picked: of }), "modal");
        },
      ),
      { numRuns: 20 },
    );
    const controls = Array.from({ length: 20 }, (_, index) => ({
      name: `i${index}`,
      text: "\u0001".repeat(3_000),
      held: null,
    }));
    const form = fitted({ ...EMPTY, project: { id: "p", title: "P" }, fields: controls, more: "\u0001".repeat(3_000) });
    checkedView(runFormView(form, { picked: null }), "modal");
    expect(form.fields.map(({ held }) => held)).toEqual(controls.map(({ text }) => ({ value: text })));
  });

  test("loses none of the lines that fill their field, though they take too much room to be shown again", () => {
    const more = `a = 1\nb = ${"\ud800".repeat(2_900)}\nc = 2`;
    const typed = { ...EMPTY, project: { id: "p", title: "P" }, more };
    expect(optionsOf(fitted(typed))).toEqual(optionsOf(typed));
    expect(optionsOf(typed)).toMatchObject({ ok: true, options: { inputs: { a: 1, c: 2 } } });
    checkedView(runFormView(fitted(typed), { picked: null }), "modal");
  });

  test("loses no input on its way to Slack and back", () => {
    fc.assert(
      fc.property(project, inputs, (of, given) => {
        const wanted = Object.fromEntries(given);
        const form = fitted({ ...EMPTY, project: of, ...partOf(given.map(([key, value]) => ({ name: key, value }))) });
        const read = readRunForm(sentBack(runFormView(form, { picked: of })));
        expect(read?.hasDraft).toBe(needsDraft(form));
        const back = read === null ? null : read.hasDraft ? withDraft(read.form, form) : read.form;
        const options = back && optionsOf(back);
        expect(options).toMatchObject({ ok: true });
        expect(options?.ok && options.options.inputs).toEqual(wanted);
        expect(read?.picked?.id).toBe(of.id);
      }),
      // Hex may have a value that nobody can type.
      { examples: [[{ id: "p", title: "P" }, [["region", "\u0000"]]]] },
    );
  });

  test("never sends what was typed for another project, and keeps it", () => {
    fc.assert(
      fc.property(project, project, inputs, inputs, nasty, (one, another, ones, others, view) => {
        fc.pre(one.id !== another.id);
        const part = (given: [string, JsonValue][]) => partOf(given.map(([key, value]) => ({ name: key, value })));
        const form = { ...EMPTY, project: one, ...part(ones), view };
        const next = forProject(form, another, part(others));
        expect(next).toMatchObject({ project: another, ...part(others) });
        const back = forProject(next, one, part([]));
        expect(back).toMatchObject({ project: one, ...part(ones), view });
      }),
    );
  });

  test("takes what was typed before a project was chosen for the project's", () => {
    const form = { ...EMPTY, more: "region = EMEA", view: "" };
    expect(forProject(form, { id: "p", title: "P" }, partOf([])).more).toBe("region = EMEA");
  });

  test("has at most 20 fields of 120 known inputs, and room for all of a run's", () => {
    const known = Array.from({ length: 120 }, (_, index) => ({ name: `i${index}`, value: undefined }));
    expect(partOf(known).fields).toHaveLength(20);
    const given = known.map(({ name: key }) => ({ name: key, value: "x".repeat(50) }));
    const { fields, more, rest } = partOf(given);
    expect(fields.length + more.split("\n").length + rest.length).toBe(120);
    expect(rest.length).toBeGreaterThan(0);
  });

  test("shows no secret and nothing of what is too long but its beginning", () => {
    const form = {
      ...EMPTY,
      project: { id: "p", title: "P" },
      ...partOf([
        { name: "api_key", value: "hunter2" },
        { name: "sql", value: "x".repeat(5_204) },
      ]),
    };
    const view = JSON.stringify(runFormView(form, { picked: null }));
    expect(view).not.toContain("hunter2");
    expect(view).toContain("5,204 characters");
    expect(view).not.toContain("x".repeat(200));
  });

  test("an error stands at a block that takes one", () => {
    const form = fitted({ ...EMPTY, project: { id: "p", title: "P" }, ...partOf([{ name: "a", value: 1 }]) });
    const ids = [...fieldsOf(recordsAt(checkedView(runFormView(form, { picked: null }), "modal"), "blocks"))].map(
      ({ blockId }) => blockId,
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(7);
  });
});

test("no project makes an option that Slack refuses", () => {
  fc.assert(
    fc.property(
      project,
      fc.option(fc.record({ email: nasty }), { nil: null }),
      fc.integer({ min: 0, max: 4e12 }),
      (of, owner, lastPublishedAt) => {
        const option = projectOption({ ...of, owner, lastPublishedAt });
        expect(option.text.text.length).toBeLessThanOrEqual(75);
        expect(option.text.text).not.toBe("");
        expect(option.description?.text.length ?? 0).toBeLessThanOrEqual(75);
      },
    ),
  );
});
