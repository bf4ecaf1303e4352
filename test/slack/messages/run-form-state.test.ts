// What a form is when it is kept, and which of its blocks Slack may take for the same.

import { describe, expect, test } from "vitest";
import {
  blockId,
  type FormPlace,
  fieldAction,
  fieldBlockId,
  metadataSchema,
  nameInAction,
  needsDraft,
  nextRound,
  type RunForm,
  runFormSchema,
} from "../../../src/slack/messages/run-form-state.js";

const EMPTY: RunForm = {
  nonce: "n-1",
  round: 2,
  draw: 3,
  origin: null,
  place: null,
  project: null,
  typedProject: "",
  fields: [],
  more: "",
  rest: [],
  view: "",
  fresh: false,
  publish: false,
  dryRun: false,
  channel: null,
  earlier: [],
};
const FULL: RunForm = {
  ...EMPTY,
  origin: { channel: "C0DATA", threadTs: "1.2", isPublic: true },
  place: "C0DATA",
  project: { id: "p-1", title: "Weekly revenue" },
  typedProject: "weekly",
  fields: [
    { name: "region", text: "EMEA", held: null },
    { name: "api_key", text: "", held: { value: "hunter2" } },
    { name: "limit", text: "", held: { value: null } },
  ],
  more: "day = 1",
  rest: [{ name: "sql", value: ["select 1", { of: false }] }],
  view: "view-1",
  fresh: true,
  publish: true,
  dryRun: true,
  channel: "C0REPORTS",
  earlier: [
    { of: "p-2", part: { fields: [{ name: "a", text: "1", held: null }], more: "b = 2", rest: [], view: "view-2" } },
  ],
};
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a form that is kept", () => {
  test.each([
    ["that is empty", EMPTY],
    ["that is filled in", FULL],
  ])("%s comes back as it was", (_, form) => {
    expect(runFormSchema.parse(asJson(form))).toEqual(form);
  });

  test.each([
    ["no nonce", { nonce: undefined }],
    ["a held value that is missing", { fields: [{ name: "a", text: "", held: {} }] }],
    ["an input without a value", { rest: [{ name: "a" }] }],
    ["a field without a name", { fields: [{ text: "", held: null }] }],
    ["a conversation without an id", { origin: { threadTs: null, isPublic: true } }],
    ["a project without an id", { project: { title: "Weekly revenue" } }],
    ["an earlier project without an id", { earlier: [{ part: { fields: [], more: "", rest: [], view: "" } }] }],
    ["an earlier project without what was typed for it", { earlier: [{ of: "p-2", part: {} }] }],
  ])("is not taken for one with %s", (_, changed) => {
    expect(runFormSchema.safeParse(asJson({ ...FULL, ...changed })).success).toBe(false);
  });

  test("of an earlier version has no place", () => {
    expect(runFormSchema.parse(asJson({ ...FULL, place: undefined }))).toEqual({ ...FULL, place: null });
  });

  test("sends with its view what tells which form it is, and nothing that was typed", () => {
    const { nonce, round, draw, origin, place, project } = FULL;
    expect(metadataSchema.parse(asJson({ ...FULL, hasDraft: true }))).toEqual({
      nonce,
      round,
      draw,
      origin,
      place,
      project,
      hasDraft: true,
    });
    expect(metadataSchema.safeParse(asJson(FULL)).success).toBe(false);
  });
});

test.each<[string, boolean, Partial<RunForm>]>([
  ["nothing", false, {}],
  ["what was typed into fields alone", false, { fields: [{ name: "a", text: "1", held: null }], more: "b = 2" }],
  ["a held value, next to a typed one", true, { fields: FULL.fields }],
  ["a held null", true, { fields: [{ name: "a", text: "", held: { value: null } }] }],
  ["an input that fits into no line", true, { rest: FULL.rest }],
  ["what was typed for another project", true, { earlier: FULL.earlier }],
])("a form with %s needs a draft: %s", (_, isNeeded, changed) => {
  expect(needsDraft({ ...EMPTY, ...changed })).toBe(isNeeded);
});

describe("a form's blocks", () => {
  const OF_PROJECT: FormPlace[] = [{ kind: "field", name: "region" }, { kind: "more" }, { kind: "view" }];
  const OF_FORM: FormPlace[] = [
    { kind: "project" },
    { kind: "typed_project" },
    { kind: "options" },
    { kind: "channel" },
  ];
  const ids = (form: RunForm, places: FormPlace[]) => places.map((at) => blockId(form, at));
  /** Which of the places have the same block in both forms. */
  const kept = (before: RunForm, after: RunForm) =>
    [...OF_FORM, ...OF_PROJECT].filter((at) => blockId(before, at) === blockId(after, at));

  test("each have an id of their own", () => {
    const all = [...ids(FULL, OF_FORM), ...ids(FULL, OF_PROJECT)];
    expect(new Set(all).size).toBe(7);
  });

  test("are all new in the next round, in which the form is otherwise the same", () => {
    const next = nextRound(FULL);
    expect(next).toEqual({ ...FULL, round: 3 });
    expect(kept(FULL, next)).toEqual([]);
  });

  test("for what belongs to a project are new when it is drawn again, and for another project", () => {
    expect(kept(FULL, { ...FULL, draw: 4 })).toEqual(OF_FORM);
    expect(kept(FULL, { ...FULL, project: { id: "p-2", title: "Weekly revenue" } })).toEqual(OF_FORM);
    expect(kept(FULL, { ...FULL, project: { id: "p-1", title: "A new title" } })).toHaveLength(7);
  });

  test("belong to no project while none is chosen", () => {
    expect(ids({ ...FULL, project: null }, OF_PROJECT)).toEqual(["field.0.2-3.", "more.2-3.", "view.2-3."]);
  });

  test("for a field are found by its name or by its index", () => {
    expect(blockId(FULL, { kind: "field", name: "limit" })).toBe(fieldBlockId(FULL, 2));
    expect(fieldBlockId(FULL, 2)).not.toBe(fieldBlockId(FULL, 1));
  });
});

test("an input keeps its name in its field, and is not mistaken for another element", () => {
  expect(nameInAction(fieldAction("region"))).toBe("region");
  expect(nameInAction(fieldAction("input.x"))).toBe("input.x");
  expect(nameInAction("form_project")).toBeNull();
  expect(nameInAction(fieldAction("form_project"))).toBe("form_project");
  expect(fieldAction("form_project")).not.toBe("form_project");
});
