// The warning that the bot's token will expire, and the news that it was renewed.

import { daysLeft, type Notice } from "../../outages/expiry.js";
import { SET_TOKEN } from "../../remedies/hex.js";
import { context, type Message, message, section } from "./blocks.js";
import { count, date, plainDate, sentence } from "./mrkdwn.js";
import { DOUBLED } from "./repeat.js";

/** With this many days left, it is urgent. */
export const ALARM_DAYS = 3;

/** How much longer a token is valid, for text that is read at once. `now`: epoch ms. */
export function expiresIn(expiresAt: number, now: number): string {
  if (expiresAt <= now) return "expired";
  const days = daysLeft(expiresAt, now);
  return days < 1 ? "in less than a day" : `in ${count(days, "day")}`;
}

/**
 * Names the moment only, not the time left: the message stays in the channel for days and must remain true.
 * @param isDoubled whether another message about the same may have been posted before
 */
export function expiryMessage({ expiresAt, days, renewedAt }: Notice, isDoubled: boolean): Message {
  const doubled = isDoubled ? context(DOUBLED) : null;
  if (renewedAt !== null) {
    return message("The bot's Hex token was renewed.", [
      section(
        `:white_check_mark: *The bot's Hex token was renewed*, seen ${date(renewedAt)}.\nThe previous one expires ${date(expiresAt)} and is no longer used. There is nothing to do.`,
      ),
      doubled,
    ]);
  }
  return message(`The bot's Hex token expires ${plainDate(expiresAt)}. Renew it before then.`, [
    section(
      `${days <= ALARM_DAYS ? ":rotating_light:" : ":warning:"} *The bot's Hex token expires ${date(expiresAt)}*\nAfter that the bot can neither start runs nor track them.`,
    ),
    section(`*What to do*\n${STEPS.map((step, index) => `${index + 1}. ${step}`).join("\n")}`),
    doubled,
  ]);
}

const STEPS = [
  "Create a new token in Hex under Settings > API tokens, with all scopes of the old one: Read projects, Run projects, and the optional ones. Without Users: Read, the bot cannot warn you before a workspace token expires.",
  `${sentence(SET_TOKEN)}.`,
  "Look at this warning again: it then says that the token was renewed.",
];
