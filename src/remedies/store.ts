// What to do when the store cannot be used, in one sentence for each failure: at the start, and while the bot runs.

import type { StoreError } from "../store/database.js";
import type { StoreFailureKind } from "../store/failure.js";
import type { PostgresFailure } from "../store/postgres-failure.js";

/** Each is read after "The Postgres at <host>/<database>". */
const POSTGRES: Readonly<Record<PostgresFailure, string>> = {
  password:
    "does not take the password in DATABASE_URL: copy the URL again from where the database was made, and write special characters of the password percent-encoded (@ is %40, : is %3A)",
  role: "does not know the user in DATABASE_URL, or does not let it log in: correct the user, or run: create role <user> login password '…'",
  database: "has no database of that name: correct the name at the end of DATABASE_URL, or run: create database <name>",
  login:
    "lets this user in neither from this machine nor with this encryption: add a line for it to pg_hba.conf (managed platforms: to the list of allowed addresses); when DATABASE_URL says sslmode=disable, remove that",
  tls_refused:
    "does not encrypt, and DATABASE_URL asks for it: enable TLS on the server; within a network that you trust, remove sslmode from DATABASE_URL",
  tls_unverified:
    "has a certificate that this machine does not trust: add sslrootcert=<file> with the authority's certificate to DATABASE_URL, and use the host name that is in the certificate; sslmode=no-verify encrypts without looking at the certificate",
  tls: "broke off the TLS handshake: check that the server speaks TLS 1.2 or newer, and that port and sslnegotiation in DATABASE_URL are right",
  tls_file:
    "cannot be asked, because a file that DATABASE_URL names cannot be read: correct sslrootcert, sslcert or sslkey, and let the bot's user read the file",
  host: "was not found: check the host in DATABASE_URL and this machine's DNS",
  refused: "takes no connection: check that Postgres runs, and host and port in DATABASE_URL",
  timeout: "does not answer in time: check that firewalls and the list of allowed addresses let this machine through",
  lost: "broke off the connection: see the log of the database or of the pooler before it, then start again",
  rights:
    "does not let this user make or change the bot's tables: give it a schema of its own, create schema hexbot authorization <user>, then alter role <user> set search_path = hexbot",
  no_schema:
    "has none of the schemas of the search path: make it with create schema <name> authorization <user>, or correct search_path in DATABASE_URL or of the role",
  occupied:
    "has a table of another application under a name that the bot needs: give the bot a schema of its own, create schema hexbot authorization <user>, then add ?options=-csearch_path%3Dhexbot to DATABASE_URL",
  too_many:
    "has no connection left: close idle ones, raise max_connections (or max_client_conn of the pooler), or start fewer replicas; each takes four",
  starting: "is starting or stopping: wait until it is ready, then start again",
  read_only:
    "takes no writes, as a standby or a server in maintenance does: set DATABASE_URL to the primary, and see that default_transaction_read_only is off",
  disk_full: "has no disk space left: free some, or give it a larger disk",
  pooler_options:
    "stands behind a pooler that does not pass on a setting in DATABASE_URL: remove what stands after the ? there except sslmode, and set it for the role instead (alter role <user> set …)",
};

/** What to do about it, read after the name of the Postgres. */
export function postgresRemedy(failure: PostgresFailure): string {
  return POSTGRES[failure];
}

/** Why the store could not be opened, and what to do. */
export function storeFailure({ kind, where, message }: StoreError): string {
  switch (kind) {
    case "held":
      return `Another process works on ${where}: stop it, or give this one a HEX_BOT_DATA_DIR of its own; several at a time need DATABASE_URL`;
    case "newer":
      return `The store ${where} was written by a newer version of the bot: start that version, or use an empty store`;
    case "damaged":
      return `The store ${where} is damaged (${message}): keep a copy of the folder it is in, put a backup in its place, and start again`;
    case "unusable":
      return `The store ${where} cannot be used (${message}): check HEX_BOT_DATA_DIR, a folder that the bot may write to`;
    case "unusable_postgres":
      return `The Postgres at ${where} cannot be used (${message}): check DATABASE_URL and the log of the database`;
    default:
      return `The Postgres at ${where} ${postgresRemedy(kind)}`;
  }
}

/** Where the bot stores: in a file of its own, or in a Postgres. */
export type StoreKind = "embedded" | "shared";

/** Each is read after "The bot's database file". */
const FILE: Readonly<Partial<Record<StoreFailureKind, string>>> = {
  disk_full: "cannot grow, because the disk is full: free some space, or give it a larger disk",
  read_only:
    "cannot be written to: let the bot's user write to the folder HEX_BOT_DATA_DIR and the files in it, and see that the disk is not mounted read-only",
  timeout: "takes longer than a second for a small write: see whether the disk is slow or failing",
  busy: "is locked by another program: close what has it open, such as a database browser or a backup",
  io: "cannot be read or written, because the disk or the file system fails: look at the machine's disks",
  damaged:
    "is damaged: stop the bot, keep a copy of the folder HEX_BOT_DATA_DIR, put a backup in its place, and start it again",
  file_gone:
    "was deleted, moved or replaced while the bot runs, so that what is stored now is lost at its next start: restart the bot; when the folder was moved, put it back first",
};
/** The same after "The bot's Postgres", where it is another thing to do while the bot runs than at its start. */
const RUNNING: Readonly<Partial<Record<StoreFailureKind, string>>> = {
  timeout: "does not answer in time: see whether it is overloaded, and whether the network to it works",
  lost: "broke off the connection: look at its log, and at that of the pooler before it; the bot connects again by itself",
  starting: "is starting or stopping: wait until it is ready; the bot connects again by itself",
};
const OTHERWISE = "does not do what it is asked: look at the bot's log, which has its own words";

/** What is the matter with the store of a bot that runs, and what to do: one sentence without its full stop. */
export function storeSentence(why: StoreFailureKind, kind: StoreKind): string {
  if (kind === "embedded") return `The bot's database file ${FILE[why] ?? OTHERWISE}`;
  const known = RUNNING[why] ?? (isPostgres(why) ? POSTGRES[why] : OTHERWISE);
  return `The bot's Postgres ${known}`;
}

function isPostgres(why: StoreFailureKind): why is PostgresFailure {
  return Object.hasOwn(POSTGRES, why);
}
