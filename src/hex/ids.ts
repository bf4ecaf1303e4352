// Ids of projects and runs, before they go into the path of a request.

import { z } from "zod";

/** UUIDs of any version, in either case. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** What a path can hold without becoming another one. Hex's ids are UUIDs; should they change, this lets them. */
const SAFE = /^[\w-]{1,100}$/;

/** An id that is safe in a path: a UUID in lower case, or any other of letters, digits, `_` and `-`. null when it is none. */
export function safeId(text: string): string | null {
  if (UUID.test(text)) return text.toLowerCase();
  return SAFE.test(text) ? text : null;
}

/** An id in an answer of Hex's. */
export const idSchema = z.string().transform((text, context) => {
  const id = safeId(text);
  if (id !== null) return id;
  context.addIssue("no id");
  return z.NEVER;
});
