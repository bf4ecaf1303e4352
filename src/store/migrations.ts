// How the store gets its shape, one migration per version. Released migrations are never edited, only followed by new ones.

import { type Kysely, type Migration, PostgresAdapter, sql } from "kysely";

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

const leader: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("leader")
      // This is the key, so that a lock on it holds up another term but no renewal.
      .addColumn("fence", "bigint", (column) => column.primaryKey())
      .addColumn("holder", "text")
      .addColumn("until", "bigint", (column) => column.notNull())
      .addColumn("after_old", "integer", (column) => column.notNull())
      .execute();
    await sql`insert into leader (fence, until, after_old) values (0, 0, 0)`.execute(db);
    if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
    // The one clock for all processes that share the database, in epoch ms. Tests with their own clock replace it.
    await sql`
      create function hexbot_now() returns bigint language sql volatile
      as 'select floor(extract(epoch from pg_catalog.clock_timestamp()) * 1000)::bigint'`.execute(db);
  },
};

const damagedDocuments: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("damaged_documents")
      .addColumn("source", "text", (column) => column.notNull())
      .addColumn("at", "text", (column) => column.notNull())
      .addColumn("doc", "text")
      .execute();
  },
};

const catalog: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("catalog_projects")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("seen_at", "bigint", (column) => column.notNull())
      .addColumn("gone_at", "bigint")
      .addColumn("revision", "bigint", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("catalog_projects_revision")
      .on("catalog_projects")
      .columns(["revision", "id"])
      .execute();
    await db.schema
      .createTable("catalog")
      .addColumn("revision", "bigint", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    const nothing = JSON.stringify({ pass: null, passEndedAt: null, whole: null });
    await sql`insert into catalog (revision, doc) values (0, ${nothing})`.execute(db);
  },
};

const surfaces: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable("cards").addColumn("thread_ts", "text").execute();
    await db.schema
      .alterTable("cards")
      .addColumn("is_public", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable("cards").addColumn("moved_ts", "text").execute();
    await db.schema.createIndex("runs_project_id").on("runs").columns(["project_id", "requested_at"]).execute();
    await db.schema
      .createTable("drafts")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("drafts_expires_at").on("drafts").column("expires_at").execute();
    await db.schema
      .createTable("followers")
      .addColumn("run_key", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("following", "integer", (column) => column.notNull())
      .addColumn("click", "text", (column) => column.notNull())
      .addColumn("pressed_at", "bigint", (column) => column.notNull())
      .addColumn("told", "text")
      .addColumn("told_by", "text")
      .addColumn("telling_until", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("followers_primary", ["run_key", "user_id"])
      .execute();
    await db.schema
      .createTable("seen_events")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("seen_events_at").on("seen_events").column("at").execute();
    await db.schema
      .createTable("homes")
      .addColumn("user_id", "text", (column) => column.primaryKey())
      .addColumn("opened_at", "bigint", (column) => column.notNull())
      .addColumn("shown", "text")
      .addColumn("view_hash", "text")
      .addColumn("searches", "integer", (column) => column.notNull())
      .addColumn("notice", "text")
      .execute();
    await db.schema.createIndex("cards_requester").on("cards").column("requester").execute();
  },
};

const watches: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("watches")
      .addColumn("channel", "text", (column) => column.notNull())
      // Empty outside threads: a part of a primary key cannot be null on Postgres.
      .addColumn("thread_ts", "text", (column) => column.notNull())
      .addColumn("rule_key", "text", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("watches_primary", ["channel", "thread_ts", "rule_key"])
      .execute();
    await db.schema
      .createTable("followed_projects")
      .addColumn("project_id", "text", (column) => column.primaryKey())
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("troubles")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("over_at", "bigint")
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("troubles_over_at").on("troubles").column("over_at").execute();
    await db.schema.alterTable("alerts").addColumn("thread_ts", "text").execute();
  },
};

const attention: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("attention")
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("id", "text", (column) => column.notNull())
      .addColumn("version", "bigint", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("attention_primary", ["kind", "id"])
      .execute();
    await db.schema
      .createTable("pages")
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("id", "text", (column) => column.notNull())
      .addColumn("settled", "integer", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("pages_primary", ["kind", "id"])
      .execute();
  },
};

const digests: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("digests")
      .addColumn("channel", "text", (column) => column.notNull())
      // Empty outside threads: a part of a primary key cannot be null on Postgres.
      .addColumn("thread_ts", "text", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("digests_primary", ["channel", "thread_ts"])
      .execute();
  },
};

const runEnds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("run_ends")
      .addColumn("run_id", "text", (column) => column.primaryKey())
      .addColumn("ended_at", "bigint", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("run_ends_ended_at").on("run_ends").column("ended_at").execute();
    await db.schema.createIndex("alerts_at").on("alerts").column("at").execute();
  },
};

const connectionReadings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("connection_readings")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("read_at", "bigint", (column) => column.notNull())
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
  },
};

const troubleMembers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("trouble_members")
      .addColumn("channel", "text", (column) => column.notNull())
      // Empty outside threads: a part of a primary key cannot be null on Postgres.
      .addColumn("thread_ts", "text", (column) => column.notNull())
      .addColumn("trouble_id", "text", (column) => column.notNull())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("alert", "text", (column) => column.notNull())
      .addColumn("position", "integer", (column) => column.notNull())
      .addColumn("joined_at", "bigint", (column) => column.notNull())
      .addColumn("settled", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("trouble_members_primary", ["channel", "thread_ts", "trouble_id"])
      .execute();
    await db.schema.createIndex("trouble_members_alert").on("trouble_members").column("alert").execute();
    await db.schema.createIndex("trouble_members_settled").on("trouble_members").column("settled").execute();
  },
};

const audit: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("audit")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("at", "bigint", (column) => column.notNull())
      .addColumn("who", "text")
      .addColumn("project_id", "text")
      .addColumn("doc", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("audit_at").on("audit").column("at").execute();
  },
};

const policyMemory: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("policy_memory")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("since", "bigint", (column) => column.notNull())
      .execute();
  },
};

const cardReplies: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable("cards").addColumn("posting", "text").execute();
  },
};

const failedMembers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable("trouble_members").addColumn("failed_at", "bigint").execute();
    // Their messages tell of what has failed already.
    await sql`update trouble_members set failed_at = joined_at`.execute(db);
  },
};

export const MIGRATIONS: Record<string, Migration> = {
  "001_runs_and_cards": first,
  "002_health": health,
  "003_leader": leader,
  "004_damaged_documents": damagedDocuments,
  "005_catalog": catalog,
  "006_surfaces": surfaces,
  "007_watches": watches,
  "008_attention": attention,
  "009_digests": digests,
  "010_run_ends": runEnds,
  "011_connection_readings": connectionReadings,
  "012_trouble_members": troubleMembers,
  "013_audit": audit,
  "014_policy_memory": policyMemory,
  "015_card_replies": cardReplies,
  "016_failed_members": failedMembers,
};
