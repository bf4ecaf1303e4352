// The words that somebody searched the projects for, carried by the buttons of the list.

import { z } from "zod";
import { KEPT } from "./choice.js";

/** In a button's value: the words, or a sign that they are stored under the button's nonce, because they are too long for it. */
export const searchedSchema = z.union([z.array(z.string()), z.literal(KEPT)]);
export type Searched = z.output<typeof searchedSchema>;

/** How many words, and how many characters of each, a button holds. A list has a button for every project. */
const WORDS = 10;
const WORD_LENGTH = 60;

/** The form of the words that goes into the values of buttons. */
export function searchedInButton(words: readonly string[]): Searched {
  const fits = words.length <= WORDS && words.every((word) => word.length <= WORD_LENGTH);
  return fits ? [...words] : KEPT;
}
