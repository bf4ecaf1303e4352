// What the kinds of errors mean.

import { expect, test } from "vitest";
import { HEX_ERROR_KINDS, provesNoEffect } from "../../src/hex/errors.js";

test("only requests that may have had an effect count as such", () => {
  expect(HEX_ERROR_KINDS.filter((kind) => !provesNoEffect(kind))).toEqual([
    "timeout",
    "network",
    "not_hex",
    "unreadable",
    "hex_failed",
  ]);
});
