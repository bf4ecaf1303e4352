// Whether the bot may have to be invited before it can write where somebody asks it to.

import { isDirect } from "../connection/conversation.js";
import type { Bot, Interaction } from "../listeners/context.js";

/** The name by which to invite the bot; null where it can write, as far as is known. Slack tells it nothing of channels that it is not in. */
export function nameToInvite(
  { name, slackRefusals }: Pick<Bot, "name" | "slackRefusals">,
  { conversation: { channel, isPublic }, triggerId }: Pick<Interaction, "conversation" | "triggerId">,
): string | null {
  // Whoever mentions the bot reaches it only in channels that it is in. A mention has no trigger.
  if (isDirect(channel) || triggerId === null) return null;
  const writesInPublic = !slackRefusals.now().declinedScopes.includes("chat:write.public");
  return isPublic && writesInPublic ? null : name;
}
