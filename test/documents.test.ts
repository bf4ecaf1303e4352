// What is written down agrees with what is built: the manifest, .env.example and the README.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { VARIABLES } from "../src/config/variables.js";
import { REMEDY_KINDS } from "../src/remedies/hex.js";
import { EVENTS_PATH } from "../src/slack/connection/connect.js";
import { OPTIONAL_SCOPES, REQUIRED_SCOPES } from "../src/slack/connection/scopes.js";
import { COMMANDS } from "../src/slack/listeners/commands/index.js";
import { HEARD_EVENTS } from "../src/slack/listeners/events/index.js";
import { usageHint } from "../src/slack/messages/help.js";
import { SHORTCUTS } from "../src/slack/messages/view-ids.js";
import { RUN_FLAGS } from "../src/slack/parse/run-arguments.js";
import { POSTGRES_FAILURES } from "../src/store/postgres-failure.js";

const read = (file: string) => readFileSync(join(import.meta.dirname, "..", file), "utf8");

/** Slack refuses keys that it does not know. */
const manifestSchema = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(1), minor_version: z.literal(1) }),
  display_information: z.strictObject({
    name: z.string().max(35),
    description: z.string().max(140),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    shortcuts: z.array(
      z.strictObject({
        name: z.string().max(24),
        type: z.enum(["global", "message"]),
        callback_id: z.string().max(255),
        description: z.string().max(150),
      }),
    ),
    bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
    slash_commands: z.array(
      z.strictObject({
        command: z.string().startsWith("/").max(32),
        description: z.string().max(2_000),
        usage_hint: z.string().max(1_000),
        should_escape: z.boolean(),
        url: z.string().optional(),
      }),
    ),
  }),
  oauth_config: z.strictObject({
    scopes: z.strictObject({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
  }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ request_url: z.string().optional(), bot_events: z.array(z.string()) }),
    interactivity: z.strictObject({
      is_enabled: z.literal(true),
      request_url: z.string().optional(),
      message_menu_options_url: z.string().optional(),
    }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.literal(false),
  }),
});

describe("manifest.yml", () => {
  const text = read("manifest.yml");

  test("is for Socket Mode as it stands, needs two scopes, and hints at the commands that there are", () => {
    const manifest = manifestSchema.parse(parse(text));
    const { bot, bot_optional } = manifest.oauth_config.scopes;
    expect(manifest.settings.socket_mode_enabled).toBe(true);
    expect(bot.filter((scope) => !bot_optional.includes(scope))).toEqual(["commands", "chat:write"]);
    expect(bot).toEqual([...REQUIRED_SCOPES, ...OPTIONAL_SCOPES]);
    expect(bot_optional).toEqual(OPTIONAL_SCOPES);
    expect(manifest.features.slash_commands.map((command) => command.usage_hint)).toEqual([usageHint(COMMANDS)]);
  });

  test("says of each optional scope which feature needs it, and so does the README", () => {
    const part = text.slice(text.indexOf("bot_optional:"));
    for (const scope of OPTIONAL_SCOPES) {
      expect(part).toMatch(new RegExp(`# \\w.*\\.\\n      - ${scope}\\n`));
      expect(read("README.md")).toMatch(new RegExp(`^\\| \`${scope}\` \\| .+ \\|$`, "m"));
    }
  });

  test("lets the bot and people send each other direct messages, and shows the Home tab", () => {
    const { features, settings } = manifestSchema.parse(parse(text));
    expect(features.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
    expect(settings.event_subscriptions.bot_events).toEqual(
      expect.arrayContaining(["message.im", "app_mention", "app_home_opened"]),
    );
  });

  test("asks for every event that the bot hears", () => {
    const { bot_events } = manifestSchema.parse(parse(text)).settings.event_subscriptions;
    const asked = bot_events.map((event) => event.split(".")[0]);
    expect(HEARD_EVENTS.map(({ type }) => type).filter((type) => !asked.includes(type))).toEqual([]);
  });

  test("has every shortcut", () => {
    const { shortcuts } = manifestSchema.parse(parse(text)).features;
    expect(shortcuts.map(({ callback_id }) => callback_id)).toEqual(Object.values(SHORTCUTS));
  });

  test("is for HTTP after the changes that it names", () => {
    const url = `https://bot.example.com${EVENTS_PATH}`;
    expect(text).toContain(`url: ${url}`);
    const changed = text
      .replace("      should_escape: true", `      should_escape: true\n      url: ${url}`)
      .replace("  event_subscriptions:", `  event_subscriptions:\n    request_url: ${url}`)
      .replace(
        "    is_enabled: true",
        `    is_enabled: true\n    request_url: ${url}\n    message_menu_options_url: ${url}`,
      )
      .replace("socket_mode_enabled: true", "socket_mode_enabled: false");
    const manifest = manifestSchema.parse(parse(changed));
    expect(manifest.settings).toMatchObject({
      event_subscriptions: { request_url: url },
      interactivity: { request_url: url, message_menu_options_url: url },
      socket_mode_enabled: false,
    });
    for (const name of ["url", "request_url", "message_menu_options_url"]) {
      expect(text).toMatch(new RegExp(`^#   \\d\\. .* ${name}: ${url}$`, "m"));
    }
    expect(manifest.features.slash_commands[0]?.url).toBe(url);
  });
});

test(".env.example has every variable with a sentence", () => {
  const text = read(".env.example");
  for (const { name } of VARIABLES) expect(text).toMatch(new RegExp(`^#.*\\.\\n(#.*\\n)*(# )?${name}=`, "m"));
});

describe("README.md", () => {
  const text = read("README.md");
  test.each(VARIABLES.map(({ name }) => name))("explains %s", (name) => expect(text).toContain(`\`${name}\``));
  test.each(COMMANDS.map(({ name }) => name))("explains /hex %s", (name) => expect(text).toContain(`/hex ${name}`));
  test.each(RUN_FLAGS.map(({ name }) => name))("explains %s", (name) => expect(text).toContain(name));
  test("has a row for every failure of Postgres, where it tells of running with one", () => {
    const part = text.slice(text.indexOf("### Several replicas"), text.indexOf("## Limits"));
    const rows = [...part.matchAll(/^\| `(\w+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, kind]) => kind);
    expect(rows).toEqual([...POSTGRES_FAILURES]);
  });
  test("has a row for every remedy", () => {
    expect(REMEDY_KINDS.filter((kind) => !text.includes(`| \`${kind}\` |`))).toEqual([]);
  });
});
