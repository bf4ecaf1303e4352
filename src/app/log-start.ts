// What the log says about the start, and about the machine's clock.

import type { Policy } from "../access/policy.js";
import type { Config } from "../config/config.js";
import type { Logger } from "../log/logger.js";
import type { SlackIdentity } from "../slack/connection/identity.js";
import type { SlackState } from "../slack/connection/refusals.js";
import { declinedScopesSentence, missingScopesSentence, slackRemedy } from "../slack/messages/slack-remedies.js";
import { logRules } from "./log-policy.js";

/** Logs the scopes that the app was installed without, and what that means for the rules. `policy`: `null` when there are none. */
export function logScopes(log: Logger, { missingScopes, declinedScopes }: SlackState, policy: Policy | null): void {
  const missing = missingScopesSentence(missingScopes);
  if (missing !== null) log.warn("%s", missing);
  const declined = declinedScopesSentence(declinedScopes);
  if (declined !== null) log.info("%s", declined);
  logRules(log, policy, declinedScopes);
}

/** Logs that Slack does not accept the bot token any more, or does again. `word`: Slack's error code; `null` when it does. */
export function logBotToken(log: Logger, word: string | null): void {
  if (word === null) {
    log.info("Slack accepts SLACK_BOT_TOKEN again");
    return;
  }
  const { what, todo } = slackRemedy(word);
  log.warn({ word, todo }, "%s: no form opens, no mention is answered, and no card is posted or updated", what);
}

/** Logs that the bot has started. */
export function logReady(log: Logger, { config, identity, port }: Started): void {
  const { alertChannel: channel, slack, hex } = config;
  if (channel !== null) {
    const words =
      "Alerts go to %s. The first one shows whether that works. If the channel is private, type /invite @%s there";
    log.info({ channel }, words, channel, identity.name);
  }
  log.info({ port, mode: slack.mode.kind, hex: hex.origin, team: identity.teamId }, "ready");
}

interface Started {
  config: Config;
  identity: SlackIdentity;
  port: number;
}

/** `ms`: how far the clock jumped forward, compared with the time that passed. Negative if it jumped back. */
export function logClockStep(log: Logger, ms: number): void {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  log.warn(
    { ms },
    "The clock jumped %s by %d s: it was set, or the machine slept",
    ms < 0 ? "back" : "forward",
    seconds,
  );
}
