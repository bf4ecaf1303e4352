// What `npm run audit` says in a terminal.

export const AUDIT_HELP = [
  "Prints who did what, oldest first: in the last 7 days, unless --since says otherwise.",
  "",
  "  npm run --silent audit -- [--since 7d] [--until 2026-12-01] [--person U0123ABCD] [--project ID] [--format jsonl]",
  "",
  "  --since, --until  a date or time (ISO 8601; UTC unless it says otherwise), or how long ago: 90m, 12h, 7d, 4w.",
  "                    A date means the beginning of that day: --until 2026-12-01 prints what was done before December",
  "  --person          a person's id in Slack",
  "  --project         a project's id in Hex",
  "  --format          jsonl (the default) or csv",
  "",
].join("\n");

type AuditOption = "since" | "until" | "person" | "project" | "format";

/** `option` is `null` for something that is no option at all. Ends in a newline. */
export function auditMistake(option: AuditOption | null, given: string): string {
  const why = option === null ? given : `--${option} ${JSON.stringify(given)} ${MISTAKES[option]}`;
  return `${why}\n\n${AUDIT_HELP}`;
}

const NO_TIME = "is not a time. Write a date such as 2026-12-01, or how long ago, such as 7d.";
const MISTAKES: Record<AuditOption, string> = {
  since: NO_TIME,
  until: NO_TIME,
  person: "is not the id of a person. In Slack, open their profile, and copy it with ⋮ > Copy member ID.",
  project: "is not the id of a project. Copy it from the project's address in Hex.",
  format: "is neither jsonl nor csv.",
};

/** For an export without entries. Ends in a newline. */
export const NOTHING_RECORDED = "No entry matches. Check the times and the ids.\n";

/** For a store that an older version or something else has made: `message` is its database's. Ends in a newline. */
export function unreadableLog(message: string): string {
  return `The audit log cannot be read (${message}): start this version of the bot with the store once, or name the bot's own store with HEX_BOT_DATA_DIR or DATABASE_URL\n`;
}

/** What to do about entries that were left out. Ends in a newline. */
export function unreadEntries(count: number): string {
  const [left, wrote] =
    count === 1
      ? ["1 entry could not be read and is left out. It is", "it"]
      : [`${count} entries could not be read and are left out. They are`, "them"];
  return `${left} damaged, or a newer version wrote ${wrote}: run the newest version that uses this store, or look in a backup.\n`;
}

/** `code` is the system's, such as ENOSPC. Ends in a newline. */
export function outputFailure(code: string): string {
  return `The output could not be written (${code}) and is not complete. Make room for it, or write it elsewhere, and run this again.\n`;
}
