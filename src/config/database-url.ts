// The address of the shared store, in the forms that platforms and people write.

import { SSL_MODES, sslModeOf } from "../store/postgres-address.js";
import { variable } from "./schema.js";

const EXAMPLE = "postgres://user:password@db.example.com/hexbot";

export const databaseUrl = variable((given, fail) => {
  if (given === undefined) return undefined;
  const value = withHost(given);
  const isPostgres = /^postgres(ql)?:\/\//i.test(value);
  if (isPostgres && isCutShort(value)) {
    return fail(
      "has a character in its user or password that must be percent-encoded: write # as %23, / as %2F, ? as %3F, and a space as %20",
    );
  }
  if (!isPostgres || /\s/.test(value) || !URL.canParse(value)) {
    return fail(
      `is not the URL of a Postgres; set it to one such as ${EXAMPLE}, or remove it to use the embedded store`,
    );
  }
  const { username, password } = new URL(value);
  if (!isText(username) || !isText(password)) {
    return fail("has a % in its user or password that encodes nothing; write each % there as %25");
  }
  const { searchParams } = new URL(value);
  const mode = searchParams.get("sslmode");
  if (mode !== null && !SSL_MODES.some((known) => known === mode)) {
    return fail(`has an unknown sslmode, in the URL or in PGSSLMODE; set it to one of ${SSL_MODES.join(", ")}`);
  }
  if (searchParams.get("sslrootcert") === "system" && sslModeOf(searchParams) !== "verify-full") {
    return fail("has sslrootcert=system with an sslmode that does not check the host; set sslmode to verify-full");
  }
  if (mode === "verify-ca" && !searchParams.has("sslrootcert")) {
    return fail(
      "has sslmode=verify-ca without a certificate authority; add &sslrootcert=<file>, or set sslmode to verify-full",
    );
  }
  return value;
});

/**
 * With a host before the path, without which a URL can have no user. The host that counts is in the query: the folder of a Unix socket,
 * as on Google Cloud Run.
 */
function withHost(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#]*@)(\/[^?#]*\?(?:[^#]*&)?host=)/i, "$1localhost$2");
}

/**
 * Whether a parser would end the URL's user or password too early and take the rest for a host, a path or a query. An extra @ does
 * no harm, because the last one counts.
 */
function isCutShort(url: string): boolean {
  const rest = url.slice(url.indexOf("://") + 3);
  if (rest.includes("#") || /\s/.test(rest.slice(0, rest.lastIndexOf("@") + 1))) return true;
  const [before = "", ...after] = rest.split("?");
  const query = after.join("?");
  const isQuery = /^[^=&@/]+=[^&]*(?:&[^=&@/]+=[^&]*)*$/.test(query);
  if (query.includes("@") && !(isQuery && before.includes("/"))) return true;
  const [, ...path] = before.split("/");
  return path.join("/").includes("@");
}

/** Whether the percent-encoded bytes are valid text. A % before anything else stands for itself. */
function isText(encoded: string): boolean {
  try {
    decodeURIComponent(encoded.replace(/%(?![0-9a-f]{2})/gi, "%25"));
    return true;
  } catch {
    return false;
  }
}

/** node-postgres has always honoured `PGSSLMODE`, which some platforms set. It applies when the URL does not set sslmode. */
export function withSslMode(url: string | undefined, mode: string | undefined): string | undefined {
  if (url === undefined || mode === undefined || /[?&]ssl(?:mode)?=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}sslmode=${mode}`;
}
