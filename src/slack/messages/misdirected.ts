// What is said when Slack sends its requests to a path where nobody takes them.

import { type Message, message, section } from "./blocks.js";
import { code } from "./mrkdwn.js";

const PLACES = "Slash Commands, Interactivity & Shortcuts and Event Subscriptions";

/** One sentence. `came`: the path that Slack asks for; `path`: the right one. */
export function misdirectedSentence(came: string, path: string): string {
  return `Slack sends its requests to ${came}, where the bot takes none: set the Request URLs at api.slack.com/apps > your app > ${PLACES} to https://<your host>${path}`;
}

/** The same for whoever typed a command. */
export function misdirectedMessage(came: string, path: string): Message & { response_type: "ephemeral" } {
  const said = message(`This app's Request URL is wrong: it must end in ${path}.`, [
    section(
      `:warning: *This app's Request URL is wrong.* Slack sends the command to ${code(came, 100)}, and the bot takes it at ${code(path, 100)}.\nSomebody who manages the app can correct it at api.slack.com/apps under Slash Commands, and under Interactivity & Shortcuts.`,
    ),
  ]);
  return { ...said, response_type: "ephemeral" };
}
