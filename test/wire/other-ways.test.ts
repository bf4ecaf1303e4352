// While no response_url takes an answer, people still get theirs, and nobody else does.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault, SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const FAILURES: [string, Fault["kind"]][] = [
  ["answers 403", { type: "status", status: 403 }],
  ["answers 404", { type: "status", status: 404 }],
  ["answers 503", { type: "status", status: 503 }],
  ["says used_url", { type: "error", error: "used_url" }],
  ["cannot be reached", { type: "reset" }],
];

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const own = () => harness.slack.messages.filter(({ author }) => author === harness.slack.botUserId);
  const failures = () => harness.log.filter((line) => line.includes('"No answer could be given"'));
  /** All that the bot says from now on, once it has said something. */
  const said = async (act: () => Promise<unknown>): Promise<SlackMessage[]> => {
    const before = new Set(own());
    const isNew = (message: SlackMessage) => !before.has(message);
    await act();
    await harness.until(() => own().some(isNew));
    await harness.pass(2_000);
    return own().filter(isNew);
  };
  const onlyForAda = () => ({
    ephemeral: true,
    user: harness.slack.people.ada.id,
    channel: harness.slack.channels.data.id,
  });

  describe.each(FAILURES)("a response_url that %s", (_, kind) => {
    beforeEach(() => harness.slack.faults.add({ method: "response_url", kind }));

    test("a command is answered in the channel, for that person alone and once", async () => {
      const answers = await said(() => harness.slack.command("status"));
      expect(answers).toMatchObject([onlyForAda()]);
      expect(answers.map(shown).join()).toContain("Connected to Hex");
      expect(failures()).toEqual([]);
    });

    test("a button is answered in the same way", async () => {
      harness.slack.faults.clear();
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Running");
      harness.slack.faults.add({ method: "response_url", kind });
      const answers = await said(() => harness.slack.click(card, "tell_me"));
      expect(answers).toMatchObject([onlyForAda()]);
      expect(answers.map(shown).join()).toContain("Revenue");
      expect(failures()).toEqual([]);
    });

    test("a mention is answered as ever", async () => {
      const { data } = harness.slack.channels;
      const answers = await said(() => harness.person("ada").mention(data, "status"));
      expect(answers).toMatchObject([onlyForAda()]);
    });

    test("where the bot is no member, the answer is a direct message", async () => {
      const answers = await said(() => harness.slack.command("status", { channel: harness.slack.channels.secret }));
      expect(answers).toHaveLength(1);
      expect(answers[0]?.channel).toMatch(/^D/);
      expect(answers.map(shown).join()).toContain("Connected to Hex");
      expect(failures()).toEqual([]);
    });
  });

  test("a list that could not turn its page is not posted again, and the person hears why", async () => {
    for (let i = 0; i < 30; i++) harness.hex.workspace.addProject({ title: `Project ${i}` });
    const { id } = await harness.slack.command("projects");
    const list = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
    harness.slack.faults.add({ method: "response_url", kind: { type: "reset" } });
    const answers = await said(() => harness.slack.click(list, "projects_next"));
    expect(answers).toMatchObject([onlyForAda()]);
    expect(answers.map(shown).join()).not.toContain("Project 2");
  });
});
