// Whether a message already shows what it is to show, without keeping all of it.

import { createHash } from "node:crypto";
import type { Message } from "../messages/blocks.js";

/** The same for messages that look the same. */
export function fingerprint(message: Message): string {
  return createHash("sha256").update(JSON.stringify(message)).digest("base64url");
}
