// Tokens and secrets: where each comes from, and what is wrong with one as far as its looks tell.

import { z } from "zod";
import { variable } from "./schema.js";

/** Where each credential comes from. */
export const SOURCES = {
  SLACK_BOT_TOKEN: "Slack: api.slack.com/apps > your app > OAuth & Permissions > Bot User OAuth Token (xoxb-…)",
  SLACK_APP_TOKEN:
    "Slack: api.slack.com/apps > your app > Basic Information > App-Level Tokens, scope connections:write (xapp-…)",
  SLACK_SIGNING_SECRET: "Slack: api.slack.com/apps > your app > Basic Information > App Credentials > Signing Secret",
  HEX_API_TOKEN: "Hex: Settings > API tokens, with the scopes Read projects and Run projects",
} as const;
type CredentialName = keyof typeof SOURCES;

/** Credentials that can be told by their looks, and the variable in which each belongs, if any. */
const LOOKS: readonly { pattern: RegExp; what: string; home?: CredentialName; todo?: string }[] = [
  {
    pattern: /^xoxe[.-]/i,
    what: "a Slack token of token rotation, which ends after 12 hours and which the bot does not renew",
    todo: "switch token rotation off at api.slack.com/apps > your app > OAuth & Permissions and reinstall the app; where Slack does not let you, make the app anew from manifest.yml, where it is off",
  },
  { pattern: /^xoxb-/i, what: "a Slack bot token", home: "SLACK_BOT_TOKEN" },
  { pattern: /^xapp-/i, what: "a Slack app-level token", home: "SLACK_APP_TOKEN" },
  { pattern: /^xoxp-/i, what: "a Slack user token, which the bot does not use" },
  { pattern: /^xox[a-z][-.]/i, what: "a Slack token of a kind that the bot does not use" },
  { pattern: /^hxt[a-z]_/i, what: "a Hex token", home: "HEX_API_TOKEN" },
];

/** What is wrong with a credential, as far as its looks tell; undefined when nothing is. */
function credentialFault(name: CredentialName, value: string): string | undefined {
  if (/^bearer\b/i.test(value)) return 'begins with "Bearer"; set it to the token alone';
  const look = LOOKS.find(({ pattern }) => pattern.test(value));
  if (look && look.home !== name) {
    const home = look.home === undefined ? "" : `, which belongs in ${look.home}`;
    const todo = look.todo === undefined ? "" : `${look.todo}; `;
    return `holds ${look.what}${home}; ${todo}take this one from ${SOURCES[name]}`;
  }
  if (/\s/.test(value)) return `contains white space; copy it again, in one piece, from ${SOURCES[name]}`;
  if (!/^[\x21-\x7e]+$/.test(value)) {
    return `contains a character that none of them has; copy it again from ${SOURCES[name]}`;
  }
  return undefined;
}

/** A credential; with `prefix`, one that must begin so and go on. */
export function credential(name: CredentialName, prefix = "") {
  return variable((value, fail) => {
    if (value === undefined) return undefined;
    const fault = credentialFault(name, value);
    if (fault) return fail(fault);
    if (!value.startsWith(prefix)) return fail(`does not begin with ${prefix}; take it from ${SOURCES[name]}`);
    if (value === prefix) return fail(`is cut off after ${prefix}; copy all of it from ${SOURCES[name]}`);
    return value;
  });
}

export function requiredCredential(name: CredentialName, prefix = "") {
  return credential(name, prefix).transform((value, context) => {
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: `is not set; take it from ${SOURCES[name]}` });
    return z.NEVER;
  });
}
