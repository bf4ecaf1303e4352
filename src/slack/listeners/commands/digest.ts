// `/hex digest 08:00 [weekdays] [zone] [projects]`: this conversation hears every morning how fresh its projects are. On its own, it
// shows that now, and `/hex digest off` ends it.

import { endDigest, setDigest, showDigest } from "../../flows/set-digest.js";
import { noSuchTimeMessage, unknownZoneMessage, whatTimeMessage } from "../../messages/digest-answers.js";
import { parseDigestArguments } from "../../parse/digest-arguments.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

export const digest: Command = {
  name: "digest",
  deed: "digest",
  usage: "digest [time] [weekdays] [project, category:…, owner:… or scheduled]",
  summary:
    "Tells this conversation every day whether its projects are fresh: what it watches, or the projects that you name. `digest` alone shows that now, and `digest off` ends it.",
  example: "digest 08:00 weekdays",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const typed = parseDigestArguments(text);
  switch (typed.kind) {
    case "now":
      return showDigest(bot, interaction);
    case "off":
      return endDigest(bot, interaction);
    case "set":
      return setDigest(bot, interaction, typed);
    case "no_time":
      return interaction.respond(whatTimeMessage(typed.typed));
    case "wrong_time":
      return interaction.respond(noSuchTimeMessage(typed.typed));
    case "wrong_zone":
      return interaction.respond(unknownZoneMessage(typed.typed, typed.nearest, typed.digest));
  }
}
