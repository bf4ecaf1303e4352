// Tokens and secrets: where to find each one, and what is wrong with one as far as its form shows.

import { z } from "zod";
import { variable } from "./schema.js";

/** Where to find each credential. */
export const SOURCES = {
  SLACK_BOT_TOKEN: "Slack: api.slack.com/apps > your app > OAuth & Permissions > Bot User OAuth Token (xoxb-…)",
  SLACK_APP_TOKEN:
    "Slack: api.slack.com/apps > your app > Basic Information > App-Level Tokens, scope connections:write (xapp-…)",
  SLACK_SIGNING_SECRET: "Slack: api.slack.com/apps > your app > Basic Information > App Credentials > Signing Secret",
  HEX_API_TOKEN: "Hex: Settings > API tokens, with the scopes Read projects and Run projects",
  PAGERDUTY_ROUTING_KEY: "PagerDuty: your service > Integrations > Events API v2 > Integration Key",
} as const;
type CredentialName = keyof typeof SOURCES;

/** How a credential must begin. Hex has new kinds of tokens now and then. */
const PREFIXES: Partial<Record<CredentialName, string>> = { SLACK_BOT_TOKEN: "xoxb-", SLACK_APP_TOKEN: "xapp-" };

/** Credentials that can be recognized by their form, and the variable that each belongs in, if any. */
const LOOKS: readonly { pattern: RegExp; what: string; home?: CredentialName; todo?: string }[] = [
  {
    pattern: /^xoxe[.-]/i,
    what: "a Slack token from token rotation, which expires after 12 hours and which the bot does not renew",
    todo: "switch token rotation off at api.slack.com/apps > your app > OAuth & Permissions and reinstall the app; if Slack does not let you, create the app again from manifest.yml, where it is off",
  },
  { pattern: /^xoxb-/i, what: "a Slack bot token", home: "SLACK_BOT_TOKEN" },
  { pattern: /^xapp-/i, what: "a Slack app-level token", home: "SLACK_APP_TOKEN" },
  { pattern: /^xoxp-/i, what: "a Slack user token, which the bot does not use" },
  { pattern: /^xox[a-z][-.]/i, what: "a Slack token of a kind that the bot does not use" },
  { pattern: /^hxt[a-z]_/i, what: "a Hex token", home: "HEX_API_TOKEN" },
];

/** What is wrong with a credential, as far as its form shows; `undefined` when nothing is. */
function credentialFault(name: CredentialName, value: string): string | undefined {
  if (/^bearer\b/i.test(value)) return 'begins with "Bearer"; set it to the token alone';
  const look = LOOKS.find(({ pattern }) => pattern.test(value));
  if (look && look.home !== name) {
    const home = look.home === undefined ? "" : `, which belongs in ${look.home}`;
    const todo = look.todo === undefined ? "" : `${look.todo}; `;
    return `contains ${look.what}${home}; ${todo}copy this one from ${SOURCES[name]}`;
  }
  if (look?.pattern.exec(value)?.[0] === value)
    return `is cut off after ${value}; copy all of it from ${SOURCES[name]}`;
  if (/\s/.test(value)) return `contains white space; copy it again, in one piece, from ${SOURCES[name]}`;
  if (!/^[\x21-\x7e]+$/.test(value)) {
    return `contains a character that never occurs in one; copy it again from ${SOURCES[name]}`;
  }
  return undefined;
}

export function credential(name: CredentialName) {
  const prefix = PREFIXES[name] ?? "";
  return variable((value, fail) => {
    if (value === undefined) return undefined;
    const fault = credentialFault(name, value);
    if (fault) return fail(fault);
    if (!value.startsWith(prefix)) return fail(`does not begin with ${prefix}; copy it from ${SOURCES[name]}`);
    return value;
  });
}

export function requiredCredential(name: CredentialName) {
  return credential(name).transform((value, context) => {
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: `is not set; copy it from ${SOURCES[name]}` });
    return z.NEVER;
  });
}
