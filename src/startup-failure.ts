// Why the bot could not start, in one sentence that ends with what to do.

import { UnusablePolicyError } from "./access/load-policy.js";
import { missingPolicySentence, unusablePolicyLines } from "./remedies/policy.js";
import { type StoreKind, storeFailure, storeSentence } from "./remedies/store.js";
import { slackFailureOf } from "./slack/connection/failures.js";
import { OtherAppError, SocketModeError, SocketModeOffError } from "./slack/connection/socket-mode-errors.js";
import { APP_TOKEN_REMEDY, SOCKET_MODE_OFF_REMEDY, slackRemedy } from "./slack/messages/slack-remedies.js";
import { StoreError } from "./store/database.js";
import { StoreFailure } from "./store/failure.js";
import { MissingPolicyError } from "./store/policy-memory.js";

/** The settings that can make a start fail: the port, and the kind of store. */
export interface StartedWith {
  port: number;
  store: { kind: StoreKind };
}

/** A sentence for a failure that people can do something about, at the start or later; `null` for any other failure. */
export function startFailure(error: unknown, { port, store }: StartedWith): string | null {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return `Port ${port} is taken: stop whatever is using it, or set PORT to another one`;
  if (code === "EACCES") return `The bot may not use port ${port}: set PORT to one above 1023`;
  if (error instanceof StoreError) return storeFailure(error);
  if (error instanceof UnusablePolicyError) return unusablePolicyLines(error.path, error.trouble);
  if (error instanceof MissingPolicyError) return missingPolicySentence(error.since);
  if (error instanceof StoreFailure) return `${storeSentence(error.kind, store.kind)}; then start again`;
  if (error instanceof SocketModeOffError) return `${SOCKET_MODE_OFF_REMEDY.what}: ${SOCKET_MODE_OFF_REMEDY.todo}`;
  if (error instanceof SocketModeError && error.cause instanceof OtherAppError) {
    return "SLACK_APP_TOKEN belongs to another app: copy the one of the app whose SLACK_BOT_TOKEN the bot has";
  }
  const socket = error instanceof SocketModeError;
  const failure = slackFailureOf(socket ? error.cause : error);
  if (failure === null) return null;
  const passing = failure.kind === "transient" || failure.kind === "rate_limited";
  if (socket && !passing) return `${APP_TOKEN_REMEDY.what} (${failure.word}): ${APP_TOKEN_REMEDY.todo}`;
  if (passing) {
    return `Slack cannot be reached (${failure.word}): check that this machine can reach SLACK_API_URL over HTTPS, then start again`;
  }
  if (failure.kind === "credentials" || failure.kind === "place") {
    const { what, todo } = slackRemedy(failure.word);
    return `${what}: ${todo}`;
  }
  return `Slack refused the start (${failure.word}): compare the app with manifest.yml, reinstall it, and start again`;
}
