// What stands in the form, what is read from it, and what is run with it.

import { describe, expect, test } from "vitest";
import {
  blockId,
  ELEMENTS,
  fieldAction,
  fieldBlockId,
  type ProjectPart,
  type RunForm,
} from "../../../src/slack/messages/run-form-state.js";
import { fitted, forProject, partOf, withDraft } from "../../../src/slack/parse/form-contents.js";
import { optionsOf, readRunForm, type SentView } from "../../../src/slack/parse/run-form.js";

const NOTHING: ProjectPart = { fields: [], more: "", rest: [], view: "" };
const REVENUE = { id: "p-1", title: "Weekly revenue" };
const CHURN = { id: "p-2", title: "Churn" };
const FORM: RunForm = {
  nonce: "n-1",
  round: 2,
  draw: 3,
  origin: { channel: "C0DATA", threadTs: null, isPublic: true },
  place: "C0DATA",
  project: REVENUE,
  typedProject: "",
  ...NOTHING,
  fresh: false,
  publish: false,
  dryRun: false,
  channel: null,
  earlier: [],
};
const field = (name: string, text: string, held: RunForm["fields"][number]["held"] = null) => ({ name, text, held });
/** Twenty fields, so that whatever comes behind them has to go elsewhere. */
const FULL = Array.from({ length: 20 }, (_, index) => ({ name: `f${index}`, value: index }));
const behindFields = (...inputs: Parameters<typeof partOf>[0]) => {
  const { more, rest } = partOf([...FULL, ...inputs]);
  return { more, rest };
};

describe("inputs, as they are put into a form", () => {
  test("each has a field with its value as it would be typed", () => {
    const inputs = [
      { name: "region", value: "EMEA" },
      { name: "days", value: 30 },
      { name: "code", value: "007" },
      { name: "year", value: "2026" },
      { name: "empty", value: "" },
      { name: "unknown", value: undefined },
    ];
    expect(partOf(inputs)).toEqual({
      ...NOTHING,
      fields: [
        field("region", "EMEA"),
        field("days", "30"),
        field("code", "007"),
        field("year", '"2026"'),
        field("empty", '""'),
        field("unknown", ""),
      ],
    });
  });

  test("a secret, and what is too long or cannot be typed, is held and not shown", () => {
    const long = "x".repeat(3_001);
    expect(partOf([{ name: "text", value: "x".repeat(3_000) }]).fields).toEqual([field("text", "x".repeat(3_000))]);
    for (const [name, value] of [
      ["api_key", "hunter2"],
      ["login", { password: "hunter2" }],
      ["text", long],
      ["text", "a\u200b"],
      // Three bytes a character at most: this one takes six in the view.
      ["text", "\u0001".repeat(2_000)],
    ] as const) {
      expect(partOf([{ name, value }]).fields).toEqual([field(name, "", { value })]);
    }
    expect(partOf([{ name: "api_key", value: undefined }]).fields).toEqual([field("api_key", "")]);
    expect(partOf([{ name: "text", value: "売".repeat(2_999) }]).fields).toEqual([field("text", "売".repeat(2_999))]);
  });

  test("those behind the twentieth are lines, and only if they have a value", () => {
    const part = partOf([
      ...FULL,
      { name: "a", value: 1 },
      { name: "nothing", value: undefined },
      { name: "b", value: "x y" },
    ]);
    expect(part.fields).toHaveLength(20);
    expect(part.more).toBe("a = 1\nb = x y");
    expect(part.rest).toEqual([]);
  });

  test("what no line can have is kept aside: secrets, breaks in lines, names that cannot be typed, and what is too long", () => {
    const strange = [
      { name: "api_key", value: "hunter2" },
      { name: "text", value: "two\nlines" },
      { name: "text", value: "a\u200b" },
      { name: "my name", value: 1 },
      { name: "long", value: "x".repeat(3_000) },
    ];
    for (const input of strange) expect(behindFields(input), input.name).toEqual({ more: "", rest: [input] });
    const [first, ...others] = strange;
    expect(first && behindFields({ name: "a", value: 1 }, first, { name: "b", value: 2 }, ...others)).toEqual({
      more: "a = 1\nb = 2",
      rest: strange,
    });
  });

  test("what the lines have no room for is kept aside, and a shorter one still goes into a line", () => {
    const [long, short] = [
      { name: "long", value: "x".repeat(20) },
      { name: "b", value: 2 },
    ];
    const filling = { name: "a", value: "x".repeat(2_980) };
    expect(behindFields(filling, long, short)).toEqual({ more: `a = ${filling.value}\nb = 2`, rest: [long] });
  });

  test("a name that fits into no action id gets a line", () => {
    const [fits, none] = ["x".repeat(245), "x".repeat(246)];
    expect(partOf([{ name: fits, value: 1 }]).fields).toHaveLength(1);
    expect(partOf([{ name: none, value: 1 }])).toEqual({ ...NOTHING, more: `${none} = 1` });
  });

  test("a saved view is shown as far as its field has room", () => {
    expect(partOf([], "view-1").view).toBe("view-1");
    expect(partOf([], "v".repeat(3_001)).view).toBe("v".repeat(3_000));
    expect(partOf([], null).view).toBe("");
  });
});

describe("a form that is shown again", () => {
  const LONG = "x".repeat(3_001);
  const CUT = "x".repeat(1_500);

  test("stays as it is when all of it has room", () => {
    const form = { ...FORM, fields: [field("a", "1"), field("b", "", { value: 2 })], more: "c = 3", view: "v" };
    expect(fitted(form)).toEqual(form);
  });

  test("holds the value of a field that has no room for it, and shows the beginning of what is no value", () => {
    expect(fitted({ ...FORM, fields: [field("a", LONG), field("b", `"${LONG}"`)] }).fields).toEqual([
      field("a", "", { value: LONG }),
      field("b", "", { value: LONG }),
    ]);
    expect(fitted({ ...FORM, fields: [field("a", `"${LONG}`)] }).fields).toEqual([field("a", `"${CUT.slice(1)}`)]);
  });

  test("keeps aside the lines for which there is no room, over what was aside already", () => {
    const rest = [
      { name: "a", value: "old" },
      { name: "other", value: 1 },
    ];
    const { more, rest: kept } = fitted({ ...FORM, more: `a = ${LONG}\nb = 2`, rest });
    expect(more).toBe("");
    expect(kept).toEqual([
      { name: "other", value: 1 },
      { name: "a", value: LONG },
      { name: "b", value: 2 },
    ]);
  });

  test("shows the beginning of lines that cannot be read, and of what is no input", () => {
    const rest = [{ name: "a", value: 1 }];
    expect(fitted({ ...FORM, more: LONG, rest, view: LONG, typedProject: LONG })).toEqual({
      ...FORM,
      more: CUT,
      rest,
      view: CUT,
      typedProject: CUT,
    });
  });
});

describe("a form that Slack sends", () => {
  const metadata = {
    nonce: FORM.nonce,
    round: FORM.round,
    draw: FORM.draw,
    origin: FORM.origin,
    place: FORM.place,
    project: FORM.project,
    hasDraft: false,
  };
  const view = (values: NonNullable<SentView["state"]>["values"], changed = {}): SentView => ({
    private_metadata: JSON.stringify({ ...metadata, ...changed }),
    state: { values },
  });
  const filled = view({
    [blockId(FORM, { kind: "project" })]: {
      [ELEMENTS.project]: { selected_option: { value: "p-2", text: { text: "Churn" } } },
    },
    [blockId(FORM, { kind: "typed_project" })]: { [ELEMENTS.typedProject]: { value: " churn " } },
    [fieldBlockId(FORM, 0)]: { [fieldAction("region")]: { value: " EMEA " } },
    [fieldBlockId(FORM, 1)]: { [fieldAction("days")]: { value: null } },
    [blockId(FORM, { kind: "more" })]: { [ELEMENTS.more]: { value: "a = 1\n" } },
    [blockId(FORM, { kind: "view" })]: { [ELEMENTS.view]: { value: " view-1 " } },
    [blockId(FORM, { kind: "options" })]: {
      [ELEMENTS.options]: { selected_options: [{ value: "fresh" }, { value: "dryRun" }] },
    },
    [blockId(FORM, { kind: "channel" })]: { [ELEMENTS.channel]: { selected_conversation: "C0REPORTS" } },
  });

  test("is read as it was filled in", () => {
    expect(readRunForm(filled)).toEqual({
      hasDraft: false,
      picked: CHURN,
      form: {
        ...FORM,
        typedProject: "churn",
        fields: [field("region", " EMEA "), field("days", "")],
        more: "a = 1\n",
        view: "view-1",
        fresh: true,
        publish: false,
        dryRun: true,
        channel: "C0REPORTS",
      },
    });
  });

  test("is for the project as it is called, whether or not Slack escapes the text of what was picked", () => {
    for (const text of ["R&D <EU>", "R&amp;D &lt;EU&gt;"]) {
      const picked = { selected_option: { value: "p-2", text: { text } } };
      const sent = view({ [blockId(FORM, { kind: "project" })]: { [ELEMENTS.project]: picked } });
      expect(readRunForm(sent)?.picked).toEqual({ id: "p-2", title: "R&D <EU>" });
    }
  });

  test.each(["fresh", "publish", "dryRun"] as const)("has %s ticked alone", (option) => {
    const sent = view({
      [blockId(FORM, { kind: "options" })]: { [ELEMENTS.options]: { selected_options: [{ value: option }] } },
    });
    expect(readRunForm(sent)?.form).toEqual({ ...FORM, [option]: true });
  });

  test("is empty where nothing was filled in, or Slack sends no state", () => {
    for (const sent of [view({}), { private_metadata: JSON.stringify(metadata) }])
      expect(readRunForm(sent)).toEqual({ hasDraft: false, picked: null, form: FORM });
    const noTitle = view({
      [blockId(FORM, { kind: "project" })]: { [ELEMENTS.project]: { selected_option: { value: "p-2" } } },
    });
    expect(readRunForm(noTitle)?.picked).toEqual({ id: "p-2", title: "" });
    for (const value of ["", "x".repeat(151)]) {
      const values = { "project.2": { form_project: { selected_option: { value } } } };
      expect(readRunForm({ ...noTitle, state: { values } })?.picked, value).toBeNull();
    }
    expect(readRunForm(view({}, { hasDraft: true }))?.hasDraft).toBe(true);
  });

  test("has no input that was typed for another project, in another round, or next to an element that is none", () => {
    for (const changed of [{ project: CHURN }, { round: 3 }, { draw: 4 }])
      expect(readRunForm({ ...filled, ...view(filled.state?.values ?? {}, changed) })?.form.fields).toEqual([]);
    const stray = view({ [fieldBlockId(FORM, 0)]: { other: { value: "x" } } });
    expect(readRunForm(stray)?.form.fields).toEqual([]);
  });

  test.each(["", "{", "[]", '{"nonce":"n"}'])("with %j in place of its metadata is of another version", (text) => {
    expect(readRunForm({ ...filled, private_metadata: text })).toBeNull();
  });
});

describe("a form and its draft", () => {
  const held = { value: "hunter2" };
  const rest = [{ name: "sql", value: "select 1" }];
  const part: ProjectPart = { fields: [field("api_key", "", held)], more: "old = 1", rest, view: "old" };
  const earlier = [{ of: "p-2", part }];
  const sent = { ...FORM, fields: [field("api_key", "typed"), field("region", "EMEA")], more: "a = 1", view: "v" };

  test("what no field has comes from the draft, and all else from the form", () => {
    const draft = { ...FORM, ...part, earlier, fresh: true };
    expect(withDraft(sent, draft)).toEqual({
      ...sent,
      fields: [field("api_key", "typed", held), field("region", "EMEA")],
      rest,
      earlier,
    });
  });

  test("a draft that was made for another project has what was kept of this one", () => {
    const draft = { ...FORM, project: REVENUE, rest: [{ name: "other", value: 1 }], earlier };
    expect(withDraft({ ...sent, project: CHURN }, draft)).toMatchObject({
      fields: [field("api_key", "typed", held), field("region", "EMEA")],
      rest,
      earlier,
    });
    expect(withDraft({ ...sent, project: { id: "p-3", title: "" } }, draft)).toBeNull();
    expect(withDraft({ ...sent, project: null }, draft)).toBeNull();
  });

  test("before a project is chosen there is a draft too", () => {
    const none = { ...FORM, project: null };
    expect(withDraft(none, { ...none, rest })).toEqual({ ...none, rest });
    expect(withDraft(none, { ...FORM, rest })).toBeNull();
  });

  test("a draft that is gone is missed", () => {
    expect(withDraft(sent, null)).toBeNull();
  });
});

describe("another project is chosen", () => {
  const offered: ProjectPart = {
    fields: [field("day", "1")],
    more: "b = 2",
    rest: [{ name: "c", value: 3 }],
    view: "view-2",
  };
  const typed: ProjectPart = {
    fields: [field("region", "EMEA")],
    more: "a = 1",
    rest: [{ name: "sql", value: "select 1" }],
    view: "view-1",
  };
  const ofProject = (form: RunForm) => {
    const { fields, more, rest, view } = form;
    return { fields, more, rest, view };
  };

  test("it is drawn anew with what it offers, and what was typed for the one before is kept", () => {
    expect(forProject({ ...FORM, ...typed, typedProject: "churn", fresh: true }, CHURN, offered)).toEqual({
      ...FORM,
      ...offered,
      fresh: true,
      project: CHURN,
      draw: 4,
      earlier: [{ of: "p-1", part: typed }],
    });
  });

  test("and the first one again: what was typed for it is there, and stands no longer among the earlier ones", () => {
    const there = forProject({ ...FORM, ...typed }, CHURN, offered);
    const back = forProject(there, REVENUE, NOTHING);
    expect(ofProject(back)).toEqual(typed);
    expect(back.earlier).toEqual([{ of: "p-2", part: offered }]);
  });

  test("what was typed for the last five is kept", () => {
    let form = FORM;
    for (let index = 0; index < 8; index++) form = forProject(form, { id: `q-${index}`, title: "" }, NOTHING);
    expect(form.earlier.map(({ of }) => of)).toEqual(["q-2", "q-3", "q-4", "q-5", "q-6"]);
  });

  test("the first one takes over lines and view that were typed before, with what it keeps aside", () => {
    const before = { ...FORM, project: null, typedProject: "churn", more: "a = 1", rest: typed.rest, view: "mine" };
    expect(forProject(before, CHURN, offered)).toEqual({
      ...FORM,
      project: CHURN,
      draw: 4,
      fields: offered.fields,
      more: "a = 1",
      rest: [{ name: "c", value: 3 }, ...typed.rest],
      view: "mine",
    });
    expect(forProject({ ...before, more: " ", view: "" }, CHURN, offered)).toMatchObject({ more: "", view: "view-2" });
  });

  test("what was typed before for inputs of its fields is in the fields, and only there", () => {
    const more = 'day = 2\n\n text = "two\nlines"\n';
    const rest = [
      { name: "long", value: "aside" },
      { name: "sql", value: "select 1" },
    ];
    const fields = [...offered.fields, field("long", ""), field("region", "EMEA")];
    expect(ofProject(forProject({ ...FORM, project: null, more, rest }, CHURN, { ...offered, fields }))).toEqual({
      fields: [field("day", "2"), field("long", "aside"), field("region", "EMEA")],
      more: 'text = "two\nlines"',
      rest: [
        { name: "c", value: 3 },
        { name: "sql", value: "select 1" },
      ],
      view: "view-2",
    });
  });

  test("a secret that was typed before stays visible to whoever typed it", () => {
    const secret = { ...offered, fields: [field("api_token", "")] };
    const before = { ...FORM, project: null, more: "api_token = abc" };
    expect(forProject(before, CHURN, secret).fields).toEqual([field("api_token", "abc")]);
  });

  test("lines that cannot be read stay as they are", () => {
    const before = { ...FORM, project: null, more: "day = 2\nmonth" };
    expect(forProject(before, CHURN, offered)).toMatchObject({ fields: offered.fields, more: "day = 2\nmonth" });
  });

  test("the first one has its own when nothing was typed before", () => {
    for (const more of ["", " \n"])
      expect(ofProject(forProject({ ...FORM, project: null, more }, CHURN, offered))).toEqual(offered);
  });
});

describe("what to run", () => {
  const places = (form: Partial<RunForm>) => {
    const read = optionsOf({ ...FORM, ...form });
    return read.ok ? [] : read.complaints.map(({ at }) => ("name" in at ? `${at.kind} ${at.name}` : at.kind));
  };
  const complaint = (form: Partial<RunForm>) => {
    const read = optionsOf({ ...FORM, ...form });
    return read.ok ? "" : read.complaints.map(({ text }) => text).join(" | ");
  };

  test("the inputs of fields, lines and what is kept aside; lines go before what is kept aside", () => {
    const fields = [field("region", "EMEA"), field("api_key", "", { value: "hunter2" }), field("day", "")];
    const rest = [
      { name: "sql", value: "select 1" },
      { name: "a", value: "old" },
    ];
    expect(optionsOf({ ...FORM, fields, more: "a = 1", rest, fresh: true })).toEqual({
      ok: true,
      options: {
        inputs: { sql: "select 1", a: 1, region: "EMEA", api_key: "hunter2" },
        fresh: true,
        publish: false,
        view: null,
      },
    });
  });

  test("what is typed into a field goes before what it holds, and a held null is sent", () => {
    const fields = [field("api_key", "new", { value: "old" }), field("limit", "", { value: null })];
    expect(optionsOf({ ...FORM, fields })).toMatchObject({ options: { inputs: { api_key: "new", limit: null } } });
  });

  test("a saved view, or results that are published, without inputs", () => {
    expect(optionsOf({ ...FORM, view: " view-1 ", publish: true })).toEqual({
      ok: true,
      options: { inputs: {}, fresh: false, publish: true, view: "view-1" },
    });
    expect(optionsOf({ ...FORM, view: "  " })).toMatchObject({ options: { view: null } });
  });

  test("nothing, with a complaint at each place where something is wrong", () => {
    const fields = [field("a", '"open'), field("b", "1")];
    expect(places({ fields, more: "region" })).toEqual(["more", "field a"]);
    expect(complaint({ more: "region" })).toBe("“region” is not an input. Write name = value, one per line.");
    expect(complaint({ more: "a = [1" })).toMatch(/^The value of “a” begins like a list/);
    expect(complaint({ fields })).toBe("This begins with a quote that is not closed. Put one at its end.");
  });

  test("an input that has a field may not be in a line too, whichever value it has", () => {
    const fields = [field("a", "1"), field("b", ""), field("c", "", { value: 1 })];
    expect(places({ fields, more: "a = 2" })).toEqual(["more"]);
    expect(places({ fields, more: "c = 2" })).toEqual(["more"]);
    expect(places({ fields, more: "b = 2" })).toEqual([]);
    expect(complaint({ fields, more: "a = 2" })).toMatch(/^“a” has a field above/);
    expect(places({ fields, more: "region" })).toEqual(["more"]);
  });

  test("a link is no saved view", () => {
    expect(places({ view: "https://app.hex.tech/x" })).toEqual(["view"]);
    expect(complaint({ view: "https://app.hex.tech/x" })).toMatch(/^This takes the id of a saved view/);
  });

  test("inputs go neither with a saved view nor with results that are published", () => {
    const fields = [field("a", "1")];
    expect(places({ fields, view: "view-1" })).toEqual(["view"]);
    expect(complaint({ fields, view: "view-1" })).toMatch(/^A saved view brings its own inputs/);
    expect(places({ fields, publish: true })).toEqual(["options"]);
    expect(complaint({ fields, publish: true })).toMatch(/^Hex publishes results only without inputs/);
    expect(places({ fields, view: "a/b", publish: true })).toEqual(["view", "view", "options"]);
  });

  test("at most 100 inputs", () => {
    const rest = Array.from({ length: 100 }, (_, index) => ({ name: `i${index}`, value: index }));
    expect(places({ rest })).toEqual([]);
    expect(places({ rest, more: "one = 1" })).toEqual(["more"]);
    expect(complaint({ rest, more: "one = 1" })).toMatch(/^There are more than 100 inputs/);
  });
});
