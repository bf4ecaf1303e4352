// Whether a message already shows what it is to show, without keeping all of it.

import { createHash } from "node:crypto";
import type { KnownBlock } from "@slack/types";
import type { Message } from "../messages/blocks.js";

/** The same for messages, or the blocks of a view, that look the same. */
export function fingerprint(shown: Message | readonly KnownBlock[]): string {
  return createHash("sha256").update(JSON.stringify(shown)).digest("base64url");
}
