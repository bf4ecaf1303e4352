// What is written down agrees with what is built: the manifest, .env.example, the README and docs/.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { auditEntrySchema, DEEDS } from "../src/audit/audit-entry.js";
import { readConfig } from "../src/config/config.js";
import { IN_FILES } from "../src/config/secret-files.js";
import { VARIABLES } from "../src/config/variables.js";
import { REMEDY_KINDS } from "../src/remedies/hex.js";
import {
  everythingKept,
  extraUses,
  REMOVAL,
  SCOPE_USES,
  TOKEN_REACH,
  TOKEN_SCOPES,
} from "../src/remedies/install-sheet.js";
import { type Run, runSchema } from "../src/runs/run.js";
import * as transitions from "../src/runs/transitions.js";
import { EVENTS_PATH } from "../src/slack/connection/connect.js";
import { OPTIONAL_SCOPES, REQUIRED_SCOPES } from "../src/slack/connection/scopes.js";
import { COMMANDS } from "../src/slack/listeners/commands/index.js";
import { HEARD_EVENTS } from "../src/slack/listeners/events/index.js";
import { usageHint } from "../src/slack/messages/help.js";
import { runButtons } from "../src/slack/messages/run-buttons.js";
import { SHORTCUTS } from "../src/slack/messages/view-ids.js";
import { RUN_FLAGS } from "../src/slack/parse/run-arguments.js";
import { STORE_FAILURES } from "../src/store/failure.js";
import { POSTGRES_FAILURES } from "../src/store/postgres-failure.js";
import { APPROVAL, AT, PLAIN_RUN } from "./slack/messages/plain-run.js";

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

  test("says of each optional scope which feature needs it, and so does docs/setup.md", () => {
    const part = text.slice(text.indexOf("bot_optional:"));
    for (const scope of OPTIONAL_SCOPES) {
      expect(part).toMatch(new RegExp(`# \\w.*\\.\\n      - ${scope}\\n`));
      expect(read("docs/setup.md")).toMatch(new RegExp(`^\\| \`${scope}\` \\| .+ \\|$`, "m"));
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

describe(".env.example", () => {
  const text = read(".env.example");
  test("has every variable with a sentence", () => {
    for (const { name } of VARIABLES) expect(text).toMatch(new RegExp(`^#.*\\.\\n(#.*\\n)*(# )?${name}=`, "m"));
  });
  test("names no other value than the default", () => {
    for (const { name, default: usual } of VARIABLES) {
      const [, value = "none"] = new RegExp(`^(?:# )?${name}=(.*)$`, "m").exec(text) ?? [];
      expect([name, usual.startsWith(value)]).toEqual([name, true]);
    }
  });
});

/** The names of the folders in a folder. `path`: from here. */
function foldersIn(path: string): string[] {
  const entries = readdirSync(join(import.meta.dirname, path), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : []));
}

/** The rows of all tables of a page, as the texts of their cells. A `\\|` is a part of its cell. */
function rowsOf(text: string): string[][] {
  return [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row = ""]) => row.split(/ (?<!\\)\| /));
}
/** The part of a page below a heading, up to the next one of the same level. */
function partOf(text: string, heading: string): string {
  const [, part = ""] = text.split(`\n${heading}\n`);
  const [level = ""] = heading.split(" ");
  return part.split(new RegExp(`^${level} `, "m"))[0] ?? "";
}
/** The words in code at the beginning of each row. */
function codesIn(text: string): string[] {
  return rowsOf(text).flatMap(([first = ""]) => /^`([^`]+)`/.exec(first)?.[1] ?? []);
}

describe("README.md", () => {
  const text = read("README.md");
  test("is short enough to be read to its end", () => expect(text.split("\n").length).toBeLessThan(150));
  test.each(COMMANDS.map(({ name }) => name))("has a row for /hex %s", (name) => {
    expect(codesIn(text).some((code) => code.startsWith(`/hex ${name}`))).toBe(true);
  });
  test("says what was tested against what", () => {
    expect(text).toMatch(/Nothing\s+here\s+has\s+ever\s+been\s+run\s+against\s+the\s+live\s+services\./);
  });
});

test("/hex help explains every flag of /hex run", () => {
  const { summary = "" } = COMMANDS.find(({ name }) => name === "run") ?? {};
  expect(RUN_FLAGS.filter(({ name }) => !summary.includes(`\`${name}\``))).toEqual([]);
});

describe("docs/using.md", () => {
  const text = read("docs/using.md");
  const codes = codesIn(text);
  test.each(COMMANDS.map(({ name }) => name))("has a row for /hex %s", (name) => {
    expect(codes.some((code) => code.startsWith(`/hex ${name}`))).toBe(true);
  });
  test("has a row for every flag of /hex run", () => {
    const flags = codes.filter((code) => code.startsWith("--")).map((code) => code.split(" ")[0]);
    expect(flags.sort()).toEqual(RUN_FLAGS.map(({ name }) => name).sort());
  });
  test("names every button that a card can have", () => {
    const runs: Run[] = [
      { ...PLAIN_RUN, approval: APPROVAL, state: "awaiting" },
      { ...PLAIN_RUN, state: "lost", why: "start_unknown", hex: null, facts: null, unlisted: false, endedAt: AT },
      { ...PLAIN_RUN, state: "withdrawn", by: "U1", endedAt: AT },
    ];
    const labels = runs.flatMap((run) => runButtons(run)).flatMap((button) => button?.text.text ?? []);
    expect(new Set(labels).size).toBe(8);
    expect(labels.filter((label) => !text.includes(`**${label}**`))).toEqual([]);
  });
});

describe("docs/configuration.md", () => {
  const rows = rowsOf(read("docs/configuration.md")).filter(([name = ""]) => name.startsWith("`"));

  test("has a row for every variable, with its default", () => {
    const told = rows.map(([name = "", value = ""]) => [name, value].map((cell) => cell.replaceAll("`", "")));
    const known = VARIABLES.map((variable) => [variable.name, variable.default]);
    expect(told.sort()).toEqual(known.sort());
  });

  test("says of every number which ones are allowed", () => {
    const env = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", HEX_API_TOKEN: "hxtw_1" };
    const isAllowed = (name: string, value: number) => readConfig({ ...env, [name]: String(value) }).ok;
    const numbers = VARIABLES.filter(({ name, default: usual }) => name !== "PORT" && /^\d+$/.test(usual));
    for (const { name } of numbers) {
      const [, , meaning = ""] = rows.find(([cell]) => cell === `\`${name}\``) ?? [];
      const [least = Number.NaN, most = Number.NaN] = /: (\d+) to (\d+)\b/.exec(meaning)?.slice(1).map(Number) ?? [];
      const tried = [least - 1, least, most, most + 1].map((value) => isAllowed(name, value));
      expect([name, ...tried]).toEqual([name, false, true, true, false]);
    }
  });
});

describe("docs/development.md", () => {
  const text = read("docs/development.md");
  const texts = z.record(z.string(), z.string());
  const { scripts, dependencies, devDependencies } = z
    .object({ scripts: texts, dependencies: texts, devDependencies: texts })
    .parse(JSON.parse(read("package.json")));

  test("names every script", () => {
    const names = Object.keys(scripts).filter((name) => !/^pre(start|verify|policy|audit|demo|pictures)$/.test(name));
    expect(names.filter((name) => !new RegExp(`\`npm (run )?${name}\\b`).test(text))).toEqual([]);
  });
  test("names every folder of tests that mirrors none of src/", () => {
    const others = foldersIn(".").filter((name) => !foldersIn("../src").includes(name));
    expect(others.filter((name) => !text.includes(`\`test/${name}\``))).toEqual([]);
  });
  test("says of every package why it is here", () => {
    const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith("@types/"));
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("docs/troubleshooting.md", () => {
  const text = read("docs/troubleshooting.md");
  test("has a row for every remedy", () => expect(codesIn(partOf(text, "## Hex"))).toEqual(REMEDY_KINDS));
  test("has a row for every failure of Postgres", () => {
    expect(codesIn(partOf(text, "## Postgres"))).toEqual([...POSTGRES_FAILURES]);
  });
  test("has a row for every failure of the file", () => {
    const ofFile = STORE_FAILURES.filter((kind) => kind !== "failed" && !POSTGRES_FAILURES.some((its) => its === kind));
    expect(codesIn(partOf(text, "## The database file")).sort()).toEqual(["disk_full", "read_only", ...ofFile].sort());
  });
});

describe("docs/architecture.md", () => {
  const text = read("docs/architecture.md");
  const states: string[] = runSchema.options.map((option) => option.shape.state.value);
  const diagram = /stateDiagram-v2\n([^`]+)/.exec(text)?.[1] ?? "";

  test("says of every folder of src/ what is in it", () => {
    const folders = [
      ...foldersIn("../src").filter((name) => name !== "slack"),
      ...foldersIn("../src/slack").map((name) => `slack/${name}`),
    ];
    expect(folders.filter((name) => !text.includes(`\`src/${name}\``))).toEqual([]);
  });

  test("tells of every state of a run", () => {
    const told = rowsOf(partOf(text, "## The life of a run")).flatMap(([cell = ""]) => cell.match(/\w+(?=`)/g) ?? []);
    expect(told.sort()).toEqual([...states].sort());
    for (const state of states) expect(diagram).toMatch(new RegExp(`\\b${state}\\b`));
  });

  test("names on each arrow a function of transitions.ts", () => {
    const arrows = [...diagram.matchAll(/^ *(\S+) --> (\S+): ([\w, ]+)$/gm)];
    expect(arrows.length).toBe(diagram.match(/-->/g)?.length);
    for (const [, from = "", to = "", names = ""] of arrows) {
      expect([...states, "[*]", "live", "over"]).toEqual(expect.arrayContaining([from, to]));
      expect(Object.keys(transitions)).toEqual(expect.arrayContaining(names.split(", ")));
    }
  });
});

describe("docs/security.md", () => {
  const text = read("docs/security.md");

  test("has every scope of Slack, what the bot does with it, and what it cannot do", () => {
    const rows = rowsOf(partOf(text, "### In Slack")).slice(-Object.keys(SCOPE_USES).length);
    const wanted = Object.entries(SCOPE_USES).map(([scope, { uses, cannot }]) => [
      `\`${scope}\``,
      REQUIRED_SCOPES.some((required) => required === scope) ? "required" : "optional",
      uses,
      cannot,
    ]);
    expect(rows).toEqual(wanted);
    expect(Object.keys(SCOPE_USES)).toEqual([...REQUIRED_SCOPES, ...OPTIONAL_SCOPES]);
  });

  test("names every deed and every decision of the audit log", () => {
    const rows = new Map(rowsOf(partOf(text, "## Who did what")).map(([field = "", held = ""]) => [field, held]));
    const words = (field: string) => [...(rows.get(field) ?? "").matchAll(/`(\w+)`/g)].map(([, word]) => word);
    expect(words("`deed`").sort()).toEqual(Object.keys(DEEDS).sort());
    expect(words("`decision`")).toEqual(auditEntrySchema.shape.decision.unwrap().options);
  });

  test("says of every secret what somebody who has it can do", () => {
    expect(codesIn(partOf(text, "## What the tokens can do")).sort()).toEqual([...IN_FILES].sort());
  });

  test("has every scope of the Hex token, everything that is kept, and how to remove it", () => {
    expect(text.replaceAll("\n", " ")).toContain(TOKEN_REACH);
    expect(text.replaceAll("\n", " ")).toContain(extraUses(["channels:read", "groups:read"]));
    for (const { name, isOptional, uses } of TOKEN_SCOPES) {
      expect(text).toContain(`| ${name} | ${isOptional ? "optional" : "required"} | ${uses} |\n`);
    }
    for (const { what, until } of everythingKept()) expect(text).toContain(`| ${what} | ${until} |\n`);
    for (const [at, step] of REMOVAL.entries()) expect(text).toContain(`${at + 1}. ${step}\n`);
  });
});
