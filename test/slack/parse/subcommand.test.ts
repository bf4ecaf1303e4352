import fc from "fast-check";
import { expect, test } from "vitest";
import { splitSubcommand } from "../../../src/slack/parse/subcommand.js";
import { anyCharacter } from "../../any-character.js";

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

test("reading a command never throws, whatever is typed", () => {
  fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => void splitSubcommand(text)));
});
