// What people type after `/hex digest`.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DigestArguments, parseDigestArguments } from "../../../src/slack/parse/digest-arguments.js";

const read = parseDigestArguments;
type SetDigest = Partial<Extract<DigestArguments, { kind: "set" }>>;
const set = (more: SetDigest = {}) => ({
  kind: "set",
  hour: 8,
  minute: 0,
  weekdaysOnly: false,
  zone: null,
  rule: null,
  text: "",
  ...more,
});

describe("the time", () => {
  test.each([
    ["08:00", 8, 0],
    ["8:00", 8, 0],
    ["8", 8, 0],
    ["08.00", 8, 0],
    ["8h", 8, 0],
    ["8h30", 8, 30],
    ["0800", 8, 0],
    ["8am", 8, 0],
    ["1pm", 13, 0],
    ["8 AM", 8, 0],
    ["8 a.m.", 8, 0],
    ["8:30pm", 20, 30],
    ["12am", 0, 0],
    ["12:15 pm", 12, 15],
    ["at 17:45", 17, 45],
    ["daily at 0:05", 0, 5],
    ["noon", 12, 0],
    ["`08:00`", 8, 0],
  ])("%s", (typed, hour, minute) => {
    expect(read(typed)).toEqual(set({ hour, minute }));
  });

  test.each([
    ["25:00", "25:00"],
    ["8:60", "8:60"],
    ["13pm", "13pm"],
    ["13 pm revenue", "13 pm"],
    ["0am", "0am"],
    ["8:5", "8:5"],
    ["2430", "2430"],
  ])("%s is none", (typed, named) => {
    expect(read(typed)).toEqual({ kind: "wrong_time", typed: named });
  });

  test("none was typed", () => {
    expect(read("category:Finance")).toEqual({ kind: "no_time", typed: "category:Finance" });
    expect(read("weekdays")).toEqual({ kind: "no_time", typed: "weekdays" });
  });
});

test("nothing, and the end", () => {
  for (const typed of ["", "  ", "now"]) expect(read(typed)).toEqual({ kind: "now" });
  for (const typed of ["off", "OFF", "stop"]) expect(read(typed)).toEqual({ kind: "off" });
});

describe("days, zone and projects", () => {
  test("in the order of the help, and in others", () => {
    const all = set({ weekdaysOnly: true, zone: "Europe/Berlin", rule: { kind: "scheduled" }, text: "scheduled" });
    for (const typed of [
      "08:00 weekdays Europe/Berlin scheduled",
      "08:00 europe/berlin weekdays scheduled",
      "weekdays at 8am Europe/Berlin scheduled",
      "8:00 mon–fri Europe/Berlin Scheduled",
    ]) {
      expect(read(typed)).toEqual({ ...all, text: expect.stringMatching(/^scheduled$/i) });
    }
  });

  test("rules, and a project's name", () => {
    expect(read('08:00 category:"Finance Ops"')).toMatchObject({ rule: { kind: "category", name: "Finance Ops" } });
    expect(read("08:00 owner:ada@example.com")).toMatchObject({ rule: { kind: "owner", email: "ada@example.com" } });
    expect(read("08:00 weekly revenue")).toEqual(set({ text: "weekly revenue" }));
    expect(read("08:00 2024 budget")).toEqual(set({ text: "2024 budget" }));
    expect(read("08:00 Sales/EMEA")).toEqual(set({ text: "Sales/EMEA" }));
  });

  test.each<[string, SetDigest]>([
    ["08:00 daily", {}],
    ["08:00 every day", {}],
    ["8am every morning", {}],
    ["every morning at 8", {}],
    ["08:00, weekdays.", { weekdaysOnly: true }],
    ["08:00 monday to friday", { weekdaysOnly: true }],
    // As the bot itself writes it.
    ["daily at 08:00 (Europe/Berlin)", { zone: "Europe/Berlin" }],
    ["Monday to Friday at 08:00 (Europe/Berlin)", { weekdaysOnly: true, zone: "Europe/Berlin" }],
    ["08:00 every day scheduled", { rule: { kind: "scheduled" }, text: "scheduled" }],
  ])("as people say it: %s", (typed, more) => {
    expect(read(typed)).toEqual(set(more));
  });

  test("a title that begins like the days", () => {
    expect(read("08:00 Daily sales")).toEqual(set({ text: "Daily sales" }));
    expect(read("8am weekdays In progress")).toEqual(set({ weekdaysOnly: true, text: "In progress" }));
    expect(read("08:00 Europe/Berlin Every day, every store")).toEqual(
      set({ zone: "Europe/Berlin", text: "Every day, every store" }),
    );
  });

  test("an abbreviation is no zone, because several places use it", () => {
    expect(read("08:00 CET")).toMatchObject({ kind: "wrong_zone", typed: "CET", nearest: null });
    expect(read("08:00 PST weekdays scheduled")).toMatchObject({
      kind: "wrong_zone",
      digest: { weekdaysOnly: true, text: "scheduled" },
    });
    expect(read("08:00 est budget")).toEqual(set({ text: "est budget" }));
  });

  test("UTC, and zones that do not exist", () => {
    expect(read("08:00 utc")).toEqual(set({ zone: "UTC" }));
    expect(read("08:00 Europe/Berlim scheduled")).toMatchObject({
      kind: "wrong_zone",
      typed: "Europe/Berlim",
      nearest: "Europe/Berlin",
      digest: { hour: 8, text: "scheduled" },
    });
    expect(read("08:00 Europe/Atlantis")).toMatchObject({ kind: "wrong_zone", nearest: null });
    expect(read("08:00 +02:00")).toMatchObject({ kind: "wrong_zone", typed: "+02:00", nearest: null });
  });
});

test("whatever is typed, it is read, and a time that was read is one", () => {
  const parts = fc.constantFrom(
    "8",
    "08:00",
    "am",
    "pm",
    "99",
    "weekdays",
    "Europe/Berlin",
    "off",
    "x",
    '"',
    ":",
    "+1",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((words) => words.join(" ")),
      ),
      (typed) => {
        const digest = read(typed);
        if (digest.kind !== "set") return;
        expect(digest.hour).toBeGreaterThanOrEqual(0);
        expect(digest.hour).toBeLessThan(24);
        expect(digest.minute).toBeLessThan(60);
      },
    ),
  );
});
