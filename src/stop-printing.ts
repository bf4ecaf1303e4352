// What a program in a terminal does when what it prints goes nowhere.

import { outputFailure } from "./remedies/audit.js";

/** Ends the process after an error of stdout. That is no failure if the reader has had enough, as `head` has. */
export function stopPrinting(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(outputFailure(error.code ?? error.message));
  process.exit(1);
}
