// The bot token, which somebody may renew in its file while the bot runs.

import { WebClient, type WebClientOptions } from "@slack/web-api";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import { observedFetch, type SlackCall } from "./calls.js";
import { slackFailureOf } from "./failures.js";
import { authTest, readAnswer } from "./read-answer.js";

export interface BotTokenOptions {
  /** The one of the start. */
  token: string;
  /** The token in its file now; `null` when there is none. */
  inFile: () => string | null;
  /** For the question whose token it is. `onCall` is called with its outcome. */
  clientOptions: (onCall: (call: SlackCall) => void) => WebClientOptions;
  /** Called with each of these calls for a token that is in use from then on. */
  onCall: (call: SlackCall) => void;
  clock: Clock;
  log: Logger;
}

/** How long (ms) Slack is not asked again about the same token in the file. */
const AGAIN_MS = 10_000;

/** Who the bot is, as far as another token must be of the same. */
interface Owner {
  teamId: string;
  botUserId: string;
}

/** Slack's words for a token that no longer works. */
const REFUSED: ReadonlySet<string | null> = new Set([
  "invalid_auth",
  "token_revoked",
  "token_expired",
  "account_inactive",
]);

export class BotToken {
  #now: string;
  #owner: Owner | null = null;
  #renewing: Promise<void> | null = null;
  /** The last token that did not work, and when that turned out, by the monotonic clock. */
  #useless: { token: string; problem: string; at: number } | null = null;

  constructor(private readonly options: BotTokenOptions) {
    this.#now = options.token;
  }

  /** The token that clients are created with. `fetch` puts the one in use in its place. */
  get first(): string {
    return this.options.token;
  }

  /** From now on, only tokens of this bot are taken: with another one, its messages would be somebody else's. */
  belongsTo(owner: Owner): void {
    this.#owner = owner;
  }

  /**
   * Reads the file, and takes another token if Slack accepts it. Simultaneous calls share one look. Never rejects.
   * @param used the token that Slack has refused, if any
   * @returns whether another one than `used` is in use
   */
  async renew(used = this.#now): Promise<boolean> {
    if (this.#now !== used) return true;
    this.#renewing ??= this.#look().finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
    return this.#now !== used;
  }

  /**
   * Sends what a WebClient sends with the token in use. A call for which Slack refused the token has done nothing, so that it is made
   * again with another one, once.
   * @param onCall called for each request with its outcome, except for one that is made again: what is refused to a token that is no
   * longer used says nothing about the one in use
   */
  fetch(send: typeof fetch, onCall: (call: SlackCall) => void): typeof fetch {
    return async (input, init) => {
      const headers = new Headers(init?.headers);
      if (headers.get("authorization") !== `Bearer ${this.first}`) return observedFetch(send, onCall)(input, init);
      for (let tries = 0; ; tries++) {
        const used = this.#now;
        headers.set("authorization", `Bearer ${used}`);
        const refused: SlackCall[] = [];
        const observed = observedFetch(send, (call) => {
          if (REFUSED.has(call.word)) refused.push(call);
          else onCall(call);
        });
        const response = await observed(input, { ...init, headers });
        if (refused.length > 0 && tries === 0 && (await this.renew(used))) continue;
        for (const call of refused) onCall(call);
        return response;
      }
    };
  }

  async #look(): Promise<void> {
    const { inFile, clock, log } = this.options;
    const token = inFile();
    if (token === null || token === this.#now) return;
    const before = this.#useless?.token === token ? this.#useless : null;
    if (before !== null && clock.monotonic() - before.at < AGAIN_MS) return;
    // What Slack says of a token that is not used says nothing about the one in use.
    const calls: SlackCall[] = [];
    const problem = await this.#problemOf(token, (call) => calls.push(call));
    if (problem === null) {
      this.#now = token;
      log.info("SLACK_BOT_TOKEN was renewed from its file");
      for (const call of calls) this.options.onCall(call);
      return;
    }
    this.#useless = { token, problem, at: clock.monotonic() };
    if (problem !== before?.problem)
      log.warn("SLACK_BOT_TOKEN_FILE holds another token, which is not used: %s", problem);
  }

  /** Why a token cannot be used; `null` when it can. */
  async #problemOf(token: string, onCall: (call: SlackCall) => void): Promise<string | null> {
    try {
      const { team_id, user_id } = readAnswer(
        "auth.test",
        authTest,
        await new WebClient(token, this.options.clientOptions(onCall)).auth.test(),
      );
      const owner = this.#owner;
      if (owner === null || (team_id === owner.teamId && user_id === owner.botUserId)) return null;
      return "it belongs to another app or workspace, and a restart is needed to use that";
    } catch (error) {
      const failure = slackFailureOf(error);
      if (failure === null) throw error;
      return `Slack does not accept it (${failure.word}). Write the whole token into the file`;
    }
  }
}
