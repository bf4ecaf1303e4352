// Removes secrets from finished lines.

import { isSecretKey, SECRET_KEYS } from "../lib/secret-names.js";

const CENSOR = "[secret]";

/** Keeps empty values readable, which helps to find a missing credential. */
const censor = (value: unknown): unknown =>
  value === null || value === "" || typeof value === "boolean" ? value : CENSOR;

/** Anything that looks like a credential, no matter whose, even inside JSON, form data and percent-encoding. */
const PATTERNS: readonly [RegExp, string][] = [
  [/\bxox[a-z](?:\.xox[a-z])?-[\w-]+/gi, CENSOR],
  [/\bxapp-[\w-]+/gi, CENSOR],
  [/\bhxt[a-z]_[\w-]+/gi, CENSOR],
  [/\bBearer(?:\s|\+|%20)+[^\s"'\\,;]+/gi, `Bearer ${CENSOR}`],
  // Slack escapes slashes in its JSON.
  [/(https:(?:\\*\/){2}hooks\.slack(?:-gov)?\.com)(?:\\*\/[^\s"'\\<>|]*)+/gi, `$1/${CENSOR}`],
  [/(https%3A%2F%2Fhooks\.slack(?:-gov)?\.com)%2F[^\s"'&\\]+/gi, `$1%2F${CENSOR}`],
  [/(?:\b|(?<=%3F|%26))(ticket(?:=|%3D))[^\s"'&\\]+/gi, `$1${CENSOR}`],
];

/** `"response_url":"…"` and the like in a text: JSON in JSON, or the output of `inspect`, cut off or not. */
const QUOTED_PAIR = new RegExp(
  `\\b(${SECRET_KEYS.join("|")})(\\\\*["']?\\s*[:=]>?\\s*)(\\\\*["'])(?:.*?)(?:(?<!\\\\)\\3|$)`,
  "gis",
);
/** `token=…` in form data. */
const FORM_PAIR = new RegExp(`\\b(${SECRET_KEYS.join("|")})=(?!["'\\\\])[^\\s&"']+`, "gi");

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const jsonEscaped = (text: string) => JSON.stringify(text).slice(1, -1);

/**
 * Returns a function that removes all secrets from a text: first the configured ones in all their spellings, then anything that looks
 * like one.
 * @param secrets those that are added to the set later count from then on
 */
export function textScrubber(secrets: ReadonlySet<string>): (text: string) => string {
  let size = 0;
  let configured: RegExp | null = null;
  return (text) => {
    if (secrets.size !== size) {
      size = secrets.size;
      configured = anyOf(secrets);
    }
    let clean = configured ? text.replace(configured, CENSOR) : text;
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return clean.replace(QUOTED_PAIR, `$1$2$3${CENSOR}$3`).replace(FORM_PAIR, `$1=${CENSOR}`);
  };
}

/** Matches each of the secrets in all its spellings; `null` when there are none. */
function anyOf(secrets: ReadonlySet<string>): RegExp | null {
  const spellings = [...secrets]
    .filter((secret) => secret !== "")
    .flatMap((secret) => [
      secret,
      jsonEscaped(secret),
      jsonEscaped(jsonEscaped(secret)),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ])
    .sort((a, b) => b.length - a.length);
  return spellings.length > 0 ? new RegExp([...new Set(spellings)].map(escapeRegExp).join("|"), "g") : null;
}

/** Returns a function that removes all secrets from a finished JSON line, which remains a JSON line. */
export function lineScrubber(scrubText: (text: string) => string): (line: string) => string {
  const scrub = (value: unknown): unknown => {
    if (typeof value === "string") return scrubText(value);
    if (Array.isArray(value)) return value.map(scrub);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [scrubText(key), isSecretKey(key) ? censor(inner) : scrub(inner)]),
    );
  };
  return (line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return `${JSON.stringify(scrub(parsed))}\n`;
    } catch {
      // Nested too deep to walk through. A line that no parser can read is better than a leaked secret.
      return `${scrubText(line.trimEnd())}\n`;
    }
  };
}
