// References: what a message and a line of the log share, so that whoever runs the bot finds the one by the other.

import { randomBytes } from "node:crypto";

export function newReference(): string {
  return randomBytes(4).toString("hex");
}
