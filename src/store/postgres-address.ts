// What a DATABASE_URL says: where the database is, which schema belongs to the bot, and whether to encrypt the connection. Read as
// libpq does, plus node-postgres' `no-verify`.

import { readFileSync } from "node:fs";
import type { ClientConfig } from "pg";

export const SSL_MODES = ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** In the form that `pg` accepts; false for no encryption. */
export type Encryption = NonNullable<ClientConfig["ssl"]>;

export interface PostgresAddress {
  /** For `pg`, without what is read here. It contains the password. */
  connectionString: string;
  /** Host, port and database, for people. */
  where: string;
  /** The search path in the URL; `null` for the role's or the database's. */
  searchPath: string | null;
  sslMode: SslMode;
}

/** Parameters that `pg` must not read again, because some of them mean something else to it. */
const READ_HERE = ["sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "uselibpqcompat"];

/** `url` has been checked by the configuration. */
export function addressOf(url: string): PostgresAddress {
  const parsed = new URL(url);
  const { hostname, port, pathname, searchParams } = parsed;
  const host = searchParams.get("host") ?? hostname;
  // A server takes no encrypted connections through a Unix socket, and psql does not ask for one.
  const sslMode = /^(?:\/|%2f)/i.test(host) ? "disable" : sslModeOf(searchParams);
  const { searchPath, others } = optionsOf(searchParams.get("options") ?? "");
  for (const name of READ_HERE) searchParams.delete(name);
  // A pooler refuses what it does not know, so nothing is sent unnecessarily.
  if (others === "") searchParams.delete("options");
  else searchParams.set("options", others);
  const server = [host, searchParams.get("port") ?? port].filter((part) => part !== "");
  return { connectionString: parsed.toString(), where: `${server.join(":")}${pathname}`, searchPath, sslMode };
}

/** Of a URL's query. */
export function sslModeOf(params: URLSearchParams): SslMode {
  const mode = params.get("sslmode") ?? params.get("ssl");
  switch (mode) {
    case null:
      return params.has("sslrootcert") ? "verify-full" : "prefer";
    case "true":
    case "1":
      return "require";
    case "false":
    case "0":
      return "disable";
  }
  return SSL_MODES.find((known) => known === mode) ?? "verify-full";
}

const SEARCH_PATH = /(?:^|\s)(?:-c\s*|--)search_path=((?:\\.|[^\s\\])*)/;

/** Removes `-c search_path=…`: the bot names its schema in each statement, so that no connection has to remember it. */
function optionsOf(options: string): { searchPath: string | null; others: string } {
  const found = SEARCH_PATH.exec(options);
  if (found === null) return { searchPath: null, others: options.trim() };
  const [all, value = ""] = found;
  return { searchPath: value.replace(/\\(.)/g, "$1"), others: options.replace(all, "").trim() };
}

/**
 * The ways to connect, in the order in which they are tried. Only `allow` and `prefer` have two, and an explicit choice is never
 * weakened. The default, `prefer`, is what managed platforms expect: encrypted if the server can, without checking its certificate,
 * which they sign themselves.
 * @throws the operating system's error for a file that cannot be read
 */
export function encryptionsOf(url: string, mode: SslMode): Encryption[] {
  const { searchParams } = new URL(url);
  const file = (name: string) => {
    const path = searchParams.get(name);
    return path === null || path === "system" ? undefined : readFileSync(path, "utf8");
  };
  const own = { cert: file("sslcert"), key: file("sslkey") };
  const ca = file("sslrootcert");
  const unverified = { ...own, rejectUnauthorized: false };
  const issued = { ...own, ca, checkServerIdentity: () => undefined };
  switch (mode) {
    case "disable":
      return [false];
    case "allow":
      return [false, unverified];
    case "prefer":
      return [unverified, false];
    case "require":
      // As in libpq, a given certificate authority is used.
      return [ca === undefined ? unverified : issued];
    case "no-verify":
      return [unverified];
    case "verify-ca":
      return [issued];
    case "verify-full":
      return [{ ...own, ca }];
  }
}
