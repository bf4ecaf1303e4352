// The bot's own `<…>`, such as `<project id>`, is readable in every answer, although Slack takes a raw one for a link and swallows it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  // This also fails when a message contains a mark that Slack does not know.
  afterEach(() => harness.stop());

  test.each([
    ["cancel 0190c1d2-0000-7000-8000-000000000001", "&lt;run id&gt;"],
    ["run x --frsh", "--view &lt;id&gt;"],
    ["run x --view", "--view &lt;id of the saved view&gt;"],
    ["help", "--view &lt;id&gt;"],
  ])("%s", async (typed, placeholder) => {
    expect(await harness.ask(typed)).toContain(placeholder);
  });
});
