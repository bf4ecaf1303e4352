// Where Bolt hands over to the bot: registers everything that people can do with it.

import type { App } from "@slack/bolt";
import { type Installation, Members } from "../connection/members.js";
import { listenToActions } from "./actions/listen.js";
import { listenToCommands } from "./commands/listen.js";
import { listenToEvents } from "./events/listen.js";
import type { Listening } from "./interaction.js";
import { listenToOptions } from "./options/listen.js";
import { listenToShortcuts } from "./shortcuts/listen.js";
import { listenToViews } from "./views/listen.js";

export interface ListenerOptions extends Omit<Listening, "members"> {
  /** Where the bot belongs, since people from elsewhere may see its messages in shared channels. */
  installation: Installation;
}

export function listen(app: App, { installation, ...options }: ListenerOptions): void {
  const listening = { ...options, members: new Members(installation) };
  listenToCommands(app, listening);
  listenToActions(app, listening);
  listenToViews(app, listening);
  listenToOptions(app, listening);
  listenToShortcuts(app, listening);
  listenToEvents(app, listening);
  app.error(async (error) => options.log.error({ err: error }, "Bolt"));
}
