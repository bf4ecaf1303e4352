import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closest, splitSubcommand } from "../../../src/slack/parse/subcommand.js";

test.each([
  ["run p a=1", "run", "p a=1"],
  ["*run* p", "run", "p"],
  ["`run` `p`", "run", "`p`"],
  ["`run p --fresh`", "run", "p --fresh"],
  ["*run p a=*", "run", "p a="],
  ["```run p a=1```", "run", "p a=1"],
  ["``run p a=1``", "run", "p a=1"],
  ["*_run p a=1_*", "run", "p a=1"],
  ["*run `p` *x*", "run", "`p` *x*"],
  ["“run” p", "run", "p"],
  ["\u200bRU\u200dN\ufeff p", "run", "p"],
  ["\u202arun p\u202c", "run", "p"],
  ["`/hex run p`", "run", "p"],
  ["/hex *status*", "status", ""],
  ["hex\u00a0run\u00a0p", "run", "p"],
  ["RUN   say=👩‍👧", "run", "say=👩‍👧"],
  ["", "", ""],
  ["\u200b", "", ""],
  ["***", "", ""],
  [" RUN  a  b ", "run", "a  b"],
  ["/hex run x", "run", "x"],
  ["hex", "", ""],
  ["run\u00a0x", "run", "x"],
  ["hexagons run p", "hexagons", "run p"],
  ["my/hex run p", "my/hex", "run p"],
  ["*run* p a=2*", "run", "p a=2*"],
  ["ru*n p*", "ru*n", "p*"],
  ["`run p `", "run", "p"],
  ["*_run a*b c_*", "run", "a*b c_*"],
  ["*run two words*", "run", "two words"],
  ["“run” «p»", "run", "«p»"],
  ["run?! p?!", "run", "p?!"],
])("%j", (typed, name, rest) => {
  expect(splitSubcommand(typed)).toEqual({ name, rest });
});

test("never throws", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void splitSubcommand(text)));
});

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
