import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../src/hex/client.js";
import { withoutInvisible, withoutStrays } from "../../../src/lib/spelling.js";
import { parseRunArguments, type RunArguments } from "../../../src/slack/parse/run-arguments.js";
import { anyCharacter } from "../../any-character.js";
import { printRunArguments } from "./typing.js";

const PLAIN = { fresh: false, publish: false, dryRun: false, view: null, inputs: {} };

describe("parseRunArguments", () => {
  test.each<[string, Partial<RunArguments>]>([
    ["p", { target: "p" }],
    ["p --fresh —publish --DRY-RUN", { target: "p", fresh: true, publish: true, dryRun: true }],
    ["--view v1 p", { target: "p", view: "v1" }],
    ['p --view="v 1"', { target: "p", view: "v 1" }],
    ["https://app.hex.tech/app/x?run=1 a=1", { target: "https://app.hex.tech/app/x?run=1", inputs: { a: 1 } }],
    ["p n=30 f=1.50 neg=-2 e=1e3", { target: "p", inputs: { n: 30, f: 1.5, neg: -2, e: 1000 } }],
    ["p yes=true no=false none=null", { target: "p", inputs: { yes: true, no: false, none: null } }],
    ['p zip="007" n="5" t=007', { target: "p", inputs: { zip: "007", n: "5", t: "007" } }],
    ["p big=12345678901234567890 inf=1e999", { target: "p", inputs: { big: "12345678901234567890", inf: "1e999" } }],
    ['p l=[1, "a b"] o={"k": {"n": null}}', { target: "p", inputs: { l: [1, "a b"], o: { k: { n: null } } } }],
    ["p t=plain d=2026-01-02 empty=", { target: "p", inputs: { t: "plain", d: "2026-01-02", empty: "" } }],
    ["p größe=1 _x2=2", { target: "p", inputs: { größe: 1, _x2: 2 } }],
    ["p eq=a=b", { target: "p", inputs: { eq: "a=b" } }],
    ['p t="a=b c"', { target: "p", inputs: { t: "a=b c" } }],
    ["p ids=[12345678901234567890,1e999,1.0]", { target: "p", inputs: { ids: ["12345678901234567890", "1e999", 1] } }],
    ['p o={"12345678901234567890": -0}', { target: "p", inputs: { o: { "12345678901234567890": -0 } } }],
    ["127.0.0.1:8080/hex/x?run=1", { target: "127.0.0.1:8080/hex/x?run=1" }],
    ["p say=it’s to=<mailto:a@b.c|a@b.c>", { target: "p", inputs: { say: "it’s", to: "a@b.c" } }],
    ['"two words"', { target: "two words" }],
    ["weekly revenue", { target: "weekly revenue" }],
    [
      "Weekly “revenue by” region days=30 --fresh",
      { target: "Weekly revenue by region", inputs: { days: 30 }, fresh: true },
    ],
    ["--fresh weekly  revenue a=1", { target: "weekly revenue", fresh: true, inputs: { a: 1 } }],
    ["--view v1 weekly revenue --dry-run", { target: "weekly revenue", view: "v1", dryRun: true }],
    ['"a=b" "--fresh" c', { target: "a=b --fresh c" }],
    ["売上 レポート — 2026 :rocket: R&amp;D", { target: "売上 レポート — 2026 :rocket: R&D" }],
    ["a=1 018f2a1e-0000-7000-8000-000000000001", { target: "018f2a1e-0000-7000-8000-000000000001", inputs: { a: 1 } }],
    [
      "a=1 https://eu.hex.tech/x/app/y --fresh",
      { target: "https://eu.hex.tech/x/app/y", inputs: { a: 1 }, fresh: true },
    ],
    // As it is pasted.
    ["`p` `--fresh`", { target: "p", fresh: true }],
    ["*p* _--fresh_ ~--publish~", { target: "p", fresh: true, publish: true }],
    ["*p --fresh*", { target: "p", fresh: true }],
    ["```\np --fresh\n```", { target: "p", fresh: true }],
    ['`p` `region="North America"` `days=30`', { target: "p", inputs: { region: "North America", days: 30 } }],
    ["`p a=2`", { target: "p", inputs: { a: 2 } }],
    ["p a=* b=`x` _x=y_ c=*d*", { target: "p", inputs: { a: "*", b: "`x`", _x: "y_", c: "*d*" } }],
    ["p ——fresh –publish", { target: "p", fresh: true, publish: true }],
    ["p --dry\u2011run \u2011\u2011fresh", { target: "p", dryRun: true, fresh: true }],
    ["p \u2060--fresh -\u2010publish", { target: "p", fresh: true, publish: true }],
    ["«Weekly Revenue» region=« North America »", { target: "Weekly Revenue", inputs: { region: "North America" } }],
    ["»low«", { target: "low" }],
    ["‹p›", { target: "p" }],
    [
      'p\u200b reg\u200dion\u202a=\ufeff"North\u200b America"\u202c',
      { target: "p", inputs: { region: "North America" } },
    ],
    ["p e=👩‍👩‍👧 fa=می‌خواهم hi=क्‍ष v=❤️", { target: "p", inputs: { e: "👩‍👩‍👧", fa: "می‌خواهم", hi: "क्‍ष", v: "❤️" } }],
    [
      "p nfd=Cafe\u0301 nfc=Café q=it’s d=1–2 e=…",
      { target: "p", inputs: { nfd: "Cafe\u0301", nfc: "Café", q: "it’s", d: "1–2", e: "…" } },
    ],
    ["p gro\u0308ße=1", { target: "p", inputs: { größe: 1 } }],
    ["p --view `v\u200d1`", { target: "p", view: "v1" }],
  ])("%s", (typed, expected) => {
    expect(parseRunArguments(typed)).toEqual({ ok: true, arguments: { ...PLAIN, ...expected } });
  });

  test.each([
    ["", { kind: "no_target" }],
    ["--fresh a=1", { kind: "no_target" }],
    ['""', { kind: "no_target" }],
    [
      "weekly region=North America now days=3",
      { kind: "stray_words", words: ["America", "now"], target: "weekly", behind: { name: "region", value: "North" } },
    ],
    ["p days= 30", { kind: "stray_words", words: ["30"], target: "p", behind: { name: "days", value: "" } }],
    ["weekly --fresh revenue", { kind: "stray_words", words: ["revenue"], target: "weekly", behind: null }],
    ["a=1 p", { kind: "stray_words", words: ["p"], target: "", behind: { name: "a", value: "1" } }],
    ['a=1 --fresh "b=2"', { kind: "stray_words", words: ["b=2"], target: "", behind: null }],
    [
      "a=1 018f2a1e-0000-7000-8000-000000000001 b",
      { kind: "stray_words", words: ["b"], target: "018f2a1e-0000-7000-8000-000000000001", behind: null },
    ],
    ["p --frsh", { kind: "unknown_flag", flag: "--frsh", suggestion: "--fresh" }],
    ["p --zzzzzz", { kind: "unknown_flag", flag: "--zzzzzz", suggestion: null }],
    ["p --view", { kind: "flag_without_value", flag: "--view" }],
    ["p --view --fresh", { kind: "flag_without_value", flag: "--view" }],
    ["p --fresh=yes", { kind: "flag_with_value", flag: "--fresh" }],
    ["p --fresh --fresh", { kind: "flag_given_twice", flag: "--fresh" }],
    ["p a=1 a=2", { kind: "input_given_twice", name: "a" }],
    ["p 1a=2", { kind: "bad_input_name", name: "1a" }],
    ["p =2", { kind: "bad_input_name", name: "" }],
    ["p a-b=2", { kind: "bad_input_name", name: "a-b" }],
    ["p a=[007]", { kind: "bad_json", name: "a" }],
    ["p a=[1.2.3]", { kind: "bad_json", name: "a" }],
    ["p a={oops}", { kind: "bad_json", name: "a" }],
    ["p --view https://app.hex.tech/acme/app/x/latest?viewId=1", { kind: "view_is_link" }],
    ["p --view=<https://app.hex.tech/acme/app/x|View> a=1", { kind: "view_is_link" }],
    ["p --view [Q1](app.hex.tech/acme/app/x)", { kind: "view_is_link" }],
    ["p --view v a=1", { kind: "view_with_inputs" }],
    ["p --publish a=1", { kind: "publish_with_inputs" }],
    ["p a=“x", { kind: "unbalanced_quote" }],
  ])("%s is refused", (typed, problem) => {
    expect(parseRunArguments(typed)).toEqual({ ok: false, problem });
  });

  const lists = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}=1`).join(" ");

  test("as many levels, inputs and characters as the bot takes", () => {
    expect(parseRunArguments(`p a=${lists(32)}`)).toMatchObject({ ok: true });
    expect(parseRunArguments(`p ${many(100)}`)).toMatchObject({ ok: true });
    expect(parseRunArguments(`p a=${"x".repeat(39_996)}`)).toMatchObject({ ok: true });
    expect(parseRunArguments(`p a="${lists(1_900)}"`)).toMatchObject({ ok: true });
  });

  test.each([
    [`p a=${lists(33)}`, { kind: "nested_too_deep", name: "a", most: 32 }],
    [`p a=${lists(1_900)}`, { kind: "nested_too_deep", name: "a", most: 32 }],
    [`p a=${'{"b":'.repeat(33)}1${"}".repeat(33)}`, { kind: "nested_too_deep", name: "a", most: 32 }],
    [`p ${many(101)}`, { kind: "too_many_inputs", count: 101, most: 100 }],
    [`p a=${"x".repeat(39_997)}`, { kind: "too_long", length: 40_001, most: 40_000 }],
  ])("one more is refused", (typed, problem) => {
    expect(parseRunArguments(typed)).toEqual({ ok: false, problem });
  });

  test("dashes alone belong to the name", () => {
    expect(parseRunArguments("Weekly -- revenue --fresh days=3")).toMatchObject({
      ok: true,
      arguments: { target: "Weekly -- revenue", fresh: true, inputs: { days: 3 } },
    });
  });

  test("an input named __proto__ is an input like any other", () => {
    const parsed = parseRunArguments("p __proto__=1 constructor=2");
    expect(parsed.ok && Object.keys(parsed.arguments.inputs)).toEqual(["__proto__", "constructor"]);
    expect(parsed.ok && Object.getPrototypeOf(parsed.arguments.inputs)).toBe(Object.prototype);
  });

  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,12}$/);
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 60, size: "max" }),
    fc.stringMatching(/^[ "'“”‘’\\{}[\]=<>&|—-]*$/),
  );
  const nested = fc.jsonValue({ maxDepth: 2 }).map((made): JsonValue => JSON.parse(JSON.stringify(made)));
  const value: fc.Arbitrary<JsonValue> = fc.oneof(
    text,
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.array(fc.oneof(nested, text, fc.constant(-0)), { maxLength: 3 }),
    fc.dictionary(fc.oneof(name, text), fc.oneof(nested, text, fc.constant(-0)), { maxKeys: 3 }),
  );
  const inputs = fc.dictionary(name, value, { maxKeys: 4 });
  const args: fc.Arbitrary<RunArguments> = fc
    .record({
      target: text.filter((word) => withoutInvisible(word) !== ""),
      fresh: fc.boolean(),
      publish: fc.boolean(),
      dryRun: fc.boolean(),
      // One with a slash is refused as a link.
      view: fc.option(text.filter((word) => withoutInvisible(word) !== "" && !word.includes("/"))),
      inputs,
    })
    .map((made) => ({ ...made, inputs: made.view !== null || made.publish ? {} : made.inputs }));
  /** Names lose what cannot be seen, values lose what never belongs to one. */
  const asRead = (made: RunArguments): RunArguments => ({
    ...made,
    target: withoutInvisible(made.target),
    view: made.view === null ? null : withoutInvisible(made.view),
    inputs: Object.fromEntries(Object.entries(made.inputs).map(([key, value]) => [key, valueAsRead(value)])),
  });
  const valueAsRead = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return withoutStrays(value);
    if (Array.isArray(value)) return value.map(valueAsRead);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [withoutStrays(key), valueAsRead(member)]));
  };
  const escaped = (typed: string) => typed.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  test("what it prints parses to the same as Slack escapes it, and unescaped where nothing looks like Slack's marks", () => {
    fc.assert(
      fc.property(args, (made) => {
        const printed = printRunArguments(made);
        const read = { ok: true, arguments: asRead(made) };
        expect(parseRunArguments(escaped(printed))).toEqual(read);
        if (/&(amp|lt|gt);|<(https?:|mailto:|[#@])/.test(printed)) return;
        expect(parseRunArguments(printed)).toEqual(read);
      }),
      { numRuns: 300 },
    );
  });

  test("a name is read the same in quotes and without", () => {
    const word = fc
      .stringMatching(/^[\p{L}\p{N}][\p{L}\p{N}.,:&#-]{0,9}$/u)
      .filter((made) => withoutInvisible(made) === made);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), args, (words, made) => {
        const target = words.join(" ");
        const [, ...behind] = printRunArguments({ ...made, target: "p" }).split(" ");
        const typed = [escaped(target), ...behind.map(escaped)].join(" ");
        expect(parseRunArguments(typed)).toEqual({ ok: true, arguments: { ...asRead(made), target } });
      }),
      { numRuns: 300 },
    );
  });

  test("the quotes that a client makes curly delimit as straight ones do", () => {
    const content = fc.stringMatching(/^[a-z0-9 '’{}[\]=<>&|,:—-]{0,20}$/);
    const curly = fc.infiniteStream(fc.constantFrom("“", "”", "„"));
    fc.assert(
      fc.property(content, content, curly, (first, second, marks) => {
        const typed = `p a="${first}" o={"k": ["${second}", "\\"${first}"]} b=""`;
        const variant = typed.replace(/"/g, () => marks.next().value ?? '"');
        const straight = parseRunArguments(typed);
        expect(straight.ok).toBe(true);
        expect(parseRunArguments(variant)).toEqual(straight);
      }),
      { numRuns: 300 },
    );
  });

  test("never throws, and never reads a project that is empty, whatever is typed", () => {
    const neverEmpty = (typed: string) => {
      const parsed = parseRunArguments(typed);
      if (parsed.ok) expect(parsed.arguments.target).not.toBe("");
    };
    const pieces = fc.constantFrom(
      "--",
      "—",
      "fresh",
      "view",
      "=",
      '"',
      "“",
      "”",
      "{",
      "}",
      "[",
      "a",
      " ",
      "\\",
      ",",
      ":",
      "1",
    );
    const long = fc.string({ unit: anyCharacter, maxLength: 4_000, size: "max" });
    fc.assert(fc.property(long, neverEmpty));
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60, size: "max" }), (parts) => neverEmpty(parts.join(""))),
      { numRuns: 1_000 },
    );
  });

  test.each(["=", "x=[", '\\"', "x={“", "{", "—a ", "<https://", "a.", "1"])(
    "4,000 characters of %s are read at once",
    (part) => {
      const began = performance.now();
      parseRunArguments(part.repeat(4_000 / part.length));
      parseRunArguments(`p x=${part.repeat(4_000 / part.length)}`);
      expect(performance.now() - began).toBeLessThan(500);
    },
  );
});

test.each([
  "(https://app.hex.tech/acme/app/x/latest?selectedCellId=1)",
  "[https://app.hex.tech/acme/app/x/latest?selectedCellId=1]",
  "(app.hex.tech/acme/app/x?a=b)",
  "/acme/app/x/latest?a=b",
  "app.hex.tech./acme/app/x?a=b",
])("the link %s is a project, whatever stands in its query", (link) => {
  expect(parseRunArguments(`${link} days=7`)).toMatchObject({
    ok: true,
    arguments: { target: link, inputs: { days: 7 } },
  });
});
