// References: an id that a message and a line of the log share, so that each can be found from the other.

import { randomBytes } from "node:crypto";

export function newReference(): string {
  return randomBytes(4).toString("hex");
}
