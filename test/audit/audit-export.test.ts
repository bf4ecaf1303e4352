// The audit log as a file, and the options of the command that prints it.

import { describe, expect, test } from "vitest";
import { headOf, lineOf } from "../../src/audit/audit-export.js";
import { parseExportOptions } from "../../src/audit/export-options.js";
import { maskedInputs } from "../../src/audit/masked-inputs.js";
import { safeId } from "../../src/hex/ids.js";
import { uuidOfShortId } from "../../src/hex/links.js";
import { AUDIT_HELP, auditMistake } from "../../src/remedies/audit.js";
import { shortIdOf } from "../hex/short-id.js";
import { entry } from "./entries.js";

describe("a line", () => {
  test("of JSON has the whole entry and its time", () => {
    expect(JSON.parse(lineOf(entry(), "jsonl"))).toEqual({ time: "1970-01-01T00:00:01.000Z", ...entry() });
    expect(headOf("jsonl")).toBe("");
  });

  test("of JSON has nothing that a terminal obeys, and loses nothing", () => {
    const detail = "category \u001b[2J\u009b31mSales\u007f\u0085";
    const line = lineOf(entry({ detail }), "jsonl");
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(line)).toMatchObject({ detail });
  });

  test("of CSV has as many cells as the head, whatever is in them", () => {
    const odd = entry({ project: { id: "p", title: 'Say "hi",\nthen go' }, detail: '=HYPERLINK("http://x")' });
    const line = lineOf(odd, "csv");
    expect(line).toContain('"Say ""hi"",\nthen go"');
    expect(line).toContain(`"'=HYPERLINK(""http://x"")"`);
    const cells = line
      .replaceAll(/"(?:[^"]|"")*"/g, "x")
      .trimEnd()
      .split(",");
    expect(cells).toHaveLength(headOf("csv").trimEnd().split(",").length);
  });
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"])(
  "a spreadsheet does not take %j in CSV for a formula",
  (detail) => {
    expect(lineOf(entry({ detail }), "csv").replaceAll('"', "")).toContain(`,'${detail}`);
  },
);

test("nothing in CSV rewrites the terminal that prints it", () => {
  const detail = "category \u001b[2J\u001b]0;root\u0007\u009b31mSales\u007f";
  expect(lineOf(entry({ detail }), "csv")).toContain(",category \uFFFD[2J\uFFFD]0;root\uFFFD\uFFFD31mSales\uFFFD,");
});

describe("options", () => {
  const now = Date.UTC(2026, 10, 26, 12);
  const read = (...words: string[]) => parseExportOptions(words, now, (text) => uuidOfShortId(text) ?? safeId(text));

  test.each([
    [[], "2026-11-19T12:00:00.000Z"],
    [["--since", "90m"], "2026-11-26T10:30:00.000Z"],
    [["--since", "2026-11-01"], "2026-11-01T00:00:00.000Z"],
    [["--since", "2026-11-01T10:00"], "2026-11-01T10:00:00.000Z"],
    [["--since=2026-11-01T10:00+02:00"], "2026-11-01T08:00:00.000Z"],
  ])("%j", (words, since) => {
    const options = read(...words);
    expect(options.kind === "export" && new Date(options.query.since).toISOString()).toBe(since);
  });

  test("the help says how far back it goes if nothing is said", () => {
    expect(AUDIT_HELP).toContain("in the last 7 days, unless --since says otherwise");
  });

  test("a person, a project, an end and a format", () => {
    const projectId = "5d2f0000-0000-4000-8000-000000000001";
    expect(read("--person", "U0ADALOVEL", "--project", projectId, "--until", "1d", "--format", "csv")).toMatchObject({
      format: "csv",
      query: { who: "U0ADALOVEL", projectId, until: now - 24 * 3_600_000 },
    });
    // As the help says: all of November, and nothing of December.
    expect(AUDIT_HELP).toContain("--until 2026-12-01 prints what was done before December");
    expect(read("--until", "2026-12-01")).toMatchObject({ query: { until: Date.UTC(2026, 11, 1) } });
    for (const written of [projectId.toUpperCase(), shortIdOf(projectId)])
      expect(read("--project", written)).toMatchObject({ query: { projectId } });
  });

  test.each([
    [["--since", "yesterday"], "since", "yesterday"],
    [["--until", "2026-13-01"], "until", "2026-13-01"],
    [["--until", "2026-02-30"], "until", "2026-02-30"],
    [["--since", "2026-04-31T10:00+02:00"], "since", "2026-04-31T10:00+02:00"],
    [["--format", "xml"], "format", "xml"],
    [["--person", "ada"], "person", "ada"],
    [["--person", ""], "person", ""],
    [["--project", "Weekly revenue"], "project", "Weekly revenue"],
  ])("%j is a mistake", (words, option, given) => {
    expect(read(...words)).toEqual({ kind: "mistake", option, given });
  });

  test("a mistake says what to write", () => {
    expect(auditMistake("person", "ada")).toMatch(/^--person "ada" is not the id of a person\. .*Copy member ID\.\n/);
    expect(auditMistake("project", "x y")).toMatch(/^--project "x y" is not the id of a project\. Copy it from/);
    expect(auditMistake("since", "x")).toMatch(/^--since "x" is not a time\./);
    expect(auditMistake("format", "x")).toMatch(/^--format "x" is neither jsonl nor csv\./);
  });

  test("what is no option at all is a mistake, and help is help", () => {
    expect(read("--sicne", "7d")).toMatchObject({ kind: "mistake", option: null });
    expect(read("today")).toMatchObject({ kind: "mistake", option: null });
    expect(read("-h")).toEqual({ kind: "help" });
  });
});

test("inputs keep their values, unless their names look secret, and long ones are cut", () => {
  const kept = maskedInputs({
    region: "EMEA",
    days: 30,
    api_key: "s3cr3t",
    login: [{ password: "s3cr3t" }],
    note: "x".repeat(5_000),
  });
  expect(kept).toMatchObject({ region: "EMEA", days: 30, api_key: "[hidden]", login: "[hidden]" });
  expect(JSON.stringify(kept.note).length).toBeLessThan(1_010);
});
