// What the bot says when Slack sends its requests to a path that does not accept them.

import { type Message, message, section } from "./blocks.js";
import { code } from "./mrkdwn.js";

const PLACES = "Slash Commands, Interactivity & Shortcuts and Event Subscriptions";

/** One sentence. `came` is the path that Slack requests, `path` the right one. */
export function misdirectedSentence(came: string, path: string): string {
  return `Slack sends its requests to ${came}, where the bot does not accept them: set the Request URLs at api.slack.com/apps > your app > ${PLACES} to https://<your host>${path}`;
}

/** The same for the person who typed a command. */
export function misdirectedMessage(came: string, path: string): Message & { response_type: "ephemeral" } {
  const said = message(`This app's Request URL is wrong: it must end in ${path}.`, [
    section(
      `:warning: *This app's Request URL is wrong.* Slack sends the command to ${code(came, 100)}, but the bot accepts it at ${code(path, 100)}.\nSomebody who manages the app can correct it at api.slack.com/apps under Slash Commands, and under Interactivity & Shortcuts.`,
    ),
  ]);
  return { ...said, response_type: "ephemeral" };
}
