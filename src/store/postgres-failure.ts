// Why Postgres, or something in front of it, did not do something: one kind for each remedy.

/**
 * - `password`, `role`, `database`: what the URL names is wrong. `login`: pg_hba.conf has no entry for this host, role and database
 *   with this encryption.
 * - `tls_refused`: the server does not support encryption. `tls_unverified`: its certificate is not trusted. `tls`: the handshake failed.
 *   `tls_file`: a file that the URL names cannot be read.
 * - `host`, `refused`, `timeout`, `lost`: the connection to the server.
 * - `rights`, `no_schema`, `occupied`: the place of the tables. `occupied`: another application has a table with that name.
 * - `encoding`, `isolation`: a setting with which statements would fail now and then. They are checked at the start.
 * - `too_many`, `starting`, `read_only`, `disk_full`: the state of the server. `locked`: another program keeps a table locked.
 * - `pooler_options`: a pooler does not pass on what the URL sets.
 */
export const POSTGRES_FAILURES = [
  "password",
  "role",
  "database",
  "login",
  "tls_refused",
  "tls_unverified",
  "tls",
  "tls_file",
  "host",
  "refused",
  "timeout",
  "lost",
  "rights",
  "no_schema",
  "occupied",
  "encoding",
  "isolation",
  "too_many",
  "starting",
  "read_only",
  "disk_full",
  "locked",
  "pooler_options",
] as const;
export type PostgresFailure = (typeof POSTGRES_FAILURES)[number];

/**
 * By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), and by the codes of the operating system and OpenSSL.
 */
const BY_CODE: Readonly<Record<string, PostgresFailure>> = {
  "28P01": "password",
  "3D000": "database",
  "3F000": "no_schema",
  "42501": "rights",
  "42P07": "occupied",
  "53300": "too_many",
  "53100": "disk_full",
  "55P03": "locked",
  "25006": "read_only",
  "57P03": "starting",
  "57P02": "starting",
  // Of one connection: an administrator ended it, who may also have stopped the server, or it was idle for too long.
  "57P01": "lost",
  "57P05": "lost",
  "25P03": "lost",
  ENOTFOUND: "host",
  EAI_AGAIN: "host",
  ECONNREFUSED: "refused",
  // A Unix socket that does not exist.
  ENOENT: "refused",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "timeout",
  ENETUNREACH: "timeout",
  ECONNRESET: "lost",
  EPIPE: "lost",
  CERT_HAS_EXPIRED: "tls_unverified",
  CERT_NOT_YET_VALID: "tls_unverified",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls_unverified",
  SELF_SIGNED_CERT_IN_CHAIN: "tls_unverified",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls_unverified",
  UNABLE_TO_GET_ISSUER_CERT: "tls_unverified",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls_unverified",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls_unverified",
};

/** By the messages of node-postgres, of PgBouncer (which has one code for everything it refuses), and of Postgres where the code says less. */
const BY_WORDS: readonly [RegExp, PostgresFailure][] = [
  [/no pg_hba\.conf entry|pg_hba\.conf rejects/, "login"],
  [/^role ".*" (does not exist|is not permitted to log in)|no such user/s, "role"],
  [/no such database/, "database"],
  [/unsupported startup parameter/, "pooler_options"],
  [/no more connections allowed|too many (clients|connections)|remaining connection slots/, "too_many"],
  [/does not support SSL connections|SSL required|TLS required/, "tls_refused"],
  [/before secure TLS connection was established|error establishing an SSL connection/, "tls"],
  [/password must be a (non-empty )?string|password authentication failed|SASL authentication failed/, "password"],
  [/timeout expired|connection timeout|timeout exceeded|was silent for|query_wait_timeout/, "timeout"],
  [
    /^Connection terminated|is not queryable$|server conn crashed|server closed the connection|pgbouncer cannot connect/,
    "lost",
  ],
];

/** `null` for any other kind of error. */
export function postgresFailure(error: unknown): PostgresFailure | null {
  if (!(error instanceof Error)) return null;
  const words = BY_WORDS.find(([pattern]) => pattern.test(error.message))?.[1];
  if (words !== undefined) return words;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (/^ERR_(SSL|TLS)_/.test(code) && !(code in BY_CODE)) return "tls";
  if (code in BY_CODE) return BY_CODE[code] ?? null;
  // Node tries each address of a host and reports all outcomes together.
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first === undefined ? null : postgresFailure(first);
}
