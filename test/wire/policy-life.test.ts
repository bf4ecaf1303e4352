// Rules about who may do what from one start to the next, and what the bot says about them.

import { afterEach, describe, expect, test } from "vitest";
import { startFailure } from "../../src/startup-failure.js";
import { Harness, MODES } from "./harness.js";

let harness: Harness;
afterEach(() => harness.stop());

const SEE_ALL = "{ allow: see, people: everyone }";
const TODAY = "2026-11-02";

describe("once there were rules", () => {
  test("a start without any says what to do, and HEX_BOT_POLICY=none opens the bot again", async () => {
    harness = await Harness.start("http", { idle: true });
    harness.rules(SEE_ALL);
    await harness.startBot();
    await harness.stopBot();
    harness.policy = null;
    const refused: unknown = await harness.startBot().catch((error: unknown) => error);
    expect(startFailure(refused, { port: 0, store: { kind: "embedded" } })).toBe(
      `Rules about who may do what have been in force since ${TODAY}, and now there is no policy file: set HEX_BOT_POLICY to its path, or to none if everybody may do everything again; then start again`,
    );
    await harness.startBot({}, { isOpen: true });
    expect(harness.log.filter((line) => line.includes("are forgotten"))).toHaveLength(1);
    await harness.stopBot();
    await harness.startBot();
    expect(await harness.ask("status")).toContain("There are no rules");
  });

  test("rules are remembered over starts with rules", async () => {
    harness = await Harness.start("http", { idle: true });
    harness.rules(SEE_ALL);
    for (let start = 0; start < 2; start++) {
      await harness.startBot();
      await harness.stopBot();
    }
    harness.policy = null;
    await expect(harness.startBot()).rejects.toThrow("rules were in force");
  });
});

describe.each(MODES)("over %s, /hex status and the log", (mode) => {
  const said = (words: string) => harness.log.filter((line) => line.includes(words)).map((line) => JSON.parse(line));

  test("say that there are no rules, and what that means for guests", async () => {
    harness = await Harness.start(mode);
    const words = "everybody in this workspace may do everything with the bot, but guests are turned away";
    expect(await harness.ask("status")).toContain(words);
    expect(said(words)).toMatchObject([{ level: "info" }]);
  });

  test("say that guests count as members without the scope users:read", async () => {
    harness = await Harness.start(mode, { slackOptions: { declined: ["users:read"] } });
    const words = "guests count as members, because the app lacks the scope users:read";
    expect(await harness.ask("status")).toContain(words);
    expect(said(words)).toMatchObject([{ level: "info" }]);
  });

  test("warn of rules about user groups that Slack does not tell about, and of no scope that no rule needs", async () => {
    harness = await Harness.start(mode, { idle: true, slackOptions: { declined: ["usergroups:read"] } });
    harness.rules(SEE_ALL);
    await harness.startBot();
    expect(await harness.ask("status")).toContain("1 rule in force for who may do what");
    expect(await harness.ask("status")).not.toContain("usergroups:read");
    harness.rules(SEE_ALL, "{ allow: publish, people: everyone, needs: approval by S0DATATEAM1 }");
    const words =
      /:warning: The rules ask about user groups, .*such rules give nobody a right: add the scope usergroups:read at/;
    expect(await harness.ask("status")).toMatch(words);
    await harness.stopBot();
    await harness.startBot();
    expect(said("The rules ask about user groups")).toMatchObject([{ level: "warn" }]);
  });

  test("say that the policy file cannot be used, but not what is in it", async () => {
    harness = await Harness.start(mode, { idle: true });
    harness.rules(SEE_ALL);
    await harness.startBot();
    const broken = async () => /^hexbot_policy_broken (.*)$/m.exec((await harness.get("/metrics")).text)?.[1];
    expect(await broken()).toBe("0");
    const fault = { kind: "unknown_verb", text: "secretverb", known: [], meant: null } as const;
    harness.policyTrouble = { kind: "mistakes", mistakes: [{ line: 7, column: 3, fault }] };
    const status = await harness.ask("status");
    expect(status).toMatch(
      /policy file cannot be used, and the rules from before are still in force\. It has 1 mistake, the first in line 7\./,
    );
    expect(status).not.toContain("secretverb");
    expect(await broken()).toBe("1");
  });
});
