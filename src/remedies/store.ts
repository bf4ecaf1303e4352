// What to do when the store cannot be used, in one sentence for each failure, at the start and while the bot is running.

import type { StoreError } from "../store/database.js";
import type { StoreFailureKind } from "../store/failure.js";
import type { PostgresFailure } from "../store/postgres-failure.js";

/** Each one follows "The Postgres at <host>/<database>". */
const POSTGRES: Readonly<Record<PostgresFailure, string>> = {
  password:
    "does not accept the password in DATABASE_URL: copy the URL again from where the database was created, and percent-encode special characters in the password (% is %25, @ is %40)",
  role: "does not know the user in DATABASE_URL, or does not let it log in: correct the user, or run: create role <user> login password '…'",
  database: "has no database of that name: correct the name at the end of DATABASE_URL, or run: create database <name>",
  login:
    "does not let this user in from this machine or with this encryption: add a line for it to pg_hba.conf (on managed platforms, add this machine to the list of allowed addresses); if DATABASE_URL has sslmode=disable, remove that",
  tls_refused:
    "does not support encryption, but DATABASE_URL requires it: enable TLS on the server, or in a network that you trust, remove sslmode from DATABASE_URL",
  tls_unverified:
    "has a certificate that this machine does not trust: add sslrootcert=<file> with the authority's certificate to DATABASE_URL, and use the host name in the certificate; sslmode=no-verify encrypts without checking the certificate",
  tls: "aborted the TLS handshake: check that the server supports TLS 1.2 or newer, and that the port and sslnegotiation in DATABASE_URL are right",
  tls_file:
    "cannot be reached, because the bot cannot read a file that DATABASE_URL names: correct sslrootcert, sslcert or sslkey, and let the bot's user read the file",
  host: "was not found: check the host in DATABASE_URL and this machine's DNS",
  refused: "accepts no connections: check that Postgres is running, and check the host and port in DATABASE_URL",
  timeout: "does not answer in time: check that firewalls and the list of allowed addresses let this machine through",
  lost: "closed the connection: see the log of the database, or of the pooler in front of it, then start again",
  rights:
    "does not let this user create or change the bot's tables: give it its own schema, create schema hexbot authorization <user>, then alter role <user> set search_path = hexbot",
  no_schema:
    "has none of the schemas in the search path: create one with create schema <name> authorization <user>, or correct search_path in DATABASE_URL or for the role",
  occupied:
    "has another application's table with a name that the bot needs: give the bot its own schema, create schema hexbot authorization <user>, then add ?options=-csearch_path%3Dhexbot to DATABASE_URL",
  encoding:
    "has an encoding that lacks characters of people's texts, such as emoji: create another database with the encoding UTF8, and name it in DATABASE_URL: create database <name> encoding 'UTF8' locale 'C' template template0",
  isolation:
    "lets a statement fail when it meets another one, because default_transaction_isolation is not read committed: run: alter role <user> set default_transaction_isolation = 'read committed'",
  too_many:
    "has no connections left: close idle ones, raise max_connections (or the pooler's max_client_conn), or start fewer replicas, each of which takes five",
  starting: "is starting or stopping: wait until it is ready, then start again",
  read_only:
    "does not accept writes, as if it were a standby or in maintenance: set DATABASE_URL to the primary, and make sure that default_transaction_read_only is off",
  disk_full: "has no disk space left: free some, or give it a larger disk",
  locked:
    "has a table of the bot that is locked by another program, such as a backup: wait until that has ended, then start again",
  pooler_options:
    "is behind a pooler that does not pass on a setting in DATABASE_URL: remove everything after the ? except sslmode, and set it for the role instead (alter role <user> set …)",
};

/** Why the store could not be opened, and what to do. */
export function storeFailure({ kind, where, message }: StoreError): string {
  switch (kind) {
    case "held":
      return `Another process is using ${where}: stop it, or give this one its own HEX_BOT_DATA_DIR; to run several replicas, set DATABASE_URL`;
    case "newer":
      return `The store ${where} was written by a newer version of the bot: start that version, or use an empty store`;
    case "damaged":
      return `The store ${where} is damaged (${message}): keep a copy of its folder, put a backup in its place, and start again`;
    case "absent":
      return `There is no store at ${where}: run this in the bot's folder, or with the bot's HEX_BOT_DATA_DIR or DATABASE_URL`;
    case "unreadable":
      return `This user may not open the store ${where}: run this as the bot's user, or as root`;
    case "unusable":
      return `The store ${where} cannot be used (${message}): check that the bot may write to the folder HEX_BOT_DATA_DIR and to the files in it`;
    case "unusable_postgres":
      return `The Postgres at ${where} cannot be used (${message}): check DATABASE_URL and the database's log`;
    default:
      return `The Postgres at ${where} ${POSTGRES[kind]}`;
  }
}

/** Where the bot keeps its data: in its own file, or in a Postgres. */
export type StoreKind = "embedded" | "shared";

/** Each one follows "The bot's database file". */
const FILE: Readonly<Partial<Record<StoreFailureKind, string>>> = {
  disk_full: "cannot grow, because the disk is full: free some space, or give it a larger disk",
  read_only:
    "cannot be written to: let the bot's user write to the folder HEX_BOT_DATA_DIR and the files in it, and make sure that the disk is not mounted read-only",
  timeout: "takes longer than a second for a small write: check whether the disk is slow or failing",
  busy: "is locked by another program: close whatever has it open, such as a database browser or a backup",
  io: "cannot be read or written, because the disk or the file system fails: look at the machine's disks",
  damaged:
    "is damaged: stop the bot, keep a copy of the folder HEX_BOT_DATA_DIR, put a backup in its place, and start it again",
  file_gone:
    "was deleted, moved or replaced while the bot was running, so everything stored now will be lost at the bot's next start: restart the bot; if the folder was moved, put it back first",
};
/** The same after "The bot's Postgres", where what to do while the bot is running differs from what to do at the start. */
const RUNNING: Readonly<Partial<Record<StoreFailureKind, string>>> = {
  timeout: "does not answer in time: check whether it is overloaded, and whether the network to it works",
  lost: "closed the connection: look at its log, and at the log of the pooler in front of it; the bot reconnects on its own",
  starting: "is starting or stopping: wait until it is ready; the bot reconnects on its own",
  locked:
    "has a table of the bot that is locked by another program, such as a backup: wait until that has ended, and the bot continues on its own",
};
const OTHERWISE = "does not work: look at the bot's log, which has its exact words";

/** What is wrong with the store of a running bot, and what to do: one sentence without its full stop. */
export function storeSentence(why: StoreFailureKind, kind: StoreKind): string {
  if (kind === "embedded") return `The bot's database file ${FILE[why] ?? OTHERWISE}`;
  const known = RUNNING[why] ?? (isPostgres(why) ? POSTGRES[why] : OTHERWISE);
  return `The bot's Postgres ${known}`;
}

function isPostgres(why: StoreFailureKind): why is PostgresFailure {
  return Object.hasOwn(POSTGRES, why);
}
