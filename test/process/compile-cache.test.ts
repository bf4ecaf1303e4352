// What Node compiles when the program starts is kept beside it.

import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DIST, Program } from "./program.js";

let root: string;

// A copy of its own: the other tests fill the folder beside the program, too.
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hex-bot-"));
  await cp(DIST, join(root, "dist"), { recursive: true });
  await mkdir(join(root, "node_modules"));
  await symlink(join(import.meta.dirname, "../../node_modules/libsql"), join(root, "node_modules/libsql"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function outputOfStart(): Promise<string> {
  const program = Program.start(process.execPath, [join(root, "dist/main.js")], {
    dir: root,
    env: { NODE_COMPILE_CACHE: undefined },
  });
  expect(await program.closed).toBe(1);
  return program.output;
}

test.runIf("enableCompileCache" in module)("the next start does not have to compile it again", async () => {
  await outputOfStart();
  expect(await readdir(join(root, "node_modules/.cache/hex-bot-compiled"))).not.toEqual([]);
});

test("where it cannot be kept, the program starts anyway", async () => {
  await writeFile(join(root, "node_modules/.cache"), "a file, not a folder");
  expect(await outputOfStart()).toContain("SLACK_BOT_TOKEN");
});
