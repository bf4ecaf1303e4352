/** What the bot calls itself to Hex. */
export const USER_AGENT = "hex-bot/0.2 (self-hosted Slack bot)";
