// What the kinds of errors mean.

import { expect, test } from "vitest";
import { HEX_ERROR_KINDS, provesNoEffect } from "../../src/hex/errors.js";

test("only what may have had its effect counts so", () => {
  expect(HEX_ERROR_KINDS.filter((kind) => !provesNoEffect(kind))).toEqual([
    "timeout",
    "network",
    "not_hex",
    "unreadable",
    "hex_failed",
  ]);
});
