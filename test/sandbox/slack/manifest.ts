// The app's manifest, as far as the local Slack goes by it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** The manifest of this repository. */
export function manifest(): unknown {
  return parse(readFileSync(join(import.meta.dirname, "../../../manifest.yml"), "utf8"));
}

const appHome = z.object({ features: z.object({ app_home: z.object({ messages_tab_enabled: z.boolean() }) }) });

/** Off in a new app whose manifest does not say so. */
export function messagesTabOf(given: unknown): boolean {
  const read = appHome.safeParse(given);
  return read.success && read.data.features.app_home.messages_tab_enabled;
}
