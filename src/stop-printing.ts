// What a program in a terminal does when what it prints goes nowhere.

import { outputFailure } from "./remedies/audit.js";

/** For errors of stdout: ends the process. Whoever reads the output may have enough of it, as `head` does. */
export function stopPrinting(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(outputFailure(error.code ?? error.message));
  process.exit(1);
}
