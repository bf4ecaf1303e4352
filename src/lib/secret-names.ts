// Names that people and programs give to secrets. Pure.

import { DASH, withoutInvisible } from "./spelling.js";

/** Keys whose values never belong in a log. In a finished line, spelling with _, - or capitals makes no difference. */
export const SECRET_KEYS = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-slack-signature",
  "token",
  "access_token",
  "accessToken",
  "refresh_token",
  "bot_token",
  "botToken",
  "app_token",
  "appToken",
  "signing_secret",
  "signingSecret",
  "client_secret",
  "clientSecret",
  "secret",
  "password",
  "ticket",
  "response_url",
  "responseUrl",
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "HEX_API_TOKEN",
];
const normalKey = (key: string) => key.toLowerCase().replace(/[-_]/g, "");
const NORMAL_KEYS: ReadonlySet<string> = new Set(SECRET_KEYS.map(normalKey));

/** Whether it is one of `SECRET_KEYS`, in whichever spelling. */
export function isSecretKey(key: string): boolean {
  return NORMAL_KEYS.has(normalKey(key));
}

/** Parts of the names that people give to secrets, without `_`, `-` and capitals. */
const SECRET_WORDS = [
  "password",
  "passwd",
  "passphrase",
  "pwd",
  "secret",
  "token",
  "apikey",
  "accesskey",
  "privatekey",
  "signingkey",
  "credential",
  "bearer",
];

/** Whether a name, such as an input's, suggests a value that nobody may see. */
function looksSecret(name: string): boolean {
  const key = normalKey(name.normalize("NFKC")).replace(/[^\p{L}\p{N}]/gu, "");
  return NORMAL_KEYS.has(key) || SECRET_WORDS.some((word) => key.includes(word));
}

/** Quotes and formatting may follow a name. Takes time proportional to the length of the text: it begins only where a name does. */
const NAME_BEFORE_VALUE = /(?<![\p{L}\p{N}_-])([\p{L}\p{N}_-]+)[^\p{L}\p{N}\s=:]{0,8}\s*[=:]/gu;
/** A name in quotes, which may be several words. */
const QUOTED_NAME = /(["'])([^"'\n]{1,100})\1\s*[=:]/g;
/** A flag, whose value may follow after a space. */
const FLAG = new RegExp(`(?<!\\S)[${DASH}]+([\\p{L}\\p{N}_-]+)`, "gu");
const NAMES = [NAME_BEFORE_VALUE, QUOTED_NAME, FLAG];

/** Credentials in an address. Each takes time proportional to the length of the text. */
const IN_ADDRESS = [
  // https://token@host and https://user:password@host, where a password may have characters in it that belong elsewhere.
  /\/\/[^\s/?#]*@|\/\/[^\s/?#@:]*:[^\s@]{1,200}@/,
  /[?&;#](?:[\w.-]+[-_])?(?:key|sig|signature|auth|code|jwt|pass|pw|pin|otp|sid|session)=/i,
  /\/\/hooks\.slack(?:-gov)?\.com\//i,
];

/** As it is, and without what JSON and addresses put in place of characters. */
function spellings(text: string): string[] {
  const unescaped = text
    .replace(/\\+(?:u([0-9a-f]{4}))?/gi, (_, hex?: string) => characterOf(hex))
    .replace(/%(?:25)*([0-9a-f]{2})/gi, (_, hex?: string) => characterOf(hex));
  return [text, unescaped].map((one) => withoutInvisible(one).normalize("NFKC"));
}

function characterOf(hex: string | undefined): string {
  return hex === undefined ? "" : String.fromCharCode(Number.parseInt(hex, 16));
}

/**
 * Whether a text gives something a value that nobody may see, as in `name=value`, `"name": value` or `--name value`, or has a
 * credential in an address. When in doubt, it does.
 */
export function givesSecret(text: string): boolean {
  return spellings(text).some(
    (spelling) =>
      IN_ADDRESS.some((credential) => credential.test(spelling)) ||
      NAMES.some((names) => [...spelling.matchAll(names)].some((found) => looksSecret(found.at(-1) ?? ""))),
  );
}

/** Whether nobody may see the value of an input: its name looks secret, or the value, which comes from JSON, has a secret in it. */
export function holdsSecret(name: string, value: unknown): boolean {
  return looksSecret(name) || hasSecret(value);
}

function hasSecret(value: unknown): boolean {
  if (typeof value === "string") return givesSecret(value);
  if (Array.isArray(value)) return value.some(hasSecret);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, one]) => holdsSecret(name, one));
}
