// Somebody opens the bot's Home tab.

import type { z } from "zod";
import { appHomeOpened as envelope } from "../../connection/payloads/events.js";
import { strangerMessage, unprovenMessage } from "../../messages/answers.js";
import type { Origin } from "../members.js";
import { hearing } from "./event.js";

/** Nothing is done twice for an event that comes twice: the tab is drawn as things are. */
export const appHomeOpened = hearing("app_home_opened", envelope, async ({ bot, members, work, log }, body) => {
  const { user, tab } = body.event;
  if (tab !== "home") return;
  log.info({ user }, "Home tab");
  const standing = members.ofMessage(originIn(body));
  if (standing === "member") return work.add(bot.homes.open(user));
  const refusal = standing === "stranger" ? strangerMessage() : unprovenMessage();
  await work.add(bot.homes.refuse(user, refusal));
});

/** The event names no workspace of the person's; the envelope does, and the view that stands there already. */
function originIn(body: z.output<typeof envelope>): Origin {
  const { event, team_id, context_team_id, context_enterprise_id, authorizations } = body;
  return {
    user: event.user,
    userTeam: event.user_team ?? event.view?.team_id ?? null,
    team: context_team_id ?? team_id ?? null,
    enterprise: context_enterprise_id ?? authorizations?.[0]?.enterprise_id ?? null,
  };
}
