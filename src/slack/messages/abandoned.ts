// What replaces a message that the bot could not keep up to date, because it was no longer in the conversation.

import { type Message, message, section } from "./blocks.js";

export function abandonedMessage(): Message {
  const text = "No longer kept up to date";
  return message(text, [
    section(
      `:white_circle: *${text}*\nThe bot could not write in this conversation for a while. \`/hex watching\` shows what is watched here now.`,
    ),
  ]);
}
