// A long search: the list of projects is about the same words, whatever is pressed below it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

const DAY = 24 * 60 * 60_000;
const MANY_WORDS = "the quick brown fox jumps over a lazy dog and then rests";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    for (let i = 10; i < 28; i++) {
      harness.hex.workspace.addProject({ title: `${MANY_WORDS} ${i % 2 === 0 ? "north" : "south"} ${i}` });
    }
  });
  afterEach(() => harness.stop());

  const list = async (search: string) => {
    const { id } = await harness.slack.command(`projects ${search}`);
    return harness.meanwhile(harness.slack.waitForMessage((message) => message.responseUrlOf === id));
  };

  test.each([
    ["more than ten words", `${MANY_WORDS} north`],
    ["a long phrase in quotes", `"${"x".repeat(70)} north"`],
  ])("%s: the next page and Run keep all of them", async (_, search) => {
    for (let i = 10; i < 28; i++) {
      harness.hex.workspace.addProject({ title: `${"x".repeat(70)} ${i % 2 === 0 ? "north" : "south"} ${i}` });
    }
    const first = await list(search);
    expect(shown(first)).toContain("*9 projects*");
    await harness.slack.click(first, "projects_next");
    await harness.until(() => shown(first).includes("Page 2 of 2"));
    expect(shown(first)).toContain("*9 projects*");
    expect(shown(first)).not.toContain("south");
    await harness.slack.click(first, "run_project");
    await harness.until(() => harness.starts.length === 1 && first.edits === 2);
    expect(shown(first)).toContain("*9 projects*");
    await harness.slack.click(first, "projects_previous");
    await harness.until(() => shown(first).includes("Page 1 of 2"));
    expect(shown(first)).toContain("*9 projects*");
  });

  test("after a day, the next page is no longer there, but its projects still run", async () => {
    const first = await list(`${MANY_WORDS} north`);
    await harness.stopBot();
    harness.clock.advance(DAY);
    await harness.startBot();
    await harness.slack.click(first, "projects_next");
    const answer = await harness.slack.waitForMessage((message) => shown(message).includes("that day is over"));
    expect(shown(answer)).toContain("Type the command again.");
    await harness.slack.click(first, "run_project", { blockId: "auto-block-2" });
    await harness.until(() => harness.starts.length === 1);
    expect(shown(first)).toContain("*9 projects*");
  });
});
