// Ids of projects and runs, checked before they go into the path of a request.

import { z } from "zod";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Ids that cannot change the meaning of a path. Hex's ids are UUIDs, and this still works should they change. */
const SAFE = /^[\w-]{1,100}$/;

/** Whether a text is a UUID of any version, in upper or lower case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** An id that is safe in a path: a UUID in lower case, or any other id of letters, digits, `_` and `-`; otherwise `null`. */
export function safeId(text: string): string | null {
  if (isUuid(text)) return text.toLowerCase();
  return SAFE.test(text) ? text : null;
}

/** An id in one of Hex's answers, or one that comes back from elsewhere. In capitals, Hex takes it for the same, and a comparison would not. */
export const idSchema = z.string().transform((text, context) => {
  const id = safeId(text);
  if (id !== null) return id;
  context.addIssue("no id");
  return z.NEVER;
});
