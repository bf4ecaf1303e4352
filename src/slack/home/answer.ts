// Answers to people who press something on their Home tab: in a direct message, or else on the tab itself.

import { isRefusedHere } from "../connection/post.js";
import { answerFailure } from "../connection/response.js";
import type { Message } from "../messages/blocks.js";
import { plainText } from "../messages/plain.js";
import type { Homes } from "./homes.js";

/** `answer` sends a direct message. Rejects like `answer` when the Home tab cannot show the answer either. */
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
