// Somebody opens the bot's Home tab.

import type { z } from "zod";
import { isTurnedAway } from "../../access/audience.js";
import type { Origin } from "../../connection/members.js";
import { appHomeOpened as envelope } from "../../connection/payloads/events.js";
import { guestMessage, strangerMessage, unprovenMessage } from "../../messages/answers.js";
import type { Bot } from "../context.js";
import { hearing } from "./event.js";

/** An event that comes twice does no harm, because the tab is drawn from the current state. */
export const appHomeOpened = hearing("app_home_opened", envelope, async ({ bot, members, work, log }, body) => {
  const { user, tab } = body.event;
  if (tab !== "home") return;
  log.info({ user }, "Home tab");
  const standing = members.ofMessage(originIn(body));
  if (standing === "member") return work.add(openHome(bot, user));
  const refusal = standing === "stranger" ? strangerMessage() : unprovenMessage();
  await work.add(bot.homes.refuse(user, refusal));
});

async function openHome({ permissions, homes }: Bot, user: string): Promise<void> {
  await ((await isTurnedAway(permissions, user)) ? homes.refuse(user, guestMessage()) : homes.open(user));
}

/** The event does not name the person's workspace, but the envelope and the current view do. */
function originIn(body: z.output<typeof envelope>): Origin {
  const { event, team_id, context_team_id, context_enterprise_id, authorizations } = body;
  return {
    user: event.user,
    userTeam: event.user_team ?? event.view?.team_id ?? null,
    team: context_team_id ?? team_id ?? null,
    enterprise: context_enterprise_id ?? authorizations?.[0]?.enterprise_id ?? null,
  };
}
