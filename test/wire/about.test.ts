// What an admin reads before saying yes.

import { afterEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

describe.each(MODES)("over %s", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test("says what each scope is for, whether it is on, what is kept, and how to remove it", async () => {
    harness = await Harness.start(mode, { slackOptions: { declined: ["users:read"] } });
    const told = await harness.ask("about");
    expect(told).toContain("`chat:write` (required)");
    expect(told).toContain("`users:read` (optional, off)");
    expect(told).toContain("`im:history` (optional, on)");
    expect(told).toContain("The bot cannot read messages of channels, except those that mention it.");
    expect(told).toContain("Guests count as members");
    expect(told).toContain("• The audit log:");
    expect(told).toContain("1. Remove the app from the workspace");
  });

  test("says what it does with the scopes that only rules about channels need", async () => {
    harness = await Harness.start(mode);
    harness.slack.scopes.add("channels:read");
    harness.slack.scopes.add("reactions:read");
    // Slack says with each answer which scopes the app has.
    await harness.ask("status");
    const told = await harness.ask("about");
    expect(told).toContain(
      "With `channels:read`, it looks up once a day whether the channels that the rules name are still there.",
    );
    expect(told).toContain("It does not use `reactions:read`.");
    expect(told).toContain("The bot cannot read messages of channels, except those that mention it.");
  });

  test("says so when the app could read more than the bot needs, and when rules are in force", async () => {
    harness = await Harness.start(mode);
    harness.slack.scopes.add("channels:history");
    // Slack says with each answer which scopes the app has.
    await harness.ask("status");
    harness.rules("{ allow: see, people: everyone }");
    const told = await harness.ask("about");
    expect(told).toContain("With channels:history, the app could read messages of channels.");
    expect(told).toContain("It does not use `channels:history`.");
    expect(told).toContain("whoever the rules of its policy file allow");
  });
});
