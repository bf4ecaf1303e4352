// Listens to clicks.

import type { App, BlockAction } from "@slack/bolt";
import { answerTo } from "../../connection/answer-in.js";
import { conversationIn } from "../../connection/conversation.js";
import { replaceWith } from "../../connection/response.js";
import { respondThrough } from "../../connection/response-url.js";
import { orOnHome } from "../../home/answer.js";
import { knownAction } from "../../messages/action-ids.js";
import { staleButtonMessage } from "../../messages/answers.js";
import type { Message } from "../../messages/blocks.js";
import { rememberedThread, rememberingThread } from "../../messages/thread-memory.js";
import { placeOfForm } from "../../parse/run-form.js";
import type { Unadmitted } from "../context.js";
import { acknowledge, arrivalOf, handle, idOf, type Listening, requestIdIn } from "../interaction.js";
import { originOf } from "../origin.js";
import type { Click } from "./action.js";
import { deedOfButton, pressButton } from "./index.js";

export function listenToActions(app: App, listening: Listening): void {
  const { bot, members, log, metrics, work } = listening;
  app.action<BlockAction>({ type: "block_actions" }, async ({ ack, action, body, client, context, ...args }) => {
    await acknowledge(metrics, ack);
    const user = body.user.id;
    const channel = body.channel?.id ?? body.container?.channel_id ?? user;
    const { trigger_id: triggerId = null, view = null } = body;
    const respond = respondThrough(args.respond);
    const inThread = threadIn(body);
    const threadTs = rememberedThread(action.block_id) ?? inThread;
    const conversation = conversationIn(channel, { name: body.channel?.name, threadTs });
    // The thread that the message remembers may have no replies yet.
    const said = answerTo({ respond, user, channel, threadTs: inThread }, { slack: client, clock: bot.clock, log });
    const inPlace = (message: Message) => said(rememberingThread(message, threadTs));
    const answer = view?.type === "home" ? orOnHome(said, bot.homes, user) : inPlace;
    const once = requestIdIn(context);
    // A view has no conversation, whatever was open behind it.
    const place = view === null ? channel : placeOfForm(view);
    const value = valueIn(action);
    const id = idOf(triggerId, user, channel, messageTsIn(body), action.action_id, value, timeOf(action));
    const arrival = arrivalOf({ id, once, user, conversation, place, triggerId, typed: null, respond: answer }, log);
    arrival.log.info({ user, channel }, "button %s", action.action_id);
    const replaced = replaceWith(respond, said, bot.clock);
    // A view is redrawn separately, and there is no message to replace.
    const replace = async (message: Message) =>
      view === null ? replaced(rememberingThread(message, threadTs)) : undefined;
    const click: Unadmitted<Click> = {
      ...arrival,
      value,
      at: madeAt(action) ?? bot.clock.now(),
      view,
      messageTs: messageTsIn(body),
      replace,
    };
    const standing = members.ofClick(originOf(body));
    const deed = deedOfButton(action.action_id);
    const outcome = await handle(listening, click, { standing, deed }, (admitted) => {
      if (view?.type === "home") void work.add(bot.homes.used(user));
      return pressButton(bot, admitted, action.action_id);
    });
    metrics.button(knownAction(action.action_id) ?? "unknown", outcome);
  });

  // Not from any button of this version. It is acknowledged so that nobody sees a warning triangle.
  app.action({ type: "interactive_message" }, async ({ ack, body, client, ...args }) => {
    await ack();
    const channel = body.channel?.id ?? body.user.id;
    const asker = { respond: respondThrough(args.respond), user: body.user.id, channel, threadTs: null };
    await answerTo(asker, { slack: client, clock: bot.clock, log })(staleButtonMessage());
  });
}

/** The thread that contains the message with the button; `null` outside threads, even if the message started a thread. */
function threadIn(body: BlockAction): string | null {
  const threadTs: unknown = body.container?.thread_ts ?? body.message?.thread_ts;
  return typeof threadTs === "string" && threadTs !== messageTsIn(body) ? threadTs : null;
}

function messageTsIn({ container, message }: BlockAction): string | null {
  const ts: unknown = container?.message_ts ?? message?.ts;
  return typeof ts === "string" ? ts : null;
}

/** When Slack says that it was made, epoch ms; `null` when it does not say. */
function madeAt(action: BlockAction["actions"][number]): number | null {
  const ms = Number(timeOf(action)) * 1_000;
  return Number.isNaN(ms) ? null : ms;
}

function timeOf({ action_ts: seconds }: Partial<BlockAction["actions"][number]>): string | undefined {
  return seconds;
}

/** The value of a button, the text of a field in which Enter was pressed, or what was picked. */
function valueIn(action: BlockAction["actions"][number]): string {
  if ("selected_option" in action) return action.selected_option?.value ?? "";
  return "value" in action && typeof action.value === "string" ? action.value : "";
}
