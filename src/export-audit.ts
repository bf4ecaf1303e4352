// `npm run audit`: prints who did what, from the store, while the bot runs or not. Exits with 0, or with 1 and what to do.

import "./node-version.js";
import { headOf, lineOf } from "./audit/audit-export.js";
import { AuditStore } from "./audit/audit-store.js";
import { type ExportOptions, parseExportOptions } from "./audit/export-options.js";
import { describeProblems, readStorePlace } from "./config/config.js";
import { loadEnvFile } from "./config/env-file.js";
import { withSecretFiles } from "./config/secret-files.js";
import { safeId } from "./hex/ids.js";
import { uuidOfShortId } from "./hex/links.js";
import { AUDIT_HELP, auditMistake, NOTHING_RECORDED, unreadableLog, unreadEntries } from "./remedies/audit.js";
import { storeFailure, storeSentence } from "./remedies/store.js";
import { stopPrinting } from "./stop-printing.js";
import { type Store, StoreError } from "./store/database.js";
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
    return await printed(await openForReading(place), options);
  } catch (error) {
    if (error instanceof StoreError) return said(process.stderr, `${storeFailure(error)}\n`, 1);
    if (!(error instanceof StoreFailure)) throw error;
    const { kind, message } = error;
    // The bot's log does not say what this program has met.
    return said(process.stderr, kind === "failed" ? unreadableLog(message) : `${storeSentence(kind, place.kind)}\n`, 1);
  }
}

async function printed(store: Store, { query, format }: Extract<ExportOptions, { kind: "export" }>): Promise<number> {
  let unread = 0;
  let count = 0;
  const rows = new RowReader(() => {
    unread += 1;
  });
  try {
    process.stdout.write(headOf(format));
    for await (const entries of new AuditStore(store.db, rows).pages(query)) {
      for (const entry of entries) process.stdout.write(lineOf(entry, format));
      count += entries.length;
    }
  } finally {
    // An idle connection to Postgres would keep the process alive for seconds.
    await store.close();
  }
  if (count + unread === 0) process.stderr.write(NOTHING_RECORDED);
  return unread === 0 ? 0 : said(process.stderr, unreadEntries(unread), 1);
}

function said(stream: NodeJS.WriteStream, text: string, exitCode: number): number {
  stream.write(text);
  return exitCode;
}
