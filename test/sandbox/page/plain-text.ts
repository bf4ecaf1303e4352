// Text objects.

import { stringAt } from "../slack/json.js";

/** The text of a text object; "" when there is none. */
export function plain(text: unknown): string {
  return stringAt(text, "text") ?? "";
}
