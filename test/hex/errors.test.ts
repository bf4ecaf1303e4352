// What the kinds of errors mean.

import { expect, test } from "vitest";
import { HEX_ERROR_KINDS, HexError, lifeSignOf, provesNoEffect } from "../../src/hex/errors.js";

test("only requests that may have had an effect count as such", () => {
  expect(HEX_ERROR_KINDS.filter((kind) => !provesNoEffect(kind))).toEqual([
    "timeout",
    "network",
    "not_hex",
    "unreadable",
    "hex_failed",
  ]);
});

test("a request that can be done without says nothing when it fails, and that Hex is alive when it does not", () => {
  for (const operation of ["listCells", "listDataConnections"] as const) {
    for (const kind of HEX_ERROR_KINDS) {
      expect(lifeSignOf(new HexError({ kind, operation, host: "app.hex.tech" }))).toBe("nothing");
    }
  }
  expect(lifeSignOf(new HexError({ kind: "unreadable", operation: "listProjects", host: "app.hex.tech" }))).toBe(
    "failure",
  );
  expect(lifeSignOf(null)).toBe("alive");
});
