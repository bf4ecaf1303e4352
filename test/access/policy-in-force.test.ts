// The policy file changes while the bot runs.

import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PolicyInForce, type PolicyNews } from "../../src/access/policy-in-force.js";
import { ManualClock } from "../sandbox/clock.js";

const RULE = "  - { allow: see, people: everyone }\n";
const rules = (count: number) => `rules:\n${RULE.repeat(count)}`;
/** In ms, longer than the bot needs to notice a change and to wait whether it goes on. */
const NOTICED = 8_000;
/** How long (real ms, at least) a busy machine may take to read the file. */
const TURNS = 10_000;

let folder: string;
let path: string;
let clock: ManualClock;
let news: PolicyNews[];
let stop: AbortController;
let following: Promise<void>;
let inForce: PolicyInForce;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hex-bot-"));
  path = join(folder, "policy.yml");
  writeFileSync(path, rules(1));
  [clock, news, stop] = [new ManualClock(), [], new AbortController()];
  const loaded = await PolicyInForce.load({ path, clock, onNews: (one) => news.push(one) });
  if (!loaded.ok) throw new Error("it cannot be read");
  inForce = loaded.inForce;
  following = inForce.follow(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await following;
  rmSync(folder, { recursive: true });
});

/** Lets time pass, second by second, and waits each time until the bot has read the file and sleeps again. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    clock.advance(1_000);
    for (let turn = 0; turn < TURNS && clock.sleeping === 0; turn++) await new Promise((done) => setTimeout(done, 1));
  }
}

const kinds = () => news.map(({ kind }) => kind);

test("other rules are in force as soon as the file has stayed the same for a second", async () => {
  await pass(NOTICED);
  expect(news).toEqual([]);
  writeFileSync(path, rules(2));
  await pass(NOTICED);
  expect(kinds()).toEqual(["new"]);
  expect(inForce.policy.rules).toHaveLength(2);
});

test("earlier rules that are written again are in force again", async () => {
  for (const count of [2, 1]) {
    writeFileSync(path, rules(count));
    await pass(NOTICED);
    expect(inForce.policy.rules).toHaveLength(count);
  }
  expect(kinds()).toEqual(["new", "new"]);
});

test("a file that somebody is writing does not count, even if its first half is valid", async () => {
  for (let count = 2; count < 12; count++) {
    writeFileSync(path, rules(count));
    await pass(1_000);
  }
  expect(news).toEqual([]);
  await pass(NOTICED);
  expect(kinds()).toEqual(["new"]);
  expect(inForce.policy.rules).toHaveLength(11);
});

test("a mounted file is noticed when a link to its folder leads to another folder", async () => {
  for (const [name, count] of [
    ["one", 3],
    ["two", 4],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "policy.yml"), rules(count));
    symlinkSync(name, join(folder, `new-${name}`));
  }
  renameSync(join(folder, "new-one"), join(folder, "data"));
  unlinkSync(path);
  symlinkSync(join("data", "policy.yml"), path);
  await pass(NOTICED);
  expect(inForce.policy.rules).toHaveLength(3);
  renameSync(join(folder, "new-two"), join(folder, "data"));
  await pass(NOTICED);
  expect(inForce.policy.rules).toHaveLength(4);
});

describe("a file that cannot be used leaves the last rules in force, and that is said once", () => {
  test.each([
    ["one with a mistake", () => writeFileSync(path, "rules:\n  - { allow: rum, people: everyone }\n"), "mistakes"],
    ["an empty one", () => writeFileSync(path, ""), "mistakes"],
    ["none at all", () => unlinkSync(path), "file"],
    ["a folder", () => inPlaceOf(path, mkdirSync), "file"],
    ["one that is no text", () => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00])), "file"],
  ])("%s", async (_, change, kind) => {
    change();
    await pass(60_000);
    expect(news).toMatchObject([{ kind: "broken", trouble: { kind } }]);
    expect(inForce.policy.rules).toHaveLength(1);
    expect(inForce.trouble).toMatchObject({ kind });
  });

  test("until the file can be used again", async () => {
    writeFileSync(path, "rules: []\n");
    await pass(NOTICED);
    writeFileSync(path, rules(1));
    await pass(NOTICED);
    expect(kinds()).toEqual(["broken", "mended"]);
    expect(inForce.trouble).toBeNull();
    writeFileSync(path, "rules: []\n");
    await pass(NOTICED);
    writeFileSync(path, rules(5));
    await pass(NOTICED);
    expect(kinds()).toEqual(["broken", "mended", "broken", "new"]);
    expect(inForce.policy.rules).toHaveLength(5);
  });

  test("another reason why it cannot be read is said again", async () => {
    unlinkSync(path);
    await pass(NOTICED);
    mkdirSync(path);
    await pass(NOTICED);
    expect(kinds()).toEqual(["broken", "broken"]);
  });

  test("another mistake is said again", async () => {
    writeFileSync(path, "rules: []\n");
    await pass(NOTICED);
    unlinkSync(path);
    await pass(NOTICED);
    expect(kinds()).toEqual(["broken", "broken"]);
  });
});

function inPlaceOf(file: string, make: (path: string) => void): void {
  unlinkSync(file);
  make(file);
}

test("a reload takes the file as it is, at once", async () => {
  writeFileSync(path, rules(2));
  expect(await inForce.reload()).toBe(true);
  expect(inForce.policy.rules).toHaveLength(2);
  expect(await inForce.reload()).toBe(false);
  await pass(NOTICED);
  expect(kinds()).toEqual(["new"]);
});

test("a file that cannot be used at the start is no policy", async () => {
  const loaded = await PolicyInForce.load({ path: join(folder, "none.yml"), clock, onNews: () => undefined });
  expect(loaded).toEqual({ ok: false, trouble: { kind: "file", problem: { kind: "missing" } } });
});
