// Tells whether a message already shows what it should, without storing its content.

import { createHash } from "node:crypto";
import type { KnownBlock } from "@slack/types";
import type { Message } from "../messages/blocks.js";

/** Equal for messages, or blocks of a view, that look the same. */
export function fingerprint(shown: Message | readonly KnownBlock[]): string {
  return createHash("sha256").update(JSON.stringify(shown)).digest("base64url");
}
