// Why the bot could not start, in a sentence that ends with what to do.

import { expect, test } from "vitest";
import { SlackFailure } from "../src/slack/connection/failures.js";
import { startFailure } from "../src/startup-failure.js";
import { StoreFailure } from "../src/store/failure.js";

test.each([
  ["embedded", "disk_full", /database file cannot grow.*free some space.*then start again$/],
  ["shared", "lost", /Postgres closed the connection.*then start again$/],
] as const)("a store (%s) that was opened and then fails: %s", (kind, why, sentence) => {
  const error = new StoreFailure(why, new Error("as the database says it"));
  expect(startFailure(error, { port: 3000, store: { kind } })).toMatch(sentence);
});

test("an app that may not act in the workspace", () => {
  const error = new SlackFailure({ kind: "place", word: "team_access_not_granted" });
  const sentence = startFailure(error, { port: 3000, store: { kind: "embedded" } });
  expect(sentence).toBe("The app may not act in this workspace: ask an admin to grant it access");
});

test("what nobody can do anything about has no sentence", () => {
  expect(startFailure(new TypeError("a fault"), { port: 3000, store: { kind: "embedded" } })).toBeNull();
});
