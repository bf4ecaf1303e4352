import { describe, expect, test } from "vitest";
import { closest } from "../../src/lib/closest.js";

describe("what was probably meant", () => {
  const names = ["status", "projects", "run", "runs", "cancel", "help"];
  test.each([
    ["statsu", "status"],
    ["STATUS!", "status"],
    ["stat", "status"],
    ["project", "projects"],
    ["ru", "run"],
    ["canel", "cancel"],
    ["hlep", "help"],
    ["zebra", null],
    ["cancvwx", null],
    ["tatus-page", null],
    ["", null],
    ["x".repeat(4_000), null],
  ])("%s: %s", (word, name) => {
    expect(closest(word, names)).toBe(name);
  });

  test("a word that one name alone begins with is that name, however much is missing", () => {
    expect(closest("c", names)).toBe("cancel");
    expect(closest("can", ["cannot", "cancel"])).toBeNull();
    expect(closest("el", names)).toBeNull();
    expect(closest("", ["run"])).toBeNull();
  });

  test("the nearest counts, wherever it stands among the names", () => {
    expect(closest("hlp", ["halt", "help"])).toBe("help");
    expect(closest("hlp", ["help", "halt"])).toBe("help");
  });

  test("a short word of which every letter would be wrong means nothing", () => {
    expect(closest("x", ["a", "b"])).toBeNull();
    expect(closest("go", ["up"])).toBeNull();
    expect(closest("up", ["soup-up"])).toBeNull();
    expect(closest("upxy", ["up"])).toBeNull();
  });

  test("forty letters may be a typing error, more are none", () => {
    expect(closest("x".repeat(40), ["x".repeat(39)])).toBe("x".repeat(39));
    expect(closest("x".repeat(41), ["x".repeat(40)])).toBeNull();
  });
});
