// Emoji as Slack writes them in the text of a command: `:rocket:`.

const CODE = /:[\p{L}\p{N}_+'-]{1,60}:/gu;

/** The text without emoji and without the spaces around them. */
export function withoutEmojiCodes(text: string): string {
  return text.replace(CODE, " ").replace(/\s+/g, " ").trim();
}
