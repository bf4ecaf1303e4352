// The warning that the bot's token expires, and that it was renewed.

import type { Notice } from "../../health/expiry.js";
import { type Message, message, section } from "./blocks.js";
import { count, date, plainDate } from "./mrkdwn.js";

const DAY = 24 * 60 * 60_000;
const ALARM_DAYS = 3;

export function expiryMessage({ expiresAt, days, at, renewedAt }: Notice): Message {
  if (renewedAt !== null) {
    return message("The bot's Hex token was renewed.", [
      section(
        `:white_check_mark: *The bot's Hex token was renewed*, seen ${date(renewedAt)}.\nThe one before ends ${date(expiresAt)} and is no longer used. Nothing is to be done.`,
      ),
    ]);
  }
  const left = Math.round((expiresAt - at) / DAY);
  const when = left < 1 ? "in less than a day" : `in ${count(left, "day")}`;
  return message(`The bot's Hex token expires ${when}, ${plainDate(expiresAt)}. Renew it before then.`, [
    section(
      `${days <= ALARM_DAYS ? ":rotating_light:" : ":warning:"} *The bot's Hex token expires ${when}*, ${date(expiresAt)}\nAfter that the bot can neither start runs nor watch them.`,
    ),
    section(`*What to do*\n${STEPS.map((step, index) => `${index + 1}. ${step}`).join("\n")}`),
  ]);
}

const STEPS = [
  "Make a new token in Hex under Settings > API tokens, with the scopes Read projects and Run projects.",
  "Put it into `HEX_API_TOKEN` in the bot's environment.",
  "Restart the bot. This message then says that the token was renewed.",
];
