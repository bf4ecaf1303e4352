// Answers to people who press something on their Home tab: in a direct message, or else on the tab itself.

import { answerFailure } from "../connection/response.js";
import type { Message } from "../messages/blocks.js";
import { plainText } from "../messages/plain.js";
import type { Homes } from "./homes.js";

/** `answer` sends a direct message. Rejects with what is no failure of Slack. */
export function orOnHome(
  answer: (message: Message) => Promise<void>,
  homes: Homes,
  user: string,
): (message: Message) => Promise<void> {
  return async (message) => {
    try {
      await answer(message);
    } catch (error) {
      if (answerFailure(error) === null) throw error;
      await homes.say(user, plainText(message));
    }
  };
}
