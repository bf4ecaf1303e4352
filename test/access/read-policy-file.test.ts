// Whatever stands at the path of the policy file, the bot says what is wrong with it, in bounded time and memory.

import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadPolicy } from "../../src/access/load-policy.js";
import { policyTroubleLines } from "../../src/remedies/policy.js";

const folder = mkdtempSync(join(tmpdir(), "hex-bot-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const RULES = "rules:\n  - { allow: see, people: everyone }\n";

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

async function said(path: string): Promise<string[]> {
  const loaded = await loadPolicy(path);
  return loaded.ok ? [] : policyTroubleLines("policy.yml", loaded.trouble);
}

test("a file with rules is read, also through a link, as containers mount it, and with a byte order mark", async () => {
  const path = file("good.yml", RULES);
  symlinkSync(path, at("link.yml"));
  for (const one of [path, at("link.yml"), file("mark.yml", `\uFEFF${RULES}`)]) {
    expect(await loadPolicy(one)).toMatchObject({ ok: true, policy: { rules: [{ number: 1, line: 2 }] } });
  }
});

describe("what cannot be used is named, with what to do", () => {
  test("a file that is not there, and one below something that is no folder", async () => {
    expect(await said(at("nowhere.yml"))).toEqual(["policy.yml: There is no such file. Check the path."]);
    expect(await said(join(file("plain", ""), "policy.yml"))).toEqual([
      "policy.yml: There is no such file. Check the path.",
    ]);
  });

  test("a link to nothing", async () => {
    symlinkSync(at("gone.yml"), at("dangling.yml"));
    expect(await said(at("dangling.yml"))).toEqual(["policy.yml: There is no such file. Check the path."]);
  });

  test("a folder, a pipe that nobody writes into, and a device", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    for (const path of [folder, at("pipe"), "/dev/zero"]) {
      expect(await said(path)).toEqual(["policy.yml: This is not a file. Give the path of the file itself."]);
    }
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read", async () => {
    chmodSync(file("secret.yml", RULES), 0);
    expect(await said(at("secret.yml"))).toEqual([
      "policy.yml: The file cannot be read (EACCES). Check who may read it.",
    ]);
  });

  test("a path that is no path", async () => {
    expect(await said("policy\u0000.yml")).toEqual([
      expect.stringMatching(/The file cannot be read \(ERR_INVALID_ARG_VALUE\)/),
    ]);
  });

  test("2 GB are not read", async () => {
    truncateSync(file("huge.yml", ""), 2 * 1024 ** 3);
    const before = process.memoryUsage().rss;
    expect(await said(at("huge.yml"))).toEqual(["policy.yml: The file has more than 4000000 bytes. Check the path."]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  test("text in another encoding", async () => {
    const latin = Buffer.from("rules:\n  - { allow: see, people: everyone } # für alle\n", "latin1");
    expect(await said(file("latin.yml", latin))).toEqual(["policy.yml: The file is not UTF-8 text. Save it as UTF-8."]);
  });

  test("mistakes, each with its line and column", async () => {
    expect(
      await said(
        file("bad.yml", "rules:\n  - { allow: seee, people: everyone }\n  - { alow: see, people: everyone }\n"),
      ),
    ).toEqual([
      'policy.yml:2:14: "seee" is not a verb. Did you mean see?',
      expect.stringMatching(/^policy\.yml:3:7: "alow" means nothing here. Did you mean allow\?$/),
    ]);
  });
});

test.skipIf(process.platform !== "linux")("the file is read every few seconds, and closed each time", async () => {
  const isOpen = (path: string) =>
    readdirSync("/proc/self/fd").some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path;
      } catch {
        return false;
      }
    });
  const good = realpathSync(file("closed.yml", RULES));
  const bad = realpathSync(file("closed-latin.yml", Buffer.from("für", "latin1")));
  await Promise.all([loadPolicy(good), loadPolicy(bad)]);
  expect([isOpen(good), isOpen(bad)]).toEqual([false, false]);
});

test("a file that grows all the time is read as a whole or not at all", async () => {
  const path = file("growing.yml", RULES);
  const stop = new AbortController();
  const writing = (async () => {
    for (let line = 0; line < 1_500 && !stop.signal.aborted; line++) {
      appendFileSync(path, "  - { allow: run, people: everyone }\n");
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let tried = 0; tried < 20; tried++) {
    const loaded = await loadPolicy(path);
    if (!loaded.ok) expect(loaded.trouble).toEqual({ kind: "file", problem: { kind: "changing" } });
  }
  stop.abort();
  await writing;
  expect(await loadPolicy(path)).toMatchObject({ ok: true });
});
