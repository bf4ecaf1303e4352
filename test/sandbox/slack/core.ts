// The state of the workspace, which all protocols share.

import type { Clock } from "../../../src/lib/clock.js";
import { idOfBlock } from "./block-id.js";
import { CallLog } from "./calls.js";
import { Directory } from "./channels.js";
import { Faults } from "./faults.js";
import { type Identity, identityOf } from "./identity.js";
import { Installation } from "./installation.js";
import type { Json } from "./json.js";
import { RateLimits } from "./limits.js";
import { manifest, readManifest } from "./manifest.js";
import { MessageLog } from "./messages.js";
import { Triggers } from "./triggers.js";
import type { SlackMessage, SlackOptions, Trouble } from "./types.js";
import { ViewStore } from "./views.js";

export class Core {
  readonly clock: Clock;
  readonly identity: Identity;
  readonly directory: Directory;
  readonly log: MessageLog;
  readonly calls = new CallLog();
  readonly faults = new Faults();
  readonly limits: RateLimits;
  readonly triggers: Triggers;
  /** How long people wait for a form or a picker, in ms of the clock. */
  readonly patienceMs: number;
  readonly views: ViewStore;
  readonly troubles: Trouble[] = [];
  readonly app: Installation;
  /** Some workspaces refuse data tables. */
  takesDataTables = true;
  /** "http://127.0.0.1:PORT", known once the server listens. */
  origin = "";
  /** Tells the app about its own messages, too. `before`: the message before the edit. */
  onOwnMessage: (message: SlackMessage, before?: Json) => void = () => undefined;
  /** Creates a one-time address for a Socket Mode connection. */
  openSocketUrl: (appId: string) => string = () => {
    throw new Error("Socket Mode has not been started.");
  };

  constructor(options: SlackOptions) {
    this.clock = options.clock;
    this.app = new Installation(readManifest(options.manifest ?? manifest()), options.declined ?? []);
    this.identity = identityOf(options);
    this.directory = new Directory(this.identity);
    this.log = new MessageLog(options.clock);
    this.limits = new RateLimits(options.clock);
    this.patienceMs = options.patienceMs ?? 3_000;
    this.triggers = new Triggers(options.clock, this.patienceMs);
    this.views = new ViewStore(options.clock, this.directory);
  }

  /** The message as payloads and answers carry it. */
  wireMessage(message: SlackMessage): Json {
    const { botUserId, botId, appId, teamId } = this.identity;
    const edited = message.history.at(-1);
    return {
      type: "message",
      user: message.author,
      ts: message.ts,
      ...(message.author === botUserId ? { bot_id: botId, app_id: appId } : {}),
      text: message.text,
      team: teamId,
      ...(message.blocks.length > 0 ? { blocks: withIds(message.blocks) } : {}),
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      ...(message.edits > 0 && edited ? { edited: { user: botId, ts: `${Math.floor(edited.at / 1000)}.000000` } } : {}),
    };
  }
}

/** Slack gives a block_id to every block without one. Here, it depends on the block's position. */
export function withIds(blocks: readonly unknown[]): unknown[] {
  return blocks.map((block, index) => (typeof block === "object" ? { block_id: idOfBlock(index), ...block } : block));
}
