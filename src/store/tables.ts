// The shape of the store as it is now, as Kysely reads it.

/** A run as the bot remembers it: the document, and beside it what is searched by. */
interface RunsTable {
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
interface CardsTable {
  run_key: string;
  channel: string;
  /** The thread that it was asked for in; null outside threads. */
  thread_ts: string | null;
  /** 1 when Slack has said that everybody in the workspace may read the channel. */
  is_public: number;
  /** The message's timestamp, which is its id; null until it is posted. */
  ts: string | null;
  /** A Slack user id: who gets the card when the channel does not take it, and who is told of the end. */
  requester: string | null;
  /** A hash of what the message shows. */
  shown: string | null;
  /** The channel in which it was and can no longer be changed; null while it is where it was posted first. */
  moved_from: string | null;
  /** The message that it left there; null: none, or not known to a version before 0.2. */
  moved_ts: string | null;
  /** Slack's word for why. */
  moved_why: string | null;
  /** Which process draws it at this moment; null: none. */
  drawn_by: string | null;
  /** Until when that process may draw it, epoch ms. */
  drawn_until: number;
  /** 1 when the end is shown and told, or can no longer be. */
  settled: number;
}

/** One row: who leads, on a store that several processes share. */
interface LeaderTable {
  /** Grows by one with each term. */
  fence: number | string;
  /** A process; null: none. */
  holder: string | null;
  /** Until when it leads unless it renews its lease, and nobody else may begin before: epoch ms, by the database's clock. */
  until: number | string;
  /** 1 when the store was taken over from version 0.1.0, whose processes may still be at work. */
  after_old: number;
}

/** One row, for processes of version 0.1.0: whether the one that watched last has stopped in order (1) or not (0). */
interface WatchTable {
  goodbye: number;
}

/** A request to Hex of the last minute, on a store that several processes share. */
interface RequestsTable {
  /** Epoch ms. */
  at: number | string;
}

/** One row: all that the watchdog knows. */
interface HealthTable {
  /** JSON, see `watchdogStateSchema`. */
  doc: string;
}

/** An outage of Hex. */
interface IncidentsTable {
  id: string;
  /** Epoch ms. */
  since: number;
  /** Epoch ms; null while it is not over. */
  ended_at: number | null;
  /** JSON, see `incidentSchema`. */
  doc: string;
}

/** For how much of an hour Hex was seen up and down. What is missing to a whole hour was not watched. */
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

/** Documents that could not be read and had to make room for another one: kept for whoever looks into it. */
interface DamagedDocumentsTable {
  /** The table that it stood in. */
  source: string;
  /** When it was put here, as the database writes a time (UTC). */
  at: string;
  doc: string | null;
}

/** A project of Hex, as it was told last. */
interface CatalogProjectsTable {
  id: string;
  /** When Hex was asked and told of it, epoch ms. */
  seen_at: number | string;
  /** When it was no longer among all that Hex told, epoch ms; null: it is there. */
  gone_at: number | string | null;
  /** Of the catalog when this row last changed. */
  revision: number | string;
  /** JSON, see `storedProjectSchema`. */
  doc: string;
}

/** One row: how far the catalog has been read. */
interface CatalogTable {
  /** Grows with everything that is stored of the catalog. */
  revision: number | string;
  /** JSON, see `catalogStateSchema`. */
  doc: string;
}

/** What somebody is about to run, kept where no button can carry it. */
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
  /** Of Slack. */
  user_id: string;
  /** 1 while they want it: whoever no longer does stays here, so that a double click is known. */
  following: number;
  /** The click that made it so, the same for each of its deliveries. */
  click: string;
  /** When that was, epoch ms. */
  pressed_at: number;
  /** The state of the run that they have been told of last; null: none. */
  told: string | null;
  /** Which process tells them at this moment; null: none. */
  told_by: string | null;
  /** Until when that process may, epoch ms. */
  telling_until: number;
}

/** Events of Slack that were taken, so that a second delivery does nothing. */
interface SeenEventsTable {
  key: string;
  /** Epoch ms. */
  at: number;
}

/** The Home tabs that were opened. */
interface HomesTable {
  /** Of Slack. */
  user_id: string;
  /** When it was opened last, epoch ms. */
  opened_at: number;
  /** A hash of what it shows; null when that is not known. */
  shown: string | null;
  /** Slack's hash of what it shows, which changes each time; null when that is not known. */
  view_hash: string | null;
  /** How often something was picked in its search field. */
  searches: number;
  /** An answer that could be given nowhere else; null: none. */
  notice: string | null;
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
}
