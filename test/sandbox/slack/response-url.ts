// response_url: five uses within 30 minutes of the clock, even in conversations where the bot is no member.

import { randomBytes } from "node:crypto";
import { contentOf } from "./content.js";
import type { Core } from "./core.js";
import { faultAnswer } from "./faults.js";
import { faultOutcome, type Outcome, type Reply, tooMany } from "./http.js";
import { digits } from "./identity.js";
import { isRecord, isTrue, type Json, parseJson, stringAt } from "./json.js";
import { Refusal, TooFast } from "./refusal.js";
import type { ApiAnswer, Via } from "./types.js";

const lifeMs = 30 * 60_000;
const maxUses = 5;

/** What a response_url answers to. */
export interface Origin {
  interaction: string;
  channel: string;
  user: string;
  /** The message whose button was pressed. */
  messageTs?: string;
  /** The answer cannot go to a thread. */
  outsideThreads?: boolean;
}

interface Hook extends Origin {
  born: number;
  uses: number;
}

export class ResponseUrls {
  readonly #hooks = new Map<string, Hook>();

  constructor(readonly core: Core) {}

  issue(kind: "commands" | "actions", origin: Origin): string {
    const path = `/${kind}/${this.core.identity.teamId}/${digits(13)}/${randomBytes(12).toString("hex")}`;
    this.#hooks.set(path, { ...origin, born: this.core.clock.now(), uses: 0 });
    return `${this.core.origin}${path}`;
  }

  /** Handles a request to `path`. Returns undefined if that is no response_url. */
  use(path: string, body: string): Outcome | undefined {
    const { core } = this;
    const hook = this.#hooks.get(path);
    if (!hook) return /^\/(commands|actions)\//.test(path) ? { status: 404, body: "no_such_url" } : undefined;
    const args = parseJson(body);
    const at = core.clock.now();
    const log = (answer: ApiAnswer, genuine: boolean) => {
      const entry = { at, method: "response_url", args: isRecord(args) ? args : { body } };
      core.calls.add({ ...entry, answer, interaction: hook.interaction, channel: hook.channel }, genuine);
    };
    const fault = core.faults.take("response_url", args);
    if (fault) {
      if (fault.afterEffect) this.#genuine(hook, args);
      log(faultAnswer(fault.kind), false);
      return faultOutcome(fault.kind, statusOf(fault.kind.type === "error" ? fault.kind.error : ""));
    }
    const { answer, reply } = this.#genuine(hook, args);
    log(answer, true);
    return reply;
  }

  #genuine(hook: Hook, args: unknown): { answer: ApiAnswer; reply: Reply } {
    try {
      hook.uses += 1;
      if (hook.uses > maxUses || this.core.clock.now() - hook.born > lifeMs) throw new Refusal("expired_url");
      if (!isRecord(args)) throw new Refusal("invalid_json");
      const isDirect = this.core.directory.room(hook.channel)?.im !== undefined;
      if (isDirect && !this.core.app.messagesTab) throw new Refusal("messages_tab_disabled");
      respond(this.core, hook, args, "response_url");
      return { answer: { ok: true }, reply: { status: 200, body: "ok" } };
    } catch (error) {
      if (error instanceof TooFast) {
        return { answer: { ok: false, error: "ratelimited" }, reply: tooMany(error.retryAfterSeconds) };
      }
      if (!(error instanceof Refusal)) throw error;
      const answer = { ok: false, error: error.code, ...error.extra };
      return { answer, reply: { status: statusOf(error.code), body: { ok: false, error: error.code } } };
    }
  }
}

/**
 * Does what a response (or the acknowledgement of a command) says: edits or deletes the button's message, or posts a new one. After
 * a click on a button, replace_original is true unless it is set to false.
 */
export function respond(core: Core, origin: Origin, args: Json, via: Via): void {
  const original = core.log.find(origin.channel, origin.messageTs);
  if (original && isTrue(args.delete_original)) {
    core.log.remove(original.channel, original.ts);
    if (args.text === undefined && args.blocks === undefined) return;
  }
  const replaces = args.replace_original === undefined || isTrue(args.replace_original);
  const content = contentOf(args, { over: "response_url", takesDataTables: core.takesDataTables });
  if (origin.messageTs !== undefined && replaces && !isTrue(args.delete_original)) {
    if (!original) throw new Refusal("message_not_found");
    const before = core.wireMessage(original);
    core.log.edit(original.channel, original.ts, content);
    core.onOwnMessage(original, before);
    return;
  }
  const threadTs = origin.outsideThreads === true ? undefined : stringAt(args, "thread_ts");
  const isForAll = args.response_type === "in_channel";
  const isUnseen = !isForAll && threadTs !== undefined && !core.log.hasReplies(origin.channel, threadTs);
  const message = core.log.post({
    ...content,
    channel: origin.channel,
    author: core.identity.botUserId,
    via,
    responseUrlOf: origin.interaction,
    ...(isForAll ? {} : { reader: origin.user }),
    ...(threadTs === undefined ? {} : { threadTs }),
    // As with chat.postEphemeral.
    ...(isUnseen ? { unseen: true as const } : {}),
    ...(typeof args.unfurl_links === "boolean" ? { unfurlLinks: args.unfurl_links } : {}),
    ...(typeof args.unfurl_media === "boolean" ? { unfurlMedia: args.unfurl_media } : {}),
  });
  core.onOwnMessage(message);
}

function statusOf(code: string): number {
  return code === "expired_url" || code === "used_url" || code === "message_not_found" ? 404 : 400;
}
