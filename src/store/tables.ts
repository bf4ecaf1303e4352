// The current shape of the store, for Kysely.

/** A stored run: its document, and the columns to search by. */
interface RunsTable {
  key: string;
  /** Grows by one with each change. A writer with an older version has lost. */
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
interface CardsTable {
  run_key: string;
  channel: string;
  /** The thread in which the run was requested; `null` outside threads. */
  thread_ts: string | null;
  /** 1 when Slack has said that everybody in the workspace may read the channel. */
  is_public: number;
  /** The message's timestamp, which is its id; `null` until it is posted. */
  ts: string | null;
  /** A Slack user id: the person who gets the card when the channel refuses it, and who is told of the end. */
  requester: string | null;
  /** A hash of what the message shows. */
  shown: string | null;
  /** The channel where it used to be and can no longer be changed; `null` while it is where it was first posted. */
  moved_from: string | null;
  /** The message that it left there; `null` when there is none, or a version before 0.2 did not store it. */
  moved_ts: string | null;
  /** Slack's error code for why. */
  moved_why: string | null;
  /** The process that is drawing it at this moment; `null` when none is. */
  drawn_by: string | null;
  /** Until when that process may draw it, epoch ms. */
  drawn_until: number;
  /** 1 when the end has been shown and told, or can no longer be. */
  settled: number;
  /** Which reply was about to be posted; `null` when none was. */
  posting: string | null;
}

/** One row: who leads, on a store that several processes share. */
interface LeaderTable {
  /** Grows by one with each term. */
  fence: number | string;
  /** A process; `null` for none. */
  holder: string | null;
  /** Until when it leads unless it renews its lease. Nobody else may begin before that. Epoch ms, by the database's clock. */
  until: number | string;
  /** 1 when the store was taken over from version 0.1.0, whose processes may still be running. */
  after_old: number;
}

/** One row, for processes of version 0.1.0: whether the last leader stopped properly (1) or not (0). */
interface WatchTable {
  goodbye: number;
}

/** A request to Hex in the last minute, on a store that several processes share. */
interface RequestsTable {
  /** Epoch ms. */
  at: number | string;
}

/** One row: everything that the watchdog knows. */
interface HealthTable {
  /** JSON, see `watchdogStateSchema`. */
  doc: string;
}

/** An outage of Hex. */
interface IncidentsTable {
  id: string;
  /** Epoch ms. */
  since: number;
  /** Epoch ms; `null` while it is not over. */
  ended_at: number | null;
  /** JSON, see `incidentSchema`. */
  doc: string;
}

/** How much of an hour Hex was seen up and down. The rest of the hour was not watched. */
interface HealthHoursTable {
  /** Hours since the epoch. */
  hour: number;
  up_ms: number;
  down_ms: number;
}

/** A message in the channel for alerts. */
interface AlertsTable {
  /** What it is about: an incident, or a warning. */
  subject: string;
  /** When it was first wanted, epoch ms. */
  at: number;
  /** Where it is; `null` until it is posted, and so is `ts`. */
  channel: string | null;
  /** The message's timestamp, which is its id. */
  ts: string | null;
  /** A hash of what the message shows. */
  shown: string | null;
  /** How many replies are in its thread. */
  told: number;
  /** 1 from before it is posted until it is known whether that worked. */
  posting: number;
  /** 1 when there may be an earlier message about the same subject. */
  doubled: number;
  /** 1 when somebody deleted it and it was posted again. */
  reposted: number;
  /** 1 when there is nothing more to show. */
  settled: number;
}

/** Documents that could not be read and had to be replaced, kept for operators to examine. */
interface DamagedDocumentsTable {
  /** The table that it was in. */
  source: string;
  /** When it was put here, in the database's format for a time (UTC). */
  at: string;
  doc: string | null;
}

/** A project in Hex, as in Hex's last answer. */
interface CatalogProjectsTable {
  id: string;
  /** When the bot asked Hex and the answer had the project, epoch ms. */
  seen_at: number | string;
  /** When it was first missing from Hex's full list, epoch ms; `null` while it exists. */
  gone_at: number | string | null;
  /** The catalog's revision when this row last changed. */
  revision: number | string;
  /** JSON, see `storedProjectSchema`. */
  doc: string;
}

/** One row: how far the catalog has been read. */
interface CatalogTable {
  /** Grows with everything that is stored in the catalog. */
  revision: number | string;
  /** JSON, see `catalogStateSchema`. */
  doc: string;
}

/** What somebody is about to run, stored when it does not fit into a button. */
interface DraftsTable {
  key: string;
  /** Epoch ms. */
  expires_at: number;
  /** JSON. */
  doc: string;
}

/** Who wants a direct message at the end of a run. */
interface FollowersTable {
  run_key: string;
  /** A Slack user id. */
  user_id: string;
  /** 1 while they want it. People who no longer do stay here, so that a double click can be recognized. */
  following: number;
  /** The click that set this, the same for each of its deliveries. */
  click: string;
  /** When that was, epoch ms. */
  pressed_at: number;
  /** The last state of the run that they have been told about; `null` for none. */
  told: string | null;
  /** The process that is telling them at this moment; `null` when none is. */
  told_by: string | null;
  /** Until when that process may tell them, epoch ms. */
  telling_until: number;
}

/** Slack events that have been claimed, so that a second delivery does nothing. */
interface SeenEventsTable {
  key: string;
  /** Epoch ms. */
  at: number;
}

/** The Home tabs that were opened. */
interface HomesTable {
  /** A Slack user id. */
  user_id: string;
  /** When it was last opened, epoch ms. */
  opened_at: number;
  /** A hash of what it shows; `null` when that is not known. */
  shown: string | null;
  /** Slack's hash of what it shows, which changes each time; `null` when that is not known. */
  view_hash: string | null;
  /** How many times something was picked in its search field. */
  searches: number;
  /** An answer that could not be given anywhere else; `null` for none. */
  notice: string | null;
}

/** What a conversation wants to be told. */
interface WatchesTable {
  channel: string;
  /** Empty outside threads. */
  thread_ts: string;
  /** See `ruleKey`. */
  rule_key: string;
  /** JSON, see `watchSchema`. */
  doc: string;
}

/** What is remembered of a watched project. */
interface FollowedProjectsTable {
  project_id: string;
  /** JSON, see `followedSchema`. */
  doc: string;
}

/** A watched project failed, was late, or was stuck. */
interface TroublesTable {
  id: string;
  project_id: string;
  /** Epoch ms; null while it is not over. */
  over_at: number | string | null;
  /** JSON, see `troubleSchema`. */
  doc: string;
}

/** A run of a watched project ended well, or at least did not fail. */
interface RunEndsTable {
  run_id: string;
  /** Epoch ms. */
  ended_at: number | string;
  /** JSON, see `runEndSchema`. */
  doc: string;
}

/** Which messages, and in which conversations, tell of which troubles. */
interface TroubleMembersTable {
  channel: string;
  /** Empty outside threads. */
  thread_ts: string;
  trouble_id: string;
  project_id: string;
  /** The id of the message: the subject of its alert. */
  alert: string;
  /** Its place among the troubles of that message, from 0. */
  position: number;
  /** Since when the message tells of it, epoch ms. */
  joined_at: number | string;
  /** Since when the message tells that it has failed, epoch ms; `null` if it never did. */
  failed_at: number | string | null;
  /** 1 when the message shows nothing new any more. */
  settled: number;
}

/** Who is on an outage or a trouble, and who has silenced it. */
interface AttentionTable {
  /** With `id`: the incident or the trouble. */
  kind: "incident" | "trouble";
  id: string;
  /** Grows by one with each change. A writer with an older version has lost. */
  version: number | string;
  /** JSON, see `attentionSchema`. */
  doc: string;
}

/** What the paging service has been told of an outage or a trouble. */
interface PagesTable {
  /** With `id`: the incident or the trouble. */
  kind: "incident" | "trouble";
  id: string;
  /** 1 when there is nothing more to tell. */
  settled: number;
  /** JSON, see `pageSchema`. */
  doc: string;
}

/** Who did what. Rows are added, and removed when they are old. */
interface AuditTable {
  id: string;
  /** Epoch ms. */
  at: number | string;
  /** A person's id in Slack. */
  who: string | null;
  project_id: string | null;
  /** JSON, see `auditEntrySchema`. */
  doc: string;
}

/** Which conversation hears every day how fresh its projects are. */
interface DigestsTable {
  channel: string;
  /** Empty outside threads. */
  thread_ts: string;
  /** JSON, see `digestSchema`. */
  doc: string;
}

/** What Hex said about data connections, or that it refused to. */
interface ConnectionReadingsTable {
  key: string;
  /** Epoch ms. */
  read_at: number | string;
  /** JSON, see `ConnectionReading`. */
  doc: string;
}

/** One row while rules about who may do what are in force, and one for each replica that says which ones it uses. */
interface PolicyMemoryTable {
  /** See `PolicyMemory` and `PolicyVersions`. */
  key: string;
  /** When the bot first started with rules, or when the replica last said it, epoch ms. */
  since: number | string;
}

export interface Tables {
  requests: RequestsTable;
  runs: RunsTable;
  cards: CardsTable;
  watch: WatchTable;
  leader: LeaderTable;
  health: HealthTable;
  incidents: IncidentsTable;
  health_hours: HealthHoursTable;
  alerts: AlertsTable;
  damaged_documents: DamagedDocumentsTable;
  catalog: CatalogTable;
  catalog_projects: CatalogProjectsTable;
  drafts: DraftsTable;
  followers: FollowersTable;
  seen_events: SeenEventsTable;
  homes: HomesTable;
  watches: WatchesTable;
  followed_projects: FollowedProjectsTable;
  troubles: TroublesTable;
  run_ends: RunEndsTable;
  trouble_members: TroubleMembersTable;
  connection_readings: ConnectionReadingsTable;
  attention: AttentionTable;
  pages: PagesTable;
  digests: DigestsTable;
  audit: AuditTable;
  policy_memory: PolicyMemoryTable;
}
