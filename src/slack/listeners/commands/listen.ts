// Listens for slash commands. The command's name is whatever the manifest says.

import type { App, SlashCommand } from "@slack/bolt";
import { answerTo } from "../../connection/answer-in.js";
import { conversationIn } from "../../connection/conversation.js";
import type { Origin } from "../../connection/members.js";
import { respondThrough } from "../../connection/response-url.js";
import { typedCommand } from "../../parse/typed-command.js";
import { acknowledge, arrivalOf, handle, idOf, type Listening, requestIdIn } from "../interaction.js";
import { commandName, deedOfCommand, firstWord, runCommand } from "./index.js";

export function listenToCommands(app: App, listening: Listening): void {
  const { bot, members, log, metrics } = listening;
  app.command(/^\/.+$/, async ({ ack, command, client, respond, context }) => {
    await acknowledge(metrics, ack);
    const { user_id: user, channel_id: channel, channel_name: name, text = "" } = command;
    const { trigger_id: triggerId = null } = command;
    const asker = { respond: respondThrough(respond), user, channel, threadTs: null };
    const answer = answerTo(asker, { slack: client, clock: bot.clock, log });
    const arrival = arrivalOf(
      {
        id: idOf(triggerId, user, channel, text, command.response_url),
        once: requestIdIn(context),
        user,
        conversation: conversationIn(channel, { name }),
        place: channel,
        triggerId,
        typed: typedCommand(command.command, text),
        respond: answer,
      },
      log,
    );
    arrival.log.info({ user, channel }, "command %s", firstWord(text));
    const standing = members.ofCommand(originOf(command));
    const asked = { standing, deed: deedOfCommand(text) };
    const outcome = await handle(listening, arrival, asked, (interaction) => runCommand(bot, interaction, text));
    metrics.command(commandName(text), outcome);
  });
}

/** People type commands in their own workspace. */
function originOf({ user_id, team_id, enterprise_id }: SlashCommand): Origin {
  return { user: user_id, userTeam: team_id, team: team_id, enterprise: enterprise_id ?? null };
}
