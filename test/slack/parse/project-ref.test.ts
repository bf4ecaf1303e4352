import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseProjectRef } from "../../../src/slack/parse/project-ref.js";
import { anyCharacter } from "../../any-character.js";
import { shortIdOf } from "../../hex/short-id.js";

const HEX = "https://app.hex.tech";
const ID = "018f2a1e-1111-7abc-8def-0123456789ab";
const SHORT = shortIdOf(ID);

describe("parseProjectRef", () => {
  test.each([
    [ID, ID],
    [ID.toUpperCase(), ID],
    [`${ID},`, ID],
    [`\`${ID}\``, ID],
    [`*${ID}*`, ID],
    [`_${SHORT}_`, ID],
    [`“${ID}”`, ID],
    [`«${ID}»…`, ID],
    [` ${ID}\n`, ID],
    [` ${HEX}/hex/${ID} `, ID],
    [`<${HEX}/hex/${ID}>`, ID],
    [`([{${HEX}/hex/${ID}}])!?`, ID],
    [`"*_${HEX}/hex/${ID}_*".`, ID],
    [`„app.hex.tech/hex/${ID}“`, ID],
    [`\u200b${ID.slice(0, 9)}\u200d${ID.slice(9)}\ufeff`, ID],
    [ID.replaceAll("-", "\u2011"), ID],
    [`\u202a${HEX}/acme/app/Weekly-${SHORT}/latest\u202c).`, ID],
    [`${HEX}/acme/app/${ID.replaceAll("-", "–")}/latest?run=>`, ID],
    [`${HEX}/run/hex/${ID}).`, ID],
    [`https://app.hex.tech./acme/app/${ID}/latest`, ID],
    [`app.hex.tech./acme/app/${ID}/latest`, ID],
    [`https://app.hex.tech.:443/acme/app/${ID}/latest`, ID],
  ])("%s", (typed, projectId) => {
    expect(parseProjectRef(typed, HEX)).toEqual({ kind: "project", projectId });
  });

  test.each(["revenue", "", ")))", ID.slice(1), `${ID}0`, "it’s", "2026Q1RevenueForecasts"])(
    "%j names neither",
    (typed) => {
      expect(parseProjectRef(typed, HEX)).toBeNull();
    },
  );

  test("a local server with a port", () => {
    expect(parseProjectRef(`http://127.0.0.1:8080/hex/${ID}`, "http://127.0.0.1:8080")).toEqual({
      kind: "project",
      projectId: ID,
    });
  });

  test("never throws", () => {
    const pieces = fc.constantFrom("https://", "app.hex.tech", "/", "%", "hex", ID, "?", "[", ":", "@", " ", "é");
    fc.assert(fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => void parseProjectRef(parts.join(""), HEX)));
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => void parseProjectRef(text, HEX)));
  });
});
