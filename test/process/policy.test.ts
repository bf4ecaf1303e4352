// `npm run policy` as a program: what a person or a script sees of it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { CHILD_ENV } from "./child-env.js";
import { programTest } from "./program-test.js";

const PROGRAM = join(import.meta.dirname, "../../dist/policy.js");
const RULES = `rules:
  - { deny: see, people: everyone, projects: { category: Finance } }
  - { allow: see, people: everyone }
  - { allow: run, people: S0DATATEAM1 }
  - { allow: publish, people: owner }
`;

/** Gives a test `policy`, which runs the program beside the file of rules. */
const test = programTest.extend("policy", async ({ stage: { dir } }) => {
  await writeFile(join(dir, "policy.yml"), RULES);
  return async (args: string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: dir,
      env: { ...CHILD_ENV, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on("data", (chunk) => out.push(String(chunk)));
    child.stderr.on("data", (chunk) => err.push(String(chunk)));
    const [code] = await once(child, "close");
    return { code, out: out.join(""), err: err.join("") };
  };
});

describe.concurrent("npm run policy", () => {
  test("check says that all is well and that it asked nobody, and exits with 0", async ({ policy }) => {
    expect(await policy(["check"])).toEqual({
      code: 0,
      out: "policy.yml: 4 rules, no mistakes\n",
      err: "The names in it were not looked up in Slack and Hex: no usable token is set.\n",
    });
  });

  test("check names every mistake of the file that is named, and exits with 1", async ({ stage: { dir }, policy }) => {
    await writeFile(join(dir, "other.yml"), "rules:\n  - { allow: rum, people: everyone }\n  - { allow: see }\n");
    const { code, out, err } = await policy(["check"], { HEX_BOT_POLICY: "other.yml" });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /^other\.yml:2:14: "rum" is not a verb\. Did you mean run\?\nother\.yml:3:5: It does not say whom/,
    );
    expect(await policy(["check", "nowhere.yml"])).toMatchObject({
      code: 1,
      err: "nowhere.yml: There is no such file. Check the path.\n",
    });
  });

  test("says that .env cannot be read, and goes on without it", async ({ stage: { dir }, policy }) => {
    await mkdir(join(dir, ".env"));
    const { code, err } = await policy(["check"]);
    expect(code).toBe(0);
    expect(err).toMatch(/^There is a \.env here, but it cannot be read \(EISDIR\), so its settings are missing: .*\n/);
  });

  test("check warns of a rule that never decides, which is no mistake", async ({ stage: { dir }, policy }) => {
    const rules = [
      "{ allow: see, people: everyone }",
      "{ allow: run, people: members }",
      "{ deny: run, people: guests }",
      '{ name: "Not for Fin", deny: see, people: S0FIN, projects: { title: "Fin*" } }',
      "{ allow: run, people: everyone }",
    ];
    await writeFile(join(dir, "policy.yml"), `rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
    const { code, out, err } = await policy(["check"]);
    expect({ code, out }).toEqual({ code: 0, out: "policy.yml: 5 rules, no mistakes\n" });
    expect(err.split("\n").slice(0, -2)).toEqual([
      "policy.yml:5:5: Rule 4 never decides, because rule 1 (line 2) decides before it. Move it further up, or remove it.",
      "policy.yml:6:5: Rule 5 never decides, because rule 2 (line 3) and rule 3 (line 4) decide before it. Move it further up, or remove it.",
    ]);
  });

  test("says that the bot uses no rules where HEX_BOT_POLICY is none", async ({ policy }) => {
    const none = { HEX_BOT_POLICY: "none" };
    const said = "HEX_BOT_POLICY is none, so the bot uses no rules. This is about policy.yml.";
    for (const args of [["check"], ["explain", "member", "see", "title:Revenue"], ["matrix"]]) {
      const { code, err } = await policy(args, none);
      expect([code, err.split("\n")[0]]).toEqual([0, said]);
    }
    expect((await policy(["check", "policy.yml"], none)).err).not.toContain(said);
  });

  test("a question that is none gets what is wrong and where the usage is, and exits with 1", async ({ policy }) => {
    const { code, err } = await policy(["explain", "bob", "run", "x"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^"bob" names nobody\. .*\nnpm run policy -- help says what you can ask\.\n$/);
  });

  test("matrix stops quietly once nobody reads on, and says in a sentence that there is no room", async ({
    stage: { dir },
    policy: _,
  }) => {
    const rule = (at: number) => `  - { allow: see, people: U0PERSON${at}, projects: { title: "Report ${at} *" } }\n`;
    await writeFile(join(dir, "policy.yml"), `rules:\n${Array.from({ length: 100 }, (_, at) => rule(at)).join("")}`);
    const inShell = async (rest: string) => {
      const command = `set -o pipefail; "${process.execPath}" "${PROGRAM}" matrix see --format csv 2> err ${rest}`;
      const child = spawn("bash", ["--norc", "-c", command], { cwd: dir, env: CHILD_ENV, stdio: "ignore" });
      const [code] = await once(child, "close");
      const [, ...said] = (await readFile(join(dir, "err"), "utf8")).split("\n");
      return { code, said: said.join("\n") };
    };
    expect(await inShell("| head -n 1")).toEqual({ code: 0, said: "" });
    expect(await inShell("> /dev/full")).toEqual({
      code: 1,
      said: expect.stringMatching(/^The output could not be written \(ENOSPC\).*\n$/),
    });
  });

  describe("with tokens", () => {
    test("explain asks Slack who somebody is, and Hex which project is meant", async ({
      stage: { hex, slack, env },
      policy,
    }) => {
      hex.workspace.addProject({ title: "Weekly revenue" });
      hex.workspace.addProject({ title: "Salaries", categories: ["Finance"] });
      const { ada, grace } = slack.people;
      const asked = await policy(["explain", ada.id, "run", "weekly", "revenue"], env("socket"));
      expect(asked).toEqual({
        code: 0,
        out: `Yes: ${ada.id}, run Weekly revenue, on the Home tab\npolicy.yml:4: rule 3 allows run.\n`,
        err: "",
      });
      expect((await policy(["explain", grace.id, "run", "Weekly revenue"], env("socket"))).out).toMatch(
        /^No: .*No rule allows run/s,
      );
      const hidden = await policy(["explain", ada.id, "see", "Salaries"], env("socket"));
      expect(hidden.out).toMatch(/^No: .*policy\.yml:2: rule 1 denies see\./s);
      const { code, err } = await policy(["explain", ada.id, "run", "nothing like it"], env("socket"));
      expect(code).toBe(1);
      expect(err).toMatch(/^No project fits "nothing like it"/);
    });

    test("explain and matrix know that outsiders may do nothing, whatever the rules say", async ({
      stage: { dir, hex, slack, env },
      policy,
    }) => {
      const { grace, stranger } = slack.people;
      hex.workspace.addProject({ title: "Weekly revenue" });
      slack.deactivate(grace);
      await writeFile(join(dir, "policy.yml"), "rules:\n  - { allow: [see, run], people: everyone }\n");
      for (const id of [grace.id, stranger.id, slack.otherBot.id, "U0NOBODY1"]) {
        const { out } = await policy(["explain", id, "run", "weekly", "revenue"], env("socket"));
        expect(out).toBe(
          `No: ${id}, run Weekly revenue, on the Home tab\n` +
            "People who have left, bots and people from other organizations may do nothing, whatever the rules say.\n",
        );
      }
      const { out } = await policy(["matrix", "--person", grace.id, "--format", "csv"], env("socket"));
      expect(out.split("\r\n")[1]).toMatch(new RegExp(`,Weekly revenue,${grace.id},run,,no,$`));
    });

    test("check also says which names no project has, and that is no mistake", async ({
      stage: { hex, env },
      policy,
    }) => {
      hex.workspace.addProject({ title: "Weekly revenue", categories: ["Money"] });
      expect(await policy(["check"], env("socket"))).toEqual({
        code: 0,
        out: "policy.yml: 4 rules, no mistakes\n",
        err: 'policy.yml:2:58: No project in Hex has the category "Finance". Was it renamed?\n',
      });
    });

    test("check names the user groups and people that Slack does not know", async ({
      stage: { dir, slack, env },
      policy,
    }) => {
      slack.groups.set("S0OLDTEAM", new Set());
      slack.groupsOff.add("S0OLDTEAM");
      slack.deactivate(slack.people.grace);
      await writeFile(
        join(dir, "policy.yml"),
        `people:
  data-team: [S0GONETEAM, S0OLDTEAM, S0DATATEAM1]
rules:
  - { allow: see, people: [data-team, ${slack.people.ada.id}, ${slack.people.grace.id}, U0NOBODY1], channels: C0GONE001 }
`,
      );
      const { code, err } = await policy(["check"], env("socket"));
      expect(code).toBe(0);
      expect(err.split("\n")).toEqual([
        'policy.yml:2:15: No user group in Slack has the id S0GONETEAM. Did you mean S0DATATEAM1 ("@data-team")?',
        "policy.yml:2:27: The user group S0OLDTEAM (@s0oldteam) is switched off in Slack. Switch it on again, or remove it.",
        `policy.yml:4:52: ${slack.people.grace.id} is the account of somebody who has left. Remove it, or name somebody else.`,
        "policy.yml:4:65: Nobody in Slack has the id U0NOBODY1. Copy it again from the person's profile.",
        "1 channel in the rules was not looked up: the app lacks the scope channels:read in Slack.",
        "",
      ]);
    });

    test("check needs neither the tokens with which the bot is reached nor any other setting of the bot", async ({
      stage: { env },
      policy,
    }) => {
      const { SLACK_BOT_TOKEN = "", SLACK_API_URL = "" } = env("socket");
      await expect(policy(["check"], { SLACK_BOT_TOKEN, SLACK_API_URL, PORT: "none" })).resolves.toEqual({
        code: 0,
        out: "policy.yml: 4 rules, no mistakes\n",
        err: "The names in it were not looked up in Hex: no usable token is set.\n",
      });
    });

    test("check says why Slack was asked in vain, and asks Hex all the same", async ({
      stage: { hex, env },
      policy,
    }) => {
      hex.workspace.addProject({ title: "Weekly revenue" });
      const { code, err } = await policy(["check"], { ...env("socket"), SLACK_BOT_TOKEN: "xoxb-wrong" });
      expect(code).toBe(0);
      expect(err).toMatch(
        /^The names in it were not looked up in Slack: .*SLACK_BOT_TOKEN\.\npolicy\.yml:2:58: No project/,
      );
    });

    test("matrix shows the projects of Hex", async ({ stage: { hex, slack, env }, policy }) => {
      hex.workspace.addProject({ title: "Weekly revenue" });
      const { out, err } = await policy(["matrix", "--format", "csv", "--person", slack.people.ada.id], env("socket"));
      expect(err).toBe("");
      expect(out.split("\r\n")[1]).toMatch(new RegExp(`,Weekly revenue,${slack.people.ada.id},run,,yes,4$`));
    });

    test("a token that Hex refuses is explained", async ({ stage: { env }, policy }) => {
      const { code, err } = await policy(["matrix"], { ...env("socket"), HEX_API_TOKEN: "hxtw_wrong" });
      expect(code).toBe(1);
      expect(err).toMatch(/token/i);
      expect(err).not.toContain("hxtw_wrong");
    });
  });
});
