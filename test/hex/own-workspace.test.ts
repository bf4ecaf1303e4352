import { expect, test } from "vitest";
import { OwnWorkspace } from "../../src/hex/own-workspace.js";

const HEX = "https://app.hex.tech";
const ID = "6f4922f4-8d2b-4f7a-9f3e-0123456789ab";
const RUN = `${HEX}/acme/app/${ID}/run/${ID}`;

test("what Hex says comes first, then what the operator says, then the links of runs", () => {
  const unknown = new OwnWorkspace(HEX, null);
  expect(unknown.now).toEqual({ origin: HEX, workspace: null });
  unknown.learnFromRun(RUN);
  expect(unknown.now.workspace).toBe("acme");
  const configured = new OwnWorkspace(HEX, "configured");
  configured.learnFromRun(RUN);
  expect(configured.now.workspace).toBe("configured");
  configured.learnId(ID);
  expect(configured.now.workspace).toBe(ID);
});

test("nothing else counts as the workspace", () => {
  const place = new OwnWorkspace(HEX, null);
  for (const url of [
    null,
    "nonsense",
    `https://eu.hex.tech/acme/app/${ID}`,
    `${HEX}/a%2Fb/app/${ID}`,
    `${HEX}/app/${ID}`,
  ]) {
    place.learnFromRun(url);
  }
  for (const id of [null, "..", "a/b", ""]) place.learnId(id);
  place.remember(null);
  place.remember({ id: ID, origin: "https://eu.hex.tech" });
  expect(place.now.workspace).toBeNull();
  place.remember({ id: ID, origin: HEX });
  expect(place.now.workspace).toBe(ID);
});

test("a run without a link, or with an odd one, does not make the place unknown again", () => {
  const place = new OwnWorkspace(HEX, null);
  place.learnFromRun(RUN);
  place.learnFromRun(null);
  place.learnFromRun(`${HEX}/a%2Fb/app/${ID}`);
  expect(place.now.workspace).toBe("acme");
});

test("what Hex tells comes from the workspace that it has told this process, and from no other", () => {
  const place = new OwnWorkspace(HEX, "configured");
  place.remember({ id: ID, origin: HEX });
  place.learnFromRun(RUN);
  expect(place.source).toEqual({ origin: HEX, workspace: null });
  place.learnId(ID);
  expect(place.source).toEqual({ origin: HEX, workspace: ID });
});
