// Where Bolt hands over: acknowledges first, guards, and turns every failure into an answer and a log line.

import { createHash } from "node:crypto";
import type { App, BlockAction, ButtonAction, SlashCommand } from "@slack/bolt";
import type { Metrics, Outcome } from "../../health/metrics.js";
import type { WorkInHand } from "../../lib/work-in-hand.js";
import type { Logger } from "../../log.js";
import { answerFailure, answerWith, replaceWith } from "../connection/response.js";
import { respondIn } from "../connection/response-url.js";
import { knownAction } from "../messages/action-ids.js";
import { staleButtonMessage, strangerMessage, unprovenMessage } from "../messages/answers.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { splitSubcommand } from "../parse/subcommand.js";
import { type Click, pressButton } from "./actions/index.js";
import { runCommand } from "./commands/index.js";
import { isCommandName } from "./commands/names.js";
import type { Bot, Interaction } from "./context.js";
import { explain } from "./explain.js";
import { type Home, Members, type Origin, type Standing } from "./members.js";

export interface ListenerOptions {
  bot: Bot;
  /** Where the bot belongs: people from elsewhere may see its messages in shared channels. */
  home: Home;
  log: Logger;
  work: WorkInHand;
  metrics: Metrics;
}

/** Registers everything that people can do with the bot. The command's name is whatever the manifest gives it. */
export function listen(app: App, { bot, home, log, work, metrics }: ListenerOptions): void {
  const members = new Members(home);
  /** Before anything else, and measured. */
  const acknowledge = async (ack: () => Promise<void>) => {
    const from = performance.now();
    await ack();
    metrics.acknowledged(performance.now() - from);
  };

  app.command(/^\/.+$/, async ({ ack, command, client, ...args }) => {
    await acknowledge(ack);
    const { user_id: user, channel_id: channel } = command;
    const respond = answerWith(respondIn({ respond: args.respond, client, channel, user }), bot.clock);
    const interaction = interactionOf(command.trigger_id, user, channel, respond, log);
    interaction.log.info({ user: command.user_id, channel: command.channel_id }, "command %s", firstWord(command.text));
    const outcome = await work.add(
      answered(interaction, bot, () =>
        admitted(members.ofCommand(commandOrigin(command)), interaction, () =>
          runCommand(bot, interaction, command.text ?? ""),
        ),
      ),
    );
    metrics.command(commandName(command.text), outcome);
  });

  app.action<BlockAction>({ type: "block_actions" }, async ({ ack, action, body, client, ...args }) => {
    await acknowledge(ack);
    const channel = body.channel?.id ?? body.container?.channel_id ?? body.user.id;
    const respond = respondIn({ respond: args.respond, client, channel, user: body.user.id });
    const interaction = interactionOf(body.trigger_id, body.user.id, channel, answerWith(respond, bot.clock), log);
    interaction.log.info({ user: body.user.id, channel }, "button %s", action.action_id);
    const click: Click = { ...interaction, value: buttonValue(action), replace: replaceWith(respond, bot.clock) };
    const outcome = await work.add(
      answered(click, bot, () =>
        admitted(members.ofClick(clickOrigin(body)), click, () => pressButton(bot, click, action.action_id)),
      ),
    );
    metrics.button(knownAction(action.action_id) ?? "unknown", outcome);
  });

  // What no button of this version sends: acknowledged, so that nobody sees a warning triangle.
  app.action({ type: "interactive_message" }, async ({ ack, body, client, ...args }) => {
    await ack();
    const channel = body.channel?.id ?? body.user.id;
    const respond = respondIn({ respond: args.respond, client, channel, user: body.user.id });
    await answerWith(respond, bot.clock)(staleButtonMessage());
  });

  app.error(async (error) => log.error({ err: error }, "Bolt"));
}

function interactionOf(
  triggerId: string,
  user: string,
  channel: string,
  respond: Interaction["respond"],
  log: Logger,
): Interaction {
  const key = createHash("sha256").update(triggerId).digest("hex").slice(0, 32);
  const reference = key.slice(0, 8);
  return {
    key,
    reference,
    user,
    channel,
    log: log.child({ reference }),
    respond,
  };
}

/** Runs the work of an interaction; a failure becomes an answer that says what to do. Never rejects. */
async function answered(interaction: Interaction, bot: Bot, work: () => Promise<void>): Promise<Outcome> {
  const { log, respond } = interaction;
  try {
    await work();
    return "ok";
  } catch (error) {
    const { message, outcome } = explain(error, interaction, bot);
    await respond(message).catch((failure: unknown) => {
      const why = answerFailure(failure);
      const todo = why === null ? {} : { todo: slackRemedy(why.kind === "answer" ? "refused_answer" : why.word).todo };
      log.error({ err: failure, ...todo }, "no answer could be given");
    });
    return outcome;
  }
}

/** Does what a member wants; anybody else is told why not. */
function admitted(standing: Standing, { respond }: Interaction, work: () => Promise<void>): Promise<void> {
  switch (standing) {
    case "member":
      return work();
    case "unproven":
      return respond(unprovenMessage());
    case "stranger":
      return respond(strangerMessage());
  }
}

/** A command is typed in one's own workspace. */
function commandOrigin({ user_id, team_id, enterprise_id }: SlashCommand): Origin {
  return { user: user_id, userTeam: team_id, team: team_id, enterprise: enterprise_id ?? null };
}

function clickOrigin({ user, team, enterprise }: BlockAction): Origin {
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

/** Characters of a command's text in which its sub-command must stand. */
const BEGINNING = 200;

/** For the metrics: one of ours, or "unknown". */
function commandName(text: string | undefined): string {
  const { name } = splitSubcommand((text ?? "").slice(0, BEGINNING));
  if (name === "") return "help";
  return isCommandName(name) ? name : "unknown";
}

/** For the log: what follows may be anything, inputs with personal data included. */
function firstWord(text: string | undefined): string {
  return (text ?? "").slice(0, BEGINNING).trim().split(/\s+/)[0]?.slice(0, 20) || "help";
}
