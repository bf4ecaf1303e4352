import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig, readHexConfig } from "../../src/config/config.js";
import { RenewedSecrets } from "../../src/config/renewed-secrets.js";
import { withSecretFiles } from "../../src/config/secret-files.js";
import { ManualClock } from "../sandbox/clock.js";

const folder = mkdtempSync(join(tmpdir(), "hex-bot-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const TOKEN = "hxtw_0123456789";
const SLACK = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" };
const read = (env: Record<string, string>) => withSecretFiles({ ...SLACK, ...env }, readConfig);
const problemsOf = (env: Record<string, string>) => {
  const reading = read(env);
  return reading.ok ? [] : reading.problems;
};

describe("secrets in files", () => {
  test("each is read from its file, without the new line at its end", () => {
    const reading = withSecretFiles(
      {
        SLACK_BOT_TOKEN_FILE: file("bot", "xoxb-2\n"),
        SLACK_SIGNING_SECRET_FILE: file("signing", "a".repeat(32)),
        HEX_API_TOKEN_FILE: file("hex", `${TOKEN}\r\n`),
        PAGERDUTY_ROUTING_KEY_FILE: file("pager", "k".repeat(32)),
        DATABASE_URL_FILE: file("database", "postgres://bot:word@db.test/bot?sslmode=disable\n"),
      },
      readConfig,
    );
    expect(reading).toMatchObject({
      ok: true,
      config: {
        slack: { botToken: "xoxb-2", mode: { kind: "http", signingSecret: "a".repeat(32) } },
        hex: { token: TOKEN },
        paging: { routingKey: "k".repeat(32) },
        store: { kind: "shared", url: "postgres://bot:word@db.test/bot?sslmode=disable" },
      },
    });
  });

  test.each([
    ["a file that is not there", join(folder, "nothing"), "HEX_API_TOKEN_FILE: its file cannot be read (ENOENT)"],
    ["a folder", folder, "HEX_API_TOKEN_FILE: its file cannot be read (EISDIR)"],
    ["an empty file", file("empty", " \n"), "HEX_API_TOKEN_FILE: its file is empty"],
    ["another file", file("long", "x".repeat(10_001)), "HEX_API_TOKEN_FILE: its file is too long for a secret"],
    [
      "a file in UTF-16",
      file("wide", Buffer.from(`\ufeff${TOKEN}\r\n`, "utf16le")),
      "HEX_API_TOKEN_FILE: its file is not in UTF-8",
    ],
    ["a secret of another kind", file("other", "xoxb-3"), "HEX_API_TOKEN: contains a Slack bot token"],
    ["the token in place of a path", TOKEN, "HEX_API_TOKEN_FILE: its file cannot be read (ENOENT)"],
  ])("%s: one line, which names no secret", (_, path, words) => {
    const problems = problemsOf({ HEX_API_TOKEN_FILE: path });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
    expect(problems[0]).not.toMatch(/hxtw_|xoxb-/);
  });

  test("a secret that is given twice is not guessed at", () => {
    const twice = { HEX_API_TOKEN: TOKEN, HEX_API_TOKEN_FILE: file("twice", TOKEN) };
    expect(problemsOf(twice)).toEqual(["HEX_API_TOKEN_FILE: HEX_API_TOKEN is set, too; keep one of them"]);
  });

  test("a variable that is set to nothing is not set, whichever of the two it is", () => {
    const hex = file("beside", TOKEN);
    expect(read({ HEX_API_TOKEN: "", HEX_API_TOKEN_FILE: ` "${hex}" ` })).toMatchObject({
      config: { hex: { token: TOKEN } },
    });
    expect(problemsOf({ HEX_API_TOKEN: TOKEN, HEX_API_TOKEN_FILE: " " })).toEqual([]);
  });

  test("all problems are told together, each once", () => {
    const env = { SLACK_SIGNING_SECRET_FILE: join(folder, "nothing"), PORT: "no" };
    const reading = withSecretFiles(env, readConfig);
    expect(reading.ok ? [] : reading.problems.map((line) => line.split(":")[0])).toEqual([
      "SLACK_SIGNING_SECRET_FILE",
      "SLACK_BOT_TOKEN",
      "HEX_API_TOKEN",
      "PORT",
    ]);
  });

  test("what needs only Hex reads only Hex's file", () => {
    const env = { HEX_API_TOKEN_FILE: file("only", TOKEN), SLACK_BOT_TOKEN_FILE: join(folder, "nothing") };
    expect(withSecretFiles(env, readHexConfig, ["HEX_API_TOKEN"])).toMatchObject({ config: { hex: { token: TOKEN } } });
  });
});

describe("a secret as it is in its file now", () => {
  const problems: string[] = [];
  const read: string[] = [];
  const renewed = (env: Record<string, string>) => {
    problems.length = read.length = 0;
    return new RenewedSecrets({
      env,
      onRead: (values) => void read.push(...values),
      onUnusable: (problem) => void problems.push(problem),
    });
  };

  test("another one each time, and each is told to the log's redaction", () => {
    const secrets = renewed({ HEX_API_TOKEN_FILE: file("renewed", TOKEN) });
    expect(secrets.inFile("HEX_API_TOKEN")).toBe(TOKEN);
    file("renewed", "hxtw_new\n");
    expect(secrets.inFile("HEX_API_TOKEN")).toBe("hxtw_new");
    expect(read).toEqual([TOKEN, "hxtw_new"]);
    expect(problems).toEqual([]);
  });

  test("of a database, the password counts as the secret, too", () => {
    const url = "postgres://bot:p%40ss@db.test/bot";
    const secrets = renewed({ DATABASE_URL_FILE: file("database-new", url), PGSSLMODE: "require" });
    expect(secrets.inFile("DATABASE_URL")).toBe(`${url}?sslmode=require`);
    expect(read).toContain("p@ss");
  });

  test.each([
    ["a file that is being replaced", file("half", ""), "HEX_API_TOKEN_FILE: its file is empty"],
    ["a file that is gone", join(folder, "nothing"), "HEX_API_TOKEN_FILE: its file cannot be read (ENOENT)"],
    ["something that cannot be a token", file("bad", "two words"), "HEX_API_TOKEN_FILE: contains white space"],
  ])("%s: none, and the log says so once", (_, path, words) => {
    const secrets = renewed({ HEX_API_TOKEN_FILE: path });
    expect(secrets.inFile("HEX_API_TOKEN")).toBeNull();
    expect(secrets.inFile("HEX_API_TOKEN")).toBeNull();
    expect(problems).toEqual([expect.stringContaining(words)]);
  });

  test("what is wrong again after it was right is said again", () => {
    const secrets = renewed({ HEX_API_TOKEN_FILE: file("again", "") });
    secrets.inFile("HEX_API_TOKEN");
    file("again", TOKEN);
    secrets.inFile("HEX_API_TOKEN");
    file("again", "");
    secrets.inFile("HEX_API_TOKEN");
    expect(problems).toHaveLength(2);
    // And so is something else that is wrong.
    file("again", "two words");
    secrets.inFile("HEX_API_TOKEN");
    expect(problems).toHaveLength(3);
  });

  test("no file: none", () => {
    expect(renewed({ HEX_API_TOKEN: TOKEN }).inFile("HEX_API_TOKEN")).toBeNull();
    expect(problems).toEqual([]);
  });

  test("somebody is still writing", async () => {
    const clock = new ManualClock();
    const secrets = renewed({ SLACK_BOT_TOKEN_FILE: file("written", "xoxb-1") });
    let isSettled = false;
    const settled = secrets.settled(clock).then(() => {
      isSettled = true;
    });
    for (const text of ["xoxb-12", "xoxb-123"]) {
      file("written", text);
      clock.advance(250);
      await new Promise((resolve) => setImmediate(resolve));
      expect(isSettled).toBe(false);
    }
    clock.advance(250);
    await settled;
  });

  test("somebody never stops writing: that is waited for for three seconds", async () => {
    const clock = new ManualClock();
    const secrets = renewed({ SLACK_BOT_TOKEN_FILE: file("ever", "xoxb-") });
    let isSettled = false;
    const settled = secrets.settled(clock).then(() => {
      isSettled = true;
    });
    for (let tried = 1; tried <= 12; tried++) {
      expect(isSettled).toBe(false);
      file("ever", `xoxb-${"1".repeat(tried)}`);
      clock.advance(250);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isSettled).toBe(true);
    await settled;
  });
});
