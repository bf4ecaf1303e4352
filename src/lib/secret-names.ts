// Names that people and programs give to secrets. Pure.

import { DASH } from "./spelling.js";

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
  const key = normalKey(name.normalize("NFKC"));
  return NORMAL_KEYS.has(key) || SECRET_WORDS.some((word) => key.includes(word));
}

/** Quotes and formatting may stand behind a name. Takes time proportional to the length of the text: it begins only where a name does. */
const NAME_BEFORE_VALUE = /(?<![\p{L}\p{N}_-])([\p{L}\p{N}_-]+)[^\p{L}\p{N}\s=:]{0,8}\s*[=:]/gu;
/** A flag, whose value may follow after a space. */
const FLAG = new RegExp(`(?<!\\S)[${DASH}]+([\\p{L}\\p{N}_-]+)`, "gu");

/** Whether a text gives something a value, as in `name=value`, `"name": value` or `--name value`, that nobody may see. */
export function givesSecret(text: string): boolean {
  const plain = text.normalize("NFKC");
  return [NAME_BEFORE_VALUE, FLAG].some((names) =>
    [...plain.matchAll(names)].some(([, name = ""]) => looksSecret(name)),
  );
}

/** Whether nobody may see the value of an input: its name looks secret, or a name within the value, which comes from JSON. */
export function holdsSecret(name: string, value: unknown): boolean {
  return looksSecret(name) || hasSecretName(value);
}

function hasSecretName(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecretName);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, one]) => holdsSecret(name, one));
}
