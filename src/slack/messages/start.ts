// Why the bot could not start, in one sentence that ends in what to do.

import { StoreError } from "../../store/database.js";
import { SocketModeError, slackFailure } from "../failures.js";

const SLACK: Record<string, string> = {
  invalid_auth:
    "Slack does not accept SLACK_BOT_TOKEN: copy it again from api.slack.com/apps > your app > OAuth & Permissions (xoxb-…)",
  not_authed:
    "Slack does not accept SLACK_BOT_TOKEN: copy it again from api.slack.com/apps > your app > OAuth & Permissions (xoxb-…)",
  token_revoked:
    "SLACK_BOT_TOKEN was revoked: reinstall the app at api.slack.com/apps > your app > Install App and copy the new token",
  token_expired:
    "SLACK_BOT_TOKEN has expired: reinstall the app at api.slack.com/apps > your app > Install App and copy the new token",
  account_inactive:
    "The app was removed from the workspace: install it again at api.slack.com/apps > your app > Install App and copy the new token",
};

/** A sentence for a failure that people can do something about; null for any other. `port`: the one that was wanted. */
export function startFailure(error: unknown, port: number): string | null {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return `Port ${port} is taken: stop what uses it, or set PORT to another one`;
  if (code === "EACCES") return `Port ${port} may not be used: set PORT to one above 1023`;
  if (error instanceof StoreError) return storeFailure(error);
  const socket = error instanceof SocketModeError;
  const failure = failureOf(socket ? error.cause : error);
  if (failure === null) return null;
  if (socket && failure.kind !== "transient" && failure.kind !== "rate_limited") {
    return `Slack refuses SLACK_APP_TOKEN (${failure.word}): make an app-level token with the scope connections:write at api.slack.com/apps > your app > Basic Information > App-Level Tokens, and switch on Socket Mode`;
  }
  const known = SLACK[failure.word];
  if (known !== undefined) return known;
  if (failure.kind === "transient" || failure.kind === "rate_limited") {
    return `Slack cannot be reached (${failure.word}): check that this machine may reach SLACK_API_URL over HTTPS, then start again`;
  }
  return `Slack refused the start (${failure.word}): compare the app with manifest.yml, reinstall it, and start again`;
}

function storeFailure({ kind, where, message }: StoreError): string {
  switch (kind) {
    case "held":
      return `Another process works on ${where}: stop it, or give this one a HEX_BOT_DATA_DIR of its own; several at a time need DATABASE_URL`;
    case "newer":
      return `The store ${where} was written by a newer version of the bot: start that version, or use an empty store`;
    case "unusable":
      return `The store ${where} cannot be used (${message}): check HEX_BOT_DATA_DIR, a folder that the bot may write to, or DATABASE_URL`;
  }
}

function failureOf(error: unknown) {
  try {
    return slackFailure(error);
  } catch {
    return null;
  }
}
