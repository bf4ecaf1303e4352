// Listens to clicks.

import type { App, BlockAction, ButtonAction } from "@slack/bolt";
import { conversationIn } from "../../connection/conversation.js";
import { answerWith, replaceWith } from "../../connection/response.js";
import { respondIn } from "../../connection/response-url.js";
import { knownAction } from "../../messages/action-ids.js";
import { staleButtonMessage } from "../../messages/answers.js";
import { acknowledge, handle, interactionOf, type Listening } from "../interaction.js";
import type { Origin } from "../members.js";
import type { Click } from "./action.js";
import { pressButton } from "./index.js";

export function listenToActions(app: App, listening: Listening): void {
  const { bot, members, log, metrics } = listening;
  app.action<BlockAction>({ type: "block_actions" }, async ({ ack, action, body, client, ...args }) => {
    await acknowledge(metrics, ack);
    const user = body.user.id;
    const channel = body.channel?.id ?? body.container?.channel_id ?? user;
    const respond = respondIn({ respond: args.respond, client, channel, user });
    const conversation = conversationIn(channel, { name: body.channel?.name });
    const answer = answerWith(respond, bot.clock);
    const interaction = interactionOf({ id: body.trigger_id, user, conversation, respond: answer }, log);
    interaction.log.info({ user, channel }, "button %s", action.action_id);
    const click: Click = { ...interaction, value: buttonValue(action), replace: replaceWith(respond, bot.clock) };
    const standing = members.ofClick(originOf(body));
    const outcome = await handle(listening, click, standing, () => pressButton(bot, click, action.action_id));
    metrics.button(knownAction(action.action_id) ?? "unknown", outcome);
  });

  // What no button of this version sends: acknowledged, so that nobody sees a warning triangle.
  app.action({ type: "interactive_message" }, async ({ ack, body, client, ...args }) => {
    await ack();
    const channel = body.channel?.id ?? body.user.id;
    const respond = respondIn({ respond: args.respond, client, channel, user: body.user.id });
    await answerWith(respond, bot.clock)(staleButtonMessage());
  });
}

function originOf({ user, team, enterprise }: BlockAction): Origin {
  return {
    user: user.id,
    userTeam: user.team_id ?? null,
    team: team?.id ?? null,
    enterprise: team?.enterprise_id ?? enterprise?.id ?? null,
  };
}

function buttonValue(action: BlockAction["actions"][number]): string {
  return isButton(action) ? (action.value ?? "") : "";
}

function isButton(action: BlockAction["actions"][number]): action is ButtonAction {
  return action.type === "button";
}
