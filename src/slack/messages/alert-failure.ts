// Why an alert could not be posted, as a sentence for the log that ends in what to do.

import type { SlackFailure } from "../failures.js";

/** `bot`: the bot's name in Slack. */
export function alertFailure(failure: SlackFailure, bot: string): string {
  switch (failure.kind) {
    case "rate_limited":
      return `Slack asks to wait ${Math.ceil(failure.retryAfterMs / 1_000)} s: the alert is sent again then`;
    case "transient":
      return `Slack could not be asked (${failure.word}): the alert is sent again by itself; look at https://slack-status.com`;
    case "credentials":
      return `Slack refuses the bot's token (${failure.word}): reinstall the app at api.slack.com/apps > your app > Install App, set SLACK_BOT_TOKEN and restart`;
    case "gone":
      return `The alert is not there any more (${failure.word}): it is posted anew once`;
    case "place":
      return failure.word === "is_archived"
        ? "The channel of HEX_ALERT_CHANNEL is archived: unarchive it, or set HEX_ALERT_CHANNEL to another one and restart"
        : `The bot may not write in the channel of HEX_ALERT_CHANNEL (${failure.word}): write /invite @${bot} there, or set HEX_ALERT_CHANNEL to another one and restart`;
    case "other":
      return `Slack did not take the alert (${failure.word}): compare the app with manifest.yml and reinstall it`;
  }
}
