// A run's inputs as the audit log keeps them.

import { holdsSecret } from "../lib/secret-names.js";
import { beginning } from "../lib/text.js";

export const MASKED = "[hidden]";
/** In characters of JSON. */
const LONGEST_VALUE = 1_000;

/** Hides the values that nobody may see, and shortens long ones. */
export function maskedInputs(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, holdsSecret(name, value) ? MASKED : shortened(value)]),
  );
}

function shortened(value: unknown): unknown {
  const json = JSON.stringify(value) ?? "";
  return json.length <= LONGEST_VALUE ? value : `${beginning(json, LONGEST_VALUE)}…`;
}
