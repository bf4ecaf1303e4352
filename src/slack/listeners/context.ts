// What every command and button works with.

import type { WebClient } from "@slack/web-api";
import type { Place } from "../../access/policy.js";
import type { AttentionStore } from "../../attention/attention-store.js";
import type { AuditLog } from "../../audit/audit-log.js";
import type { AuditStore } from "../../audit/audit-store.js";
import type { ConnectionStore } from "../../follow/connection-store.js";
import type { DigestSources } from "../../follow/digest-contents.js";
import type { DigestStore } from "../../follow/digest-store.js";
import type { TroubleStore } from "../../follow/trouble-store.js";
import type { Following } from "../../follow/watch.js";
import type { WatchStore } from "../../follow/watch-store.js";
import type { Budget } from "../../hex/budget.js";
import type { Call, HexClient } from "../../hex/client.js";
import type { Prober } from "../../hex/prober.js";
import type { StatusPage } from "../../hex/status-page.js";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import type { HealthStore } from "../../outages/store.js";
import type { PageStore } from "../../paging/page-store.js";
import type { StoreKind } from "../../remedies/store.js";
import type { Canceller } from "../../runs/cancel.js";
import type { Starter } from "../../runs/start.js";
import type { RunStore } from "../../runs/store.js";
import type { Drafts } from "../../store/drafts.js";
import type { RowReader } from "../../store/row-reader.js";
import type { SeenEvents } from "../../store/seen-events.js";
import type { StoreCheck } from "../../store/store-check.js";
import type { Attempt } from "../access/attempts.js";
import type { NameCheck } from "../access/name-check.js";
import type { PermissionSources, Permissions } from "../access/permissions.js";
import type { ApproverSources } from "../access/possible-approvers.js";
import type { TroubleSources } from "../alerts/told-groups.js";
import type { Cards } from "../cards/cards.js";
import type { Requesters } from "../cards/requesters.js";
import type { Conversation } from "../connection/conversation.js";
import type { DataTables } from "../connection/data-tables.js";
import type { SlackRefusals } from "../connection/refusals.js";
import type { FormVersions } from "../flows/form-versions.js";
import type { Followers } from "../followers/followers.js";
import type { Homes } from "../home/homes.js";
import type { Message } from "../messages/blocks.js";

export interface Bot {
  slack: WebClient;
  hex: HexClient;
  permissions: PermissionSources;
  approverSources: ApproverSources;
  nameCheck: Pick<NameCheck, "findings">;
  audit: AuditLog;
  auditStore: Pick<AuditStore, "latest" | "projectIds">;
  prober: Prober;
  statusPage: StatusPage;
  budget: Budget;
  runs: RunStore;
  starter: Starter;
  canceller: Canceller;
  cards: Cards;
  followers: Followers;
  homes: Homes;
  requesters: Requesters;
  /** The versions of open forms that were drawn here. */
  formVersions: FormVersions;
  /** What does not fit into buttons and forms. */
  drafts: Drafts;
  /** What has already been handled and must not be done twice. */
  seenEvents: SeenEvents;
  health: HealthStore;
  connections: Pick<ConnectionStore, "known">;
  watches: WatchStore;
  digests: DigestStore;
  /** What digests are written from. */
  digestSources: DigestSources;
  /** Whether the workspace takes tables that can be sorted. */
  dataTables: DataTables;
  troubles: TroubleStore;
  /** Who is on which outage or trouble, and who has silenced it. */
  attention: AttentionStore;
  /** What the conversations are told of watched projects. */
  troubleSources: TroubleSources;
  following: Following;
  /** To be called when somebody watches something else. */
  wakeFollowing: () => void;
  /** Whether a channel is told of outages. */
  hasAlertChannel: boolean;
  /** What the paging service was told; `null` when none is configured. */
  pages: Pick<PageStore, "held"> | null;
  storeCheck: StoreCheck;
  storeKind: StoreKind;
  /** Knows which stored rows could not be read. */
  rows: RowReader;
  slackRefusals: SlackRefusals;
  clock: Clock;
  /** The bot's name in Slack, for `/invite`. */
  name: string;
  /** Its user id in Slack, which a mention of it contains. */
  userId: string;
  /** Returns a short random text that makes the buttons of one rendering work only once. */
  newNonce: () => string;
  /** The longest time for the work of `/hex status`, in ms. People are promised an answer within 10 s. */
  statusTimeoutMs: number;
  /** How long a requester waits for the card before the bot tells them how the run is going, in ms. */
  cardTimeoutMs: number;
  /** How long somebody waits for the answer to a command before the bot tells them that it is still to come, in ms. */
  slowAnswerMs: number;
  /** How long after its arrival a form is answered at the latest, in ms: Slack waits three seconds. */
  formAnswerMs: number;
}

/** One command, click, form or shortcut: who, where, and how to answer only them. */
export interface Arrival {
  /** The same for every delivery of the same interaction. */
  key: string;
  /** What the store remembers, so that nothing is done twice for what comes again; `null` where nothing can come again. */
  once: string | null;
  /** Appears in the log and in what people see of failures. */
  reference: string;
  user: string;
  /** Where its card goes. */
  conversation: Conversation;
  /** Where the rules say it happened. */
  place: Place;
  /** Opens one form within three seconds; `null` when Slack gives none. */
  triggerId: string | null;
  /** The command that Slack shows to nobody any more, as it was typed; `null` for anything else, and for what is soon typed again. */
  typed: string | null;
  log: Logger;
  /** Answers only the person. */
  respond: (message: Message) => Promise<void>;
}

/** An arrival from somebody who may use the bot, with what they may do. */
export interface Interaction extends Arrival {
  permissions: Permissions;
  /** What they tried to do to projects that do not exist for them. */
  attempts: Attempt[];
}

/** What arrives, before the bot knows what its person may do. */
export type Unadmitted<I extends Interaction> = Omit<I, "permissions" | "attempts">;

/** For requests that somebody is waiting for. */
export function callFor({ reference }: Pick<Arrival, "reference">, timeoutMs = 30_000): Call {
  return { reference, priority: "command", timeoutMs };
}
