// A store without any content. Creating its tables takes a third of the time of a start, so it is done once and the file is copied.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../../src/store/database.js";

const NAME = "hex-bot.db";
let content: Promise<Buffer> | undefined;

/** Creates a folder with the store in it. The caller removes it. */
export async function folderWithNewStore(): Promise<string> {
  content ??= create();
  const folder = await newFolder();
  await writeFile(join(folder, NAME), await content);
  return folder;
}

async function create(): Promise<Buffer> {
  const folder = await newFolder();
  const { close } = await openEmbedded(folder);
  await close();
  const file = await readFile(join(folder, NAME));
  await rm(folder, { recursive: true });
  return file;
}

function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "hex-bot-"));
}
