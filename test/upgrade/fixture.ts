// The fixtures of the upgrade test: what a released version left behind, and what Hex and Slack knew at that moment.

import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { Client } from "pg";
import type { Project, Run, SimulatedHex } from "../sandbox/hex/server.js";
import type { LocalSlack, SlackMessage } from "../sandbox/slack/server.js";

/** One folder a version. */
export const FIXTURES = import.meta.dirname;

export type RecordedStore = "sqlite" | "postgres";

/** Times in epoch ms. */
export interface Peers {
  /** When the process was killed. */
  killedAt: number;
  tokenExpiresAt: number;
  /** Where Hex was. */
  origin: string;
  orgId: string;
  projects: Project[];
  runs: {
    facts: Omit<Run, "status" | "finished" | "startedAt" | "endedAt">;
    history: { status: string; at: number }[];
  }[];
  messages: SlackMessage[];
  /** The messages that matter, by what they show. */
  named: Record<string, { channel: string; ts: string }>;
}

export function readPeers(version: string, store: RecordedStore): Peers {
  const peers: Peers = JSON.parse(readFileSync(join(FIXTURES, version, `${store}-peers.json`), "utf8"));
  return peers;
}

/** Hex and Slack know again what they knew. */
export function restorePeers(peers: Peers, hex: SimulatedHex, slack: LocalSlack): void {
  for (const { lastPublishedAt, archivedAt, trashedAt, categories, ...project } of peers.projects) {
    hex.workspace.addProject({
      ...project,
      published: lastPublishedAt !== null,
      ...(lastPublishedAt === null ? {} : { publishedAt: lastPublishedAt }),
      archived: archivedAt !== null,
      trashed: trashedAt !== null,
      categories: categories.map(({ name }) => name),
    });
  }
  for (const { facts, history } of peers.runs) hex.workspace.restoreRun(facts, history);
  for (const person of Object.values(slack.people)) slack.dm(person);
  slack.restore(peers.messages);
}

/** The file as that version left it, but for Hex's address. */
export function restoreFile(version: string, peers: Peers, hex: SimulatedHex, dataDir: string): void {
  const path = join(dataDir, "hex-bot.db");
  copyFileSync(join(FIXTURES, version, "hex-bot.db"), path);
  const file = new Database(path);
  file.prepare("update runs set doc = replace(doc, ?, ?)").run(peers.origin, hex.origin);
  file.close();
}

/** The tables as that version left them, in an empty database, but for Hex's address. */
export async function restoreDatabase(version: string, peers: Peers, hex: SimulatedHex, url: string): Promise<void> {
  const folder = join(FIXTURES, version);
  const rows: Record<string, unknown[]> = JSON.parse(readFileSync(join(folder, "postgres-rows.json"), "utf8"));
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(readFileSync(join(folder, "postgres.sql"), "utf8"));
  for (const [table, all] of Object.entries(rows)) {
    const values = JSON.stringify(all).replaceAll(peers.origin, hex.origin);
    await client.query(`insert into "${table}" select * from json_populate_recordset(null::"${table}", $1)`, [values]);
  }
  await client.end();
}
