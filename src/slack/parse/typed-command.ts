// A slash command as it was typed, to give it back: Slack shows it to nobody once it was sent.

import { givesSecret } from "../../lib/secret-names.js";
import { DASH, withoutStrays } from "../../lib/spelling.js";
import { withoutSlackMarks } from "./slack-marks.js";

/** Inputs or flags. Without them, a command is soon typed again. */
const LONG = new RegExp(`=|\\s[${DASH}]+\\w`);

/** `command` is such as `/hex`, and `text` what Slack sends after it. `null` when it is soon typed again, or has a secret in it. */
export function typedCommand(command: string, text: string): string | null {
  const typed = withoutStrays(withoutSlackMarks(text)).trim();
  return LONG.test(typed) && !givesSecret(typed) ? `${command} ${typed}` : null;
}
