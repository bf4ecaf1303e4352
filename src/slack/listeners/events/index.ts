// The events and what the bot does for each one.

import { appHomeOpened } from "./app-home-opened.js";
import { appMention } from "./app-mention.js";
import { appUninstalled } from "./app-uninstalled.js";
import type { HeardEvent } from "./event.js";
import { messageIm } from "./message-im.js";
import { tokensRevoked } from "./tokens-revoked.js";

export const HEARD_EVENTS: readonly HeardEvent[] = [
  appMention,
  messageIm,
  appHomeOpened,
  appUninstalled,
  tokensRevoked,
];
