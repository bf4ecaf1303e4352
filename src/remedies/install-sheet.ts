// What an admin should know before saying yes to the installation: what the bot may do in Slack and in Hex, what it keeps, and how to
// remove it. `/hex about` and docs/security.md say it in these words.

import type { Tables } from "../store/tables.js";

export interface ScopeUse {
  /** What the bot does with it. */
  uses: string;
  /** What it cannot do with it all the same. */
  cannot: string;
}

/** By Slack's name of the scope. */
export const SCOPE_USES = {
  commands: {
    uses: "Answers `/hex` and its shortcut.",
    cannot: "It sees no other command and nothing else that people type.",
  },
  "chat:write": {
    uses: "Posts, edits and deletes its own messages where it is a member, and in direct messages.",
    cannot: "It cannot edit or delete other people's messages, or write in their names.",
  },
  "chat:write.public": {
    uses: "Posts run cards, troubles, digests and alerts in public channels without an invitation.",
    cannot: "It cannot read these channels, or post in private ones without an invitation.",
  },
  "app_mentions:read": {
    uses: "Reads messages that mention it, which are commands.",
    cannot: "It cannot read messages that do not mention it.",
  },
  "im:history": {
    uses: "Reads what people write in its own direct messages, which are commands.",
    cannot: "It cannot read direct messages between people.",
  },
  "users:read": {
    uses: "Looks up who is a guest or an admin, who has left, the time zone of whoever sets a digest, once a day the people whom the rules name, and, if a rule wants the approval of admins or members, all accounts.",
    cannot: "It cannot see e-mail addresses, and stores nothing but the time zone of a digest.",
  },
  "users:read.email": {
    uses: "Looks up who has the e-mail address of a project's owner, to mention them, and the address of whoever uses the bot, if a rule is about owners.",
    cannot: "It keeps the answers only in memory, for a day at most.",
  },
  "usergroups:read": {
    uses: "Looks up who is in the user groups that the rules name, and once a day which groups there are.",
    cannot: "It cannot change a group, and stores none of the answers.",
  },
} as const satisfies Record<string, ScopeUse>;

/** Scopes that the manifest does not ask for, and that the bot uses if somebody adds them. */
const EXTRA_SCOPES: readonly string[] = ["channels:read", "groups:read"];

/** What the bot does with those of these scopes that are not in the manifest; `null` for none. */
export function extraUses(scopes: readonly string[]): string | null {
  const extra = scopes.filter((scope) => EXTRA_SCOPES.includes(scope)).map((scope) => `\`${scope}\``);
  return extra.length === 0
    ? null
    : `With ${extra.join(" and ")}, it looks up once a day whether the channels that the rules name are still there.`;
}

/** Those of these scopes that the bot does not use. */
export function unusedScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !(scope in SCOPE_USES) && !EXTRA_SCOPES.includes(scope));
}

/** With one of these, the bot could read what people write in channels. */
const READS_CHANNELS: readonly string[] = ["channels:history", "groups:history", "mpim:history"];

/** One sentence about the messages of channels. `scopes` are those that the app has. */
export function channelReading(scopes: readonly string[]): string {
  const reading = scopes.filter((scope) => READS_CHANNELS.includes(scope));
  return reading.length === 0
    ? "The bot cannot read messages of channels, except those that mention it."
    : `With ${reading.join(", ")}, the app could read messages of channels. The bot does not need that: remove it from the app.`;
}

export interface TokenScope {
  name: string;
  isOptional: boolean;
  /** What the bot does with it. */
  uses: string;
}

/** The scopes of the Hex token, as the dialog in Hex names them. */
export const TOKEN_SCOPES: readonly TokenScope[] = [
  { name: "Read projects", isOptional: false, uses: "Reads projects, their schedules, and their runs." },
  { name: "Run projects", isOptional: false, uses: "Starts and cancels runs, and updates published results." },
  { name: "Users: Read", isOptional: true, uses: "Reads whose token it is and when it expires." },
  {
    name: "Cells: Read",
    isOptional: true,
    uses: "Reads which data connections are used by projects that fail together.",
  },
  { name: "Data connections: Read", isOptional: true, uses: "Reads the names of these connections." },
];

/** What the token cannot be limited to. */
export const TOKEN_REACH =
  "A workspace token sees every project of the workspace, and a personal one every project that its user sees. In Hex, the bot changes only runs and, with `--publish`, published results.";

/** What is kept about a part of the bot's work. */
export interface Kept {
  what: string;
  /** How long, to follow "Kept". */
  until: string;
}

const KEPT = {
  runs: {
    what: "Runs: project, inputs, who asked for them, where and when, their cards, and who pressed *Tell me*.",
    until: "for `HEX_BOT_KEEP_DAYS` days after their end",
  },
  audit: {
    what: "The audit log: who did what where, with which inputs (secret-looking ones hidden), and what came of it.",
    until: "for `HEX_BOT_AUDIT_DAYS` days",
  },
  watching: {
    what: "What conversations watch and the digests that they get, who set them, how the projects' last runs ended, what went wrong, who is on it, and what the paging service was told.",
    until: "as long as they are watched, and for 31 days after what went wrong is over",
  },
  health: {
    what: "When Hex could be reached, and outages.",
    until: "for 31 days, and outages for `HEX_BOT_KEEP_DAYS` days if that is longer",
  },
  catalog: {
    what: "The list of projects: ids, titles, descriptions, categories, statuses, schedules, collections if rules name some, and the e-mail addresses of owners and creators.",
    until: "as long as Hex lists them, and 30 days longer",
  },
  drafts: {
    what: "Forms that are not submitted yet, with what was typed into them, and what people chose from or searched for.",
    until: "for a day; the names of inputs that Hex refused, for 90 days",
  },
  surfaces: {
    what: "Which of Slack's events were handled, and who has opened the Home tab.",
    until: "for two days and for one day, respectively",
  },
  connections: {
    what: "The ids and names of data connections of projects that failed together.",
    until: "for three days",
  },
  technical: {
    what: "Which process leads, how many requests to Hex there were in the last minute, since when there have been rules, a fingerprint of each replica's rules, and copies of damaged records, so that somebody can look at them.",
    until: "as long as they are needed; the last 20 damaged records",
  },
} as const satisfies Record<string, Kept>;

/** What kind of data each table holds. */
const KIND_OF_TABLE: Record<keyof Tables, keyof typeof KEPT> = {
  runs: "runs",
  cards: "runs",
  followers: "runs",
  audit: "audit",
  watches: "watching",
  digests: "watching",
  followed_projects: "watching",
  troubles: "watching",
  run_ends: "watching",
  trouble_members: "watching",
  alerts: "watching",
  attention: "watching",
  pages: "watching",
  health: "health",
  health_hours: "health",
  incidents: "health",
  watch: "health",
  catalog: "catalog",
  catalog_projects: "catalog",
  drafts: "drafts",
  seen_events: "surfaces",
  homes: "surfaces",
  connection_readings: "connections",
  requests: "technical",
  leader: "technical",
  policy_memory: "technical",
  damaged_documents: "technical",
};

/** Everything that is kept, one entry for each kind of table. */
export function everythingKept(): Kept[] {
  return [...new Set(Object.values(KIND_OF_TABLE))].map((kind) => KEPT[kind]);
}

/** How to remove everything, in order. */
export const REMOVAL = [
  "Remove the app from the workspace: in Slack under *Manage apps > Hex > Remove app*. Its tokens no longer work.",
  "Revoke the token in Hex under *Settings > API tokens*.",
  "Stop the bot, and delete its folder (`HEX_BOT_DATA_DIR`) or its schema in Postgres. Delete its log and your backups.",
  "The messages that it posted stay in Slack: delete them there if they should not.",
] as const;
