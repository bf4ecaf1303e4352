import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseProjectRef } from "../../../../src/slack/commands/parse/project-ref.js";

const HEX = "https://app.hex.tech";
const ID = "018f2a1e-1111-7abc-8def-0123456789ab";
const RUN = "5d2f8a4e-2222-4abc-9def-0123456789ab";

describe("parseProjectRef", () => {
  test.each([
    [ID, { kind: "id", projectId: ID }],
    [ID.toUpperCase(), { kind: "id", projectId: ID }],
    [`${ID},`, { kind: "id", projectId: ID }],
    [`${HEX}/acme/hex/${ID}/draft/logic`, { kind: "id", projectId: ID }],
    [`${HEX}/acme/app/${ID}/latest?tab=1`, { kind: "id", projectId: ID }],
    [`app.hex.tech/acme/hex/${ID}`, { kind: "id", projectId: ID }],
    [`${HEX}/api/v1/projects/${ID}`, { kind: "id", projectId: ID }],
    [`${HEX}/api/v1/projects/${ID}/runs/${RUN}`, { kind: "run", projectId: ID, runId: RUN }],
    [`${HEX}/acme/app/${ID}/latest?runId=${RUN}`, { kind: "run", projectId: ID, runId: RUN }],
    [`${HEX}/acme/hex/${ID}/runs/${RUN.toUpperCase()}`, { kind: "run", projectId: ID, runId: RUN }],
    [`${HEX}/acme/app/${ID}/latest?run=${RUN}>`, { kind: "run", projectId: ID, runId: RUN }],
    [`${HEX}/acme/app/${ID}/latest?run=${ID}`, { kind: "id", projectId: ID }],
    [`${HEX}/acme/app/${ID}/latest?viewId=${RUN}`, { kind: "id", projectId: ID }],
    [`${HEX}/run/hex/${ID}).`, { kind: "id", projectId: ID }],
    [`https://eu.hex.tech/acme/hex/${ID}`, { kind: "other_host", host: "eu.hex.tech" }],
    [`https://app.hex.tech.evil.test/hex/${ID}`, { kind: "other_host", host: "app.hex.tech.evil.test" }],
    [
      `${HEX}/acme/hex/Weekly-Revenue-032xYzAbCdEfGhIjKlMnOp/draft`,
      { kind: "link_without_id", words: ["Weekly", "Revenue"], runId: null },
    ],
    [
      `${HEX}/hex/hex/Weekly-032xYzAbCdEfGhIjKlMnOp/draft?runId=${RUN}`,
      { kind: "link_without_id", words: ["Weekly"], runId: RUN },
    ],
    [
      `${HEX}/acme/app/Weekly-032xYzAbCdEfGhIjKlMnOp/runs/${RUN}`,
      { kind: "link_without_id", words: ["Weekly"], runId: RUN },
    ],
    [`${HEX}/`, { kind: "link_without_id", words: [], runId: null }],
    ["revenue", { kind: "not_an_id" }],
    ["", { kind: "not_an_id" }],
    [ID.slice(1), { kind: "not_an_id" }],
    [`${ID}0`, { kind: "not_an_id" }],
  ])("%s", (typed, ref) => {
    expect(parseProjectRef(typed, HEX)).toEqual(ref);
  });

  test("a local server with a port", () => {
    expect(parseProjectRef(`http://127.0.0.1:8080/hex/${ID}`, "http://127.0.0.1:8080")).toEqual({
      kind: "id",
      projectId: ID,
    });
  });

  test("never throws", () => {
    const pieces = fc.constantFrom("https://", "app.hex.tech", "/", "%", "hex", ID, "?", "[", ":", "@", " ", "é");
    fc.assert(fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => void parseProjectRef(parts.join(""), HEX)));
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseProjectRef(text, HEX)));
  });
});
