// `/hex about`: what the bot may do, what it keeps, and how to remove it.

import { aboutMessage } from "../../messages/about.js";
import type { Command } from "./command.js";

export const about: Command = {
  name: "about",
  deed: null,
  usage: "about",
  summary: "What the bot may do in Slack and in Hex, what it keeps, and how to remove it.",
  example: null,
  handle: ({ slackRefusals, permissions }, { respond }) => {
    const { granted } = slackRefusals.now();
    const knowsGuests = granted === null || granted.includes("users:read");
    return respond(aboutMessage({ granted, hasPolicy: permissions.access.hasPolicy, knowsGuests }));
  },
};
