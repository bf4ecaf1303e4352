// `npm run audit` as a program: what a person or a script sees of it.

import { execFile } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { AuditStore } from "../../src/audit/audit-store.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { entry } from "../audit/entries.js";
import { CHILD_ENV } from "./child-env.js";
import { programTest } from "./program-test.js";

const PROGRAM = join(import.meta.dirname, "../../dist/export-audit.js");

/** Root may read everything. */
const SOMEBODY_ELSE = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Gives a test `audit`, which prints a log of 3,000 entries in a shell, and `damage`, which spoils one of them. */
const test = programTest
  .extend("damage", async ({ stage: { dir } }) => {
    const store = await openEmbedded(dir);
    const entries = Array.from({ length: 3_000 }, (_, index) =>
      entry({ id: `asked ${index}`, at: Date.now() - 1_000 }),
    );
    await new AuditStore(store.db).add(entries);
    await store.close();
    return async (id: string) => {
      const again = await openEmbedded(dir);
      await again.db.updateTable("audit").set({ doc: "{" }).where("id", "=", id).execute();
      await again.close();
    };
  })
  .extend("audit", async ({ stage: { dir }, damage: _ }) => (rest: string, folder = dir) => {
    const command = `set -o pipefail; "${process.execPath}" "${PROGRAM}" ${rest}`;
    const env = { ...CHILD_ENV, HEX_BOT_DATA_DIR: folder };
    return new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
      execFile("bash", ["--norc", "-c", command], { cwd: dir, env, maxBuffer: 2 ** 26 }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      );
    });
  });

describe.concurrent("npm run audit", () => {
  test("says how many entries could not be read, prints the others, and exits with 1", async ({ audit, damage }) => {
    await damage("asked 7");
    const { code, out, err } = await audit("");
    expect(out.trim().split("\n")).toHaveLength(2_999);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^1 entry could not be read and is left out\..*\n$/),
    });
  });

  test("says where there is no store, and what to set, and exits with 1", async ({ audit, stage: { dir } }) => {
    const elsewhere = join(dir, "elsewhere");
    const { code, out, err } = await audit("", elsewhere);
    expect({ code, out, err }).toEqual({
      code: 1,
      out: "",
      err: `There is no store at ${join(elsewhere, "hex-bot.db")}: run this in the bot's folder, or with the bot's HEX_BOT_DATA_DIR or DATABASE_URL\n`,
    });
  });

  test("says what is missing in a store that this version has not opened yet, and exits with 1", async ({
    audit,
    stage: { dir },
  }) => {
    const folder = join(dir, "older");
    await mkdir(folder);
    await writeFile(join(folder, "hex-bot.db"), "");
    const { code, out, err } = await audit("", folder);
    expect({ code, out, err }).toEqual({
      code: 1,
      out: "",
      err: "The audit log cannot be read (no such table: audit): start this version of the bot with the store once, or name the bot's own store with HEX_BOT_DATA_DIR or DATABASE_URL\n",
    });
  });

  test("says to whoever may not read the store who may, and exits with 1", async ({ damage: _, stage: { dir } }) => {
    const asSomebodyElse = () =>
      new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
        const env = { ...CHILD_ENV, HEX_BOT_DATA_DIR: dir };
        execFile(process.execPath, [PROGRAM], { cwd: "/", env, ...SOMEBODY_ELSE }, (error, out, err) =>
          resolve({ code: error?.code ?? 0, out, err }),
        );
      });
    const path = join(dir, "hex-bot.db");
    for (const end of ["wal", "shm"]) await rm(`${path}-${end}`, { force: true });
    for (const [ofFolder, ofFile] of [
      [0o000, 0o644],
      [0o755, 0o000],
      // SQLite has to write beside the file.
      [0o555, 0o444],
    ] as const) {
      await chmod(path, ofFile);
      await chmod(dir, ofFolder);
      const { code, out, err } = await asSomebodyElse();
      await chmod(dir, 0o700);
      const said = `This user may not open the store ${path}: run this as the bot's user, or as root\n`;
      expect({ code, out, err }).toEqual({ code: 1, out: "", err: said });
    }
  });

  test("says that .env, which may name the store, cannot be read", async ({ audit, stage: { dir } }) => {
    await mkdir(join(dir, ".env"));
    expect((await audit("")).err).toMatch(/^There is a \.env here, but it cannot be read \(EISDIR\)/);
  });

  test("says that there is nothing, where nothing fits", async ({ audit }) => {
    const { code, out, err } = await audit("--project Revenue --format csv");
    expect({ code, lines: out.trim().split("\r\n").length, err }).toEqual({
      code: 0,
      lines: 1,
      err: "No entry matches. Check the times and the ids.\n",
    });
  });

  test("stops quietly once nobody reads on", async ({ audit }) => {
    const { code, out, err } = await audit("| head -n 1");
    expect({ code, lines: out.trim().split("\n").length, err }).toEqual({ code: 0, lines: 1, err: "" });
  });

  test("says in a sentence that the output has no room, and exits with 1", async ({ audit }) => {
    const { code, err } = await audit("> /dev/full");
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^The output could not be written \(ENOSPC\).*\n$/),
    });
  });
});
