// The shape of the store, one migration a version. What has been released is never edited, only followed by another.

import { type Kysely, type Migration, sql } from "kysely";

/** A run as the bot remembers it: the document, and beside it what is searched by. */
export interface RunsTable {
  key: string;
  /** Grows by one with each change: whoever writes an older one has lost. */
  version: number;
  state: string;
  /** 1 while there is still something to learn. */
  in_flight: number;
  project_id: string;
  hex_run_id: string | null;
  /** Epoch ms. */
  requested_at: number;
  /** Epoch ms. */
  finished_at: number | null;
  /** JSON, see `runSchema`. */
  doc: string;
}

/** The message in Slack that shows a run. */
export interface CardsTable {
  run_key: string;
  channel: string;
  /** The message's timestamp, which is its id; null until it is posted. */
  ts: string | null;
  /** A Slack user id: who gets the card when the channel does not take it, and who is told of the end. */
  requester: string | null;
  /** A hash of what the message shows. */
  shown: string | null;
  /** The channel in which it was and can no longer be changed; null while it is where it was posted first. */
  moved_from: string | null;
  /** Slack's word for why. */
  moved_why: string | null;
  /** Which process draws it at this moment; null: none. */
  drawn_by: string | null;
  /** Until when that process may draw it, epoch ms. */
  drawn_until: number;
  /** 1 when the end is shown and told, or can no longer be. */
  settled: number;
}

/** One row: whether the process that watched last has stopped in order (1) or may still believe that it watches (0). */
export interface WatchTable {
  goodbye: number;
}

/** A request to Hex of the last minute, on a store that several processes share. */
export interface RequestsTable {
  /** Epoch ms. */
  at: number | string;
}

/** One row: all that the watchdog knows. */
export interface HealthTable {
  /** JSON, see `memorySchema`. */
  doc: string;
}

/** An outage of Hex. */
export interface IncidentsTable {
  id: string;
  /** Epoch ms. */
  since: number;
  /** Epoch ms; null while it is not over. */
  ended_at: number | null;
  /** JSON, see `incidentSchema`. */
  doc: string;
}

/** For how much of an hour Hex was seen up and down. What is missing to a whole hour was not watched. */
export interface HealthHoursTable {
  /** Hours since the epoch. */
  hour: number;
  up_ms: number;
  down_ms: number;
}

/** A message in the channel for alerts. */
export interface AlertsTable {
  /** What it is about: an incident, or a warning. */
  subject: string;
  /** When it was wanted first, epoch ms. */
  at: number;
  /** Where it is; null until it is posted, like `ts`. */
  channel: string | null;
  /** The message's timestamp, which is its id. */
  ts: string | null;
  /** A hash of what the message shows. */
  shown: string | null;
  /** How many replies are in its thread. */
  told: number;
  /** 1 from before it is posted until that is known to have worked or not. */
  posting: number;
  /** 1 when another message about the same may have been posted before. */
  doubled: number;
  /** 1 when somebody deleted it and it was posted anew. */
  reposted: number;
  /** 1 when there is nothing more to show. */
  settled: number;
}

export interface Tables {
  requests: RequestsTable;
  runs: RunsTable;
  cards: CardsTable;
  watch: WatchTable;
  health: HealthTable;
  incidents: IncidentsTable;
  health_hours: HealthHoursTable;
  alerts: AlertsTable;
}

const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("runs")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("in_flight", "integer", (column) => column.notNull())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("hex_run_id", "text")
      .addColumn("requested_at", "bigint", (column) => column.notNull())
      .addColumn("finished_at", "bigint")
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("runs_in_flight").on("runs").columns(["in_flight", "requested_at"]).execute();
    await db.schema.createIndex("runs_hex_run_id").on("runs").column("hex_run_id").execute();
    await db.schema
      .createTable("cards")
      .addColumn("run_key", "text", (column) => column.primaryKey())
      .addColumn("channel", "text", (column) => column.notNull())
      .addColumn("ts", "text")
      .addColumn("requester", "text")
      .addColumn("shown", "text")
      .addColumn("moved_from", "text")
      .addColumn("moved_why", "text")
      .addColumn("drawn_by", "text")
      .addColumn("drawn_until", "bigint", (column) => column.notNull())
      .addColumn("settled", "integer", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("cards_settled").on("cards").column("settled").execute();
    await db.schema
      .createTable("requests")
      .addColumn("at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("watch")
      .addColumn("goodbye", "integer", (column) => column.notNull())
      .execute();
    await sql`insert into watch (goodbye) values (1)`.execute(db);
  },
};

const health: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("health")
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    const nothing = JSON.stringify({ health: { state: "up" }, probe: null, token: null, notices: [] });
    await sql`insert into health (doc) values (${nothing})`.execute(db);
    await db.schema
      .createTable("incidents")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("since", "bigint", (column) => column.notNull())
      .addColumn("ended_at", "bigint")
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("incidents_ended_at").on("incidents").column("ended_at").execute();
    await db.schema
      .createTable("health_hours")
      .addColumn("hour", "integer", (column) => column.primaryKey())
      .addColumn("up_ms", "integer", (column) => column.notNull())
      .addColumn("down_ms", "integer", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("alerts")
      .addColumn("subject", "text", (column) => column.primaryKey())
      .addColumn("at", "bigint", (column) => column.notNull())
      .addColumn("channel", "text")
      .addColumn("ts", "text")
      .addColumn("shown", "text")
      .addColumn("told", "integer", (column) => column.notNull())
      .addColumn("posting", "integer", (column) => column.notNull())
      .addColumn("doubled", "integer", (column) => column.notNull())
      .addColumn("reposted", "integer", (column) => column.notNull())
      .addColumn("settled", "integer", (column) => column.notNull())
      .execute();
  },
};

export const MIGRATIONS: Record<string, Migration> = { "001_runs_and_cards": first, "002_health": health };
