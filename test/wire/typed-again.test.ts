// Slack shows a slash command to nobody once it was sent. So what was typed comes back with a refusal, unless it is soon typed again.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import { Harness, MODES } from "./harness.js";

const UNKNOWN = "018f2a1e-0000-7000-8000-000000000001";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let revenue: Project;
  let draft: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
    revenue = harness.hex.workspace.addProject({ title: "Weekly revenue", inputs });
    draft = harness.hex.workspace.addProject({ title: "Half-baked draft", published: false });
    await harness.ask("projects");
  });
  afterEach(() => harness.stop());

  test.each([
    ["a command that the bot does not understand", () => 'run weekly revenue region="North America', "never closed"],
    ["a command that there is not", () => "weekly revenue region=EMEA days=30", "is not something that"],
    ["a flag that there is not", () => "run weekly revenue region=EMEA --frsh", "--fresh"],
    ["a name that fits nothing", () => "run zebra region=EMEA days=30", "No project fits"],
    ["a name that only an unpublished project fits", () => "run half-baked draft region=EMEA", "not published"],
    ["an unpublished project", () => `run ${draft.id} region=EMEA`, "not published"],
    ["an id that Hex does not know", () => `run ${UNKNOWN} region=EMEA`, "There is no such project"],
    ["an id beside other words", () => `run ${revenue.id} please region=EMEA`, "What is `please` for?"],
    ["a link to another Hex", () => `run https://app.other.test/x/hex/${UNKNOWN} region=EMEA`, "leads to"],
    ["a dry run that Hex refuses", () => "run weekly revenue region=EMEA days=many --dry-run", "refused the inputs"],
  ])("%s comes back with the answer, to copy and correct", async (_, typed, why) => {
    const answer = await harness.ask(typed());
    expect(answer).toContain(why);
    expect(answer).toContain(`You typed: \`/hex ${typed()}\``);
    expect(harness.starts).toEqual([]);
  });

  test("it comes back as people see it, not as Slack sends it", async () => {
    const typed = "run zebra owner=@grace page=https://example.com/a?b=1 note=R&D";
    expect(await harness.ask(typed)).toContain(
      "You typed: `/hex run zebra owner=@grace page=https://example.com/a?b=1 note=R&amp;D`",
    );
  });

  test("a long one comes back whole, and one that is longer than Slack shows says that it does not", async () => {
    const long = `run zebra note="${"R&D costs ".repeat(200)}"`;
    expect(await harness.ask(long)).toContain(`You typed: \`/hex ${long.replaceAll("&", "&amp;")}\``);
    const longer = `run zebra note="${"R&D costs ".repeat(400)}"`;
    expect(await harness.ask(longer)).toMatch(
      /You typed, as far as it fits here: `\/hex run zebra note="(?:R&amp;D costs ){200}.*…`/,
    );
  });

  test("what the rules do not allow comes back, too, since somebody else may run it", async () => {
    harness.rules("{ allow: see, people: everyone }");
    expect(await harness.ask("run weekly revenue region=EMEA")).toContain("You typed: `/hex run weekly revenue");
  });

  test("what is soon typed again, what the buttons keep, and secrets do not come back", async () => {
    for (const typed of [
      "run zebra",
      "cancel zebra",
      "run weekly region=EMEA",
      "run zebra region=EMEA api_token=s3cr3t",
      'run zebra region=EMEA login={"password":"s3cr3t"}',
      "run zebra region=EMEA *password*=s3cr3t",
      "run zebra region=EMEA password\uff1ds3cr3t",
      "run zebra region=EMEA --api-key s3cr3t",
      'run zebra region=EMEA login={"pass\\u0077ord":"s3cr3t"}',
      "run zebra region=EMEA source=https://ada:s3cr3t@example.com/a",
    ]) {
      expect(await harness.ask(typed), typed).not.toContain("You typed");
    }
  });

  test("a message stays where it was written", async () => {
    const ada = harness.person("ada");
    await ada.mention(harness.slack.channels.data, "run zebra region=EMEA");
    await harness.slack.waitForMessage(({ text }) => text.includes("No project fits"));
    expect(JSON.stringify(harness.slack.messages.at(-1)?.blocks)).not.toContain("You typed");
  });
});
