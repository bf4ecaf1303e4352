// Answers to whoever presses something on their Home tab: a direct message, or else on the tab itself.

import { isRefusedHere } from "../connection/post.js";
import { answerFailure } from "../connection/response.js";
import type { Message } from "../messages/blocks.js";
import { plainText } from "../messages/plain.js";
import type { Homes } from "./homes.js";

/** `answer`: by a direct message. Rejects like it does when the Home tab cannot say it either. */
export function orOnHome(
  answer: (message: Message) => Promise<void>,
  homes: Homes,
  user: string,
): (message: Message) => Promise<void> {
  return async (message) => {
    try {
      await answer(message);
    } catch (error) {
      const failure = answerFailure(error);
      if (failure === null || !isRefusedHere(failure)) throw error;
      await homes.say(user, plainText(message));
    }
  };
}
