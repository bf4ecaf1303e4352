import { describe, expect, test } from "vitest";
import type { Issue } from "../../src/hex/issues.js";
import { refusedInputs, sentInputs } from "../../src/hex/refused-inputs.js";

const NONE = { notFound: [], invalid: [] };
const SENT = { days: "x", region: ["EU"], "a.b": 1 };

function issue(message: string, more: Partial<Issue> = {}): Issue {
  return { path: [], message, expected: null, keys: [], ...more };
}

test("the inputs in the body of a request", () => {
  expect(sentInputs({ inputParams: { days: 1 }, dryRun: true })).toEqual({ days: 1 });
  for (const body of [undefined, null, "text", {}, { inputParams: [] }, { inputParams: "x" }]) {
    expect(sentInputs(body)).toEqual({});
  }
});

test("the older answer: unknown names, and values of the wrong type", () => {
  const invalid = [
    { paramName: "days", dataType: "NUMBER", inputCellType: "TEXT_INPUT", paramValue: "x" },
    { paramName: "region", dataType: null, inputCellType: "DROPDOWN", paramValue: undefined },
    { paramName: "other", dataType: null, inputCellType: null, paramValue: "y".repeat(200) },
  ];
  expect(refusedInputs({ notFound: ["dayz"], invalid }, [issue("days: not found")], SENT)).toEqual({
    unknown: ["dayz"],
    wrongType: [
      { name: "days", expected: "NUMBER", given: '"x"' },
      { name: "region", expected: "DROPDOWN", given: "null" },
      { name: "other", expected: "another type", given: expect.stringMatching(/^"y{90,99}…?$/) },
    ],
  });
});

test.each([
  [
    "listed",
    refusedInputs(
      {
        notFound: [],
        invalid: [{ paramName: "api_key", dataType: "NUMBER", inputCellType: null, paramValue: "hunter2" }],
      },
      [],
      {},
    ),
  ],
  [
    "in an issue",
    refusedInputs(NONE, [issue("must be a number", { path: ["inputParams", "api_key"] })], { api_key: "hunter2" }),
  ],
] as const)("a secret's value is not kept, %s", (_, refused) => {
  expect(JSON.stringify(refused)).toContain("api_key");
  expect(JSON.stringify(refused)).not.toContain("hunter2");
});

describe("the newer answer: what is wrong with each input", () => {
  const read = (...issues: Issue[]) => refusedInputs(NONE, issues, SENT);

  test.each([
    "days is not an input",
    "days is not a known param",
    "days: not a valid input",
    "Unknown: days",
    'Unrecognized key "days"',
    'unrecognised "days"',
    "days not found",
    'There is no such input as "days"',
    "days does not exist",
  ])("unknown: %s", (message) => {
    expect(read(issue(message, { path: ["inputParams", "days"] }))).toEqual({
      unknown: ["days"],
      wrongType: [],
      others: [],
    });
  });

  test.each([
    ["must be number", "number"],
    ["must be a number", "number"],
    ["must be an integer", "integer"],
    ["must be of type date_range", "date_range"],
    ["Expected number, received string", "number"],
    ["should be boolean", "boolean"],
    ["should be of type list", "list"],
  ])("of the wrong type: %s", (message, expected) => {
    expect(read(issue(message, { path: ["inputParams", "days"] }))).toMatchObject({
      wrongType: [{ name: "days", expected, given: '"x"' }],
    });
  });

  test("the type that Hex names outside the message counts first, and what was not sent has no value", () => {
    const found = read(issue("must be text", { path: ["inputParams", "new"], expected: "number" }));
    expect(found?.wrongType).toEqual([{ name: "new", expected: "number", given: "" }]);
  });

  test("anything else is told in Hex's words, which are cut", () => {
    const found = read(issue(`out of range ${"!".repeat(300)}`, { path: ["inputParams", "days"] }));
    expect(found?.others).toEqual([{ name: "days", reason: expect.stringMatching(/^out of range !{150,190}…?$/) }]);
  });

  test("fields that Hex does not know, as a list", () => {
    expect(read(issue("Odd", { path: ["inputParams"], keys: ["dayz", "x"] }))?.unknown).toEqual(["dayz", "x"]);
  });

  test("a path that begins with the input, and a message that names it", () => {
    expect(read(issue("Bad", { path: ["days"] }))?.others).toEqual([{ name: "days", reason: "Bad" }]);
    for (const message of [
      "days is bad",
      "bad 'days'",
      'bad "a.b"',
      "Input days",
      "Bad parameter: days",
      "variable `days`",
    ]) {
      expect(read(issue(message))?.others).toHaveLength(1);
    }
  });

  test.each([
    ["no issue at all", []],
    ["a path elsewhere", [issue("Bad", { path: ["viewId"] })]],
    ["a word in a sentence that is also an input's name", [issue("Wait some days")]],
    ["a longer word", [issue("daysend is bad")]],
    ["a name that only looks like the pattern", [issue("'aXb' is bad")]],
    ["one issue that is about something else", [issue("Bad", { path: ["days"] }), issue("Bad", { path: ["viewId"] })]],
  ])("not because of the inputs: %s", (_, issues) => {
    expect(read(...issues)).toBeUndefined();
  });

  test("at most a hundred and those of one issue more", () => {
    const many = Array.from({ length: 300 }, () => issue("Odd", { path: ["inputParams"], keys: ["a", "b", "c"] }));
    expect(read(...many)?.unknown).toHaveLength(102);
  });
});
