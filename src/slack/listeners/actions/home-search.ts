// A project that was picked in the search field of the Home tab: the form for it, and an empty field again.

import { openRunForm } from "../../flows/open-run-form.js";
import { ACTIONS } from "../../messages/action-ids.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";

export const homeSearch: Action = { id: ACTIONS.homeSearch, press };

/** The value is the project's id; empty when the field was cleared. The form comes first: what opens it lives for three seconds. */
async function press(bot: Bot, click: Click): Promise<void> {
  const { value: id, conversation, user } = click;
  if (id === "") return;
  await openRunForm(bot, click, { project: { id, title: "" }, options: null, conversation });
  await bot.homes.searched(user);
}
