// App manifests: what Slack accepts, the repository's own, and that of the first release.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const scopes = z.array(z.string().min(1));

/** The scope that an event needs, if any. */
const scopeOfEvent: Readonly<Record<string, string | null>> = {
  app_home_opened: null,
  app_mention: "app_mentions:read",
  app_uninstalled: null,
  link_shared: "links:read",
  "message.channels": "channels:history",
  "message.groups": "groups:history",
  "message.im": "im:history",
  tokens_revoked: null,
};

export function scopeFor(event: string): string | null {
  return scopeOfEvent[event] ?? null;
}

const shortcut = z.strictObject({
  name: z.string().min(1).max(24),
  type: z.enum(["global", "message"]),
  callback_id: z.string().min(1).max(255),
  description: z.string().min(1).max(150),
});
export type Shortcut = z.infer<typeof shortcut>;

/** Slack refuses unknown keys, scopes that are listed only as optional, and events whose scope is not requested. */
const manifestSchema = z
  .strictObject({
    _metadata: z.strictObject({ major_version: z.int(), minor_version: z.int() }).optional(),
    display_information: z.strictObject({
      name: z.string().min(1).max(35),
      description: z.string().max(140).optional(),
      long_description: z.string().min(174).max(4000).optional(),
      background_color: z
        .string()
        .regex(/^#[0-9a-f]{6}$/i)
        .optional(),
    }),
    features: z.strictObject({
      app_home: z
        .strictObject({
          home_tab_enabled: z.boolean().default(false),
          messages_tab_enabled: z.boolean().default(false),
          messages_tab_read_only_enabled: z.boolean().default(true),
        })
        .optional(),
      bot_user: z.strictObject({ display_name: z.string().min(1).max(80), always_online: z.boolean().optional() }),
      shortcuts: z.array(shortcut).max(10).default([]),
      slash_commands: z
        .array(
          z.strictObject({
            command: z
              .string()
              .regex(/^\/\S+$/)
              .max(32),
            description: z.string().min(1).max(2_000),
            usage_hint: z.string().max(1_000).optional(),
            should_escape: z.boolean().default(false),
            url: z.url().optional(),
          }),
        )
        .max(50)
        .default([]),
      unfurl_domains: z.array(z.string()).max(5).optional(),
    }),
    oauth_config: z.strictObject({
      redirect_urls: z.array(z.url()).optional(),
      scopes: z.strictObject({ bot: scopes, bot_optional: scopes.default([]) }),
    }),
    settings: z.strictObject({
      event_subscriptions: z
        .strictObject({ request_url: z.url().optional(), bot_events: z.array(z.string()).min(1).max(100) })
        .optional(),
      interactivity: z
        .strictObject({
          is_enabled: z.boolean(),
          request_url: z.url().optional(),
          message_menu_options_url: z.url().optional(),
        })
        .optional(),
      org_deploy_enabled: z.boolean().optional(),
      socket_mode_enabled: z.boolean().optional(),
      token_rotation_enabled: z.boolean().optional(),
    }),
  })
  .superRefine(({ features, oauth_config, settings }, context) => {
    const { bot, bot_optional } = oauth_config.scopes;
    for (const scope of bot_optional) {
      if (!bot.includes(scope)) context.addIssue(`The optional scope ${scope} is not among those of the bot.`);
    }
    for (const event of settings.event_subscriptions?.bot_events ?? []) {
      const scope = scopeOfEvent[event];
      if (scope === undefined) context.addIssue(`There is no event ${event}.`);
      else if (scope !== null && !bot.includes(scope)) context.addIssue(`The event ${event} needs the scope ${scope}.`);
    }
    for (const type of ["global", "message"]) {
      const count = features.shortcuts.filter((one) => one.type === type).length;
      if (count > 5) context.addIssue(`There are more than 5 shortcuts of the type ${type}.`);
    }
    if (features.shortcuts.length + features.slash_commands.length > 0 && !bot.includes("commands")) {
      context.addIssue("Commands and shortcuts need the scope commands.");
    }
  });
export type Manifest = z.infer<typeof manifestSchema>;

/** `given`: the manifest, in YAML or parsed. Throws Slack's reason if Slack would refuse it. */
export function readManifest(given: unknown): Manifest {
  return manifestSchema.parse(typeof given === "string" ? parse(given) : given);
}

/**
 * The repository's manifest.yml as data. It is read only once, because that takes longer than everything else when a local Slack
 * starts.
 */
let own: unknown;

/** The manifest of this repository. */
export function manifest(): Manifest {
  own ??= parse(readFileSync(join(import.meta.dirname, "../../../manifest.yml"), "utf8"));
  return readManifest(own);
}

/** The manifest with which 0.1.0 was installed: no events, no shortcuts, no Messages tab. */
export function firstManifest(): Manifest {
  return readManifest(readFileSync(join(import.meta.dirname, "manifest-0.1.0.yml"), "utf8"));
}
