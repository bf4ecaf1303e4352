// The warning that the bot's token expires, and that it was renewed.

import { daysLeft, type Notice } from "../../outages/expiry.js";
import { type Message, message, section } from "./blocks.js";
import { count, date, plainDate } from "./mrkdwn.js";

/** So many days ahead it is urgent. */
export const ALARM_DAYS = 3;

/** How long a token is still good for, for what is read at once. `now`: epoch ms. */
export function expiresIn(expiresAt: number, now: number): string {
  if (expiresAt <= now) return "expired";
  const days = daysLeft(expiresAt, now);
  return days < 1 ? "in less than a day" : `in ${count(days, "day")}`;
}

/** Names the moment alone: it stands in the channel for days, and what it says has to stay true. */
export function expiryMessage({ expiresAt, days, renewedAt }: Notice): Message {
  if (renewedAt !== null) {
    return message("The bot's Hex token was renewed.", [
      section(
        `:white_check_mark: *The bot's Hex token was renewed*, seen ${date(renewedAt)}.\nThe one before ends ${date(expiresAt)} and is no longer used. Nothing is to be done.`,
      ),
    ]);
  }
  return message(`The bot's Hex token expires ${plainDate(expiresAt)}. Renew it before then.`, [
    section(
      `${days <= ALARM_DAYS ? ":rotating_light:" : ":warning:"} *The bot's Hex token expires ${date(expiresAt)}*\nAfter that the bot can neither start runs nor watch them.`,
    ),
    section(`*What to do*\n${STEPS.map((step, index) => `${index + 1}. ${step}`).join("\n")}`),
  ]);
}

const STEPS = [
  "Make a new token in Hex under Settings > API tokens, with the scopes Read projects and Run projects.",
  "Put it into `HEX_API_TOKEN` in the bot's environment.",
  "Restart the bot. The last warning then says that the token was renewed.",
];
