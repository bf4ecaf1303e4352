// A store without any content. Creating its tables takes a third of the time of a start, so it is done once and the file is copied.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../../src/store/sqlite.js";

const NAME = "hex-bot.db";
let content: Promise<Buffer> | undefined;

/** Creates a folder with the store in it. The caller removes it. */
export async function folderWithNewStore(): Promise<string> {
  content ??= create();
  const folder = newFolder();
  writeFileSync(join(folder, NAME), await content);
  return folder;
}

async function create(): Promise<Buffer> {
  const folder = newFolder();
  const { close } = await openEmbedded(folder);
  await close();
  const file = readFileSync(join(folder, NAME));
  rmSync(folder, { recursive: true });
  return file;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "hex-bot-"));
}
