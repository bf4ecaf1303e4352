// `npm run audit`: prints who did what, from the store, while the bot runs or not. Exits with 0, or with 1 and what to do.

import "./node-version.js";
import { headOf, lineOf } from "./audit/audit-export.js";
import { AuditStore } from "./audit/audit-store.js";
import { parseExportOptions } from "./audit/export-options.js";
import { describeProblems, readStorePlace } from "./config/config.js";
import { loadEnvFile } from "./config/env-file.js";
import { withSecretFiles } from "./config/secret-files.js";
import { safeId } from "./hex/ids.js";
import { uuidOfShortId } from "./hex/links.js";
import { AUDIT_HELP, auditMistake, NOTHING_RECORDED, unreadEntries } from "./remedies/audit.js";
import { storeFailure, storeSentence } from "./remedies/store.js";
import { stopPrinting } from "./stop-printing.js";
import { StoreError } from "./store/database.js";
import { StoreFailure } from "./store/failure.js";
import { openForReading } from "./store/open-for-reading.js";
import { RowReader } from "./store/row-reader.js";

const fileTrouble = loadEnvFile();
if (fileTrouble !== null) process.stderr.write(`${fileTrouble}\n`);
process.stdout.on("error", stopPrinting);
process.exitCode = await exported(process.argv.slice(2));

async function exported(words: readonly string[]): Promise<number> {
  const options = parseExportOptions(words, Date.now(), (text) => uuidOfShortId(text) ?? safeId(text));
  if (options.kind === "help") return said(process.stdout, AUDIT_HELP, 0);
  if (options.kind === "mistake") return said(process.stderr, auditMistake(options.option, options.given), 1);
  const reading = withSecretFiles(process.env, readStorePlace, ["DATABASE_URL"]);
  if (!reading.ok) return said(process.stderr, describeProblems(reading.problems), 1);
  const place = reading.config;
  try {
    const store = await openForReading(place);
    let unread = 0;
    let count = 0;
    const rows = new RowReader(() => {
      unread += 1;
    });
    process.stdout.write(headOf(options.format));
    for await (const entries of new AuditStore(store.db, rows).pages(options.query)) {
      for (const entry of entries) process.stdout.write(lineOf(entry, options.format));
      count += entries.length;
    }
    await store.close();
    if (count + unread === 0) process.stderr.write(NOTHING_RECORDED);
    return unread === 0 ? 0 : said(process.stderr, unreadEntries(unread), 1);
  } catch (error) {
    if (error instanceof StoreError) return said(process.stderr, `${storeFailure(error)}\n`, 1);
    if (error instanceof StoreFailure) return said(process.stderr, `${storeSentence(error.kind, place.kind)}\n`, 1);
    throw error;
  }
}

function said(stream: NodeJS.WriteStream, text: string, exitCode: number): number {
  stream.write(text);
  return exitCode;
}
