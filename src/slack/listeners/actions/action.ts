// What defines a button, and how to read the value that it was drawn with.

import type { ViewOutput } from "@slack/bolt";
import type { z } from "zod";
import type { Deed } from "../../../audit/audit-entry.js";
import { parseJson } from "../../../lib/json.js";
import type { ActionId } from "../../messages/action-ids.js";
import { staleButtonMessage } from "../../messages/answers.js";
import type { Message } from "../../messages/blocks.js";
import type { Bot, Interaction } from "../context.js";

/** A click: an interaction, and the message or view on which it was made. */
export interface Click extends Interaction {
  /** The button's `value`, or what was picked in a menu. */
  value: string;
  /** When it was made, epoch ms: by Slack's clock, or by the bot's if Slack does not say. */
  at: number;
  /** The modal or Home tab on which it was made; `null` for a message. */
  view: ViewOutput | null;
  /** The timestamp of the message on which it was made; `null` for a view. */
  messageTs: string | null;
  /** Replaces the message that contains the button with another one. */
  replace: (message: Message) => Promise<void>;
}

/** A button. It is safe to press twice, late, and by two people. */
export interface Action {
  id: ActionId;
  /** What somebody does with it, for the audit log; `null` for reading. */
  deed: Deed | null;
  press: (bot: Bot, click: Click) => Promise<void>;
}

/** Reads the JSON in a button's value. If this version does not understand it, the person gets the answer for a stale button. */
export function withValue<T>(
  schema: z.ZodType<T>,
  press: (bot: Bot, click: Click, value: T) => Promise<void>,
): Action["press"] {
  return async (bot, click) => {
    const value = schema.safeParse(parseJson(click.value));
    if (!value.success) return click.respond(staleButtonMessage());
    await press(bot, click, value.data);
  };
}
