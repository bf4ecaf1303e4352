import { expect, test } from "vitest";
import { ownLink } from "../../src/hex/own-link.js";

const ORIGIN = "https://app.hex.tech";

test.each([
  ["https://app.hex.tech/acme/app/1/run/2", "https://app.hex.tech/acme/app/1/run/2"],
  ["HTTPS://APP.HEX.TECH/a b", "https://app.hex.tech/a%20b"],
  ["https://eu.hex.tech/acme", "https://eu.hex.tech/acme"],
  ["https://hex.tech.evil.test/acme", null],
  ["https://evilhex.tech/acme", null],
  ["https://app.hex.tech:8443/acme", null],
  ["http://app.hex.tech/acme", null],
  ["https://app.hex.tech.evil.test/acme", null],
  ["https://user@app.hex.tech/acme", null],
  ["https://:word@app.hex.tech/acme", null],
  ["javascript:alert(1)", null],
  ["not a link", null],
])("%s: %s", (url, expected) => {
  expect(ownLink(url, ORIGIN)).toBe(expected);
});

test("a server that stands in for Hex may pass on its links", () => {
  const url = "https://app.hex.tech/acme/app/1/run/2";
  expect(ownLink(url, "http://127.0.0.1:4000")).toBe(url);
});

test("2,000 characters are shown, more are not, also when only the encoding makes them so long", () => {
  const ofLength = (length: number) => `${ORIGIN}/`.padEnd(length, "a");
  expect(ownLink(ofLength(2_000), ORIGIN)).toBe(ofLength(2_000));
  expect(ownLink(ofLength(2_001), ORIGIN)).toBeNull();
  expect(ownLink(`${ofLength(1_990)}ü`, ORIGIN)).toHaveLength(1_996);
  expect(ownLink(`${ofLength(1_990)}üü`, ORIGIN)).toBeNull();
  // It would fit once it is read, but a link this long is not read.
  expect(ownLink(`${ORIGIN}/${"./".repeat(1_000)}`, ORIGIN)).toBeNull();
});
