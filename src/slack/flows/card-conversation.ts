// The conversation in which a run's card is posted.

import { projectsShownIn } from "../access/audience.js";
import { type Conversation, directMessagesOf, isDirect } from "../connection/conversation.js";
import type { Bot, Interaction } from "../listeners/context.js";

export interface CardConversation extends Conversation {
  /** The rules do not let everybody see the project where the card was wanted. */
  isHiddenThere: boolean;
}

/**
 * Where somebody wants the card, if the project may be shown there; otherwise their direct messages. Those show nothing to anybody but
 * the person, who may run it.
 */
export function cardConversation(
  bot: Bot,
  { user, conversation }: Pick<Interaction, "user" | "conversation">,
  projectId: string,
): CardConversation {
  const { channel } = conversation;
  const isHiddenThere = !isDirect(channel) && !projectsShownIn(bot.permissions, channel).has(projectId);
  return { ...(isHiddenThere ? directMessagesOf(user) : conversation), isHiddenThere };
}
