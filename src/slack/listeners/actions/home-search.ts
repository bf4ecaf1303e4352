// A project was picked in the search field on the Home tab: opens the form for it and empties the field.

import { safeId } from "../../../hex/ids.js";
import { openRunForm } from "../../flows/open-run-form.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { staleButtonMessage } from "../../messages/answers.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";

export const homeSearch: Action = { id: ACTIONS.homeSearch, deed: null, press };

/** The value is the project's id; empty when the field was cleared. The form comes first, because its trigger_id lives for three seconds. */
async function press(bot: Bot, click: Click): Promise<void> {
  const { value, conversation, user } = click;
  if (value === "") return;
  const id = safeId(value);
  if (id === null) return click.respond(staleButtonMessage());
  await openRunForm(bot, click, { project: { id, title: "" }, options: null, conversation });
  await bot.homes.searched(user);
}
