// Sends requests to Hex. Every answer is checked, every failure becomes a HexError, and every attempt is charged to the shared
// budget. GET and DELETE may be repeated. POST is sent once, because Hex has no idempotency key.

import ky from "ky";
import { readBody } from "../lib/body.js";
import type { Clock } from "../lib/clock.js";
import { isNestedDeeper, MAX_DEPTH, parseJson } from "../lib/json.js";
import { withTimeLimit } from "../lib/time-limit.js";
import { type Budget, BudgetSpent } from "./budget.js";
import { errorOfAnswer, isHtml, traceIdOf } from "./error-of-answer.js";
import { errorOfFetch } from "./error-of-fetch.js";
import { type Flaw, HexError, type HexErrorKind, type Operation } from "./errors.js";
import { limitGroupOf } from "./limit-groups.js";
import type { Priority } from "./priority.js";
import { type LeftOut, type ReadAnswer, type Reading, Unreadable } from "./read-answer.js";
import { retryAfterMs } from "./retry-after.js";
import { WINDOW_MS } from "./sent-requests.js";
import { ServerClock } from "./server-clock.js";

/** Who makes a request, and how long they can wait. */
export interface Call {
  /** Identifies the caller in the log line of every request. */
  reference: string;
  priority: Priority;
  /** The longest time for everything, including waiting for the budget and repeating, in ms. */
  timeoutMs: number;
  /** When it aborts, nothing more is sent, and a request on its way is abandoned. */
  signal?: AbortSignal;
  /** Sent only once, whatever the failure. */
  once?: boolean;
  /** How the request waits for its turn, if that is special. */
  turn?: WaitForTurn;
}

export interface WaitForTurn {
  /** The longest wait for the budget, and for the pause that Hex's limit asks for, in ms. */
  maxWaitMs: number;
  /** Ends the wait when it aborts. A request that is already on its way continues. */
  signal?: AbortSignal;
  /** Called right before the request is sent: whether it is still wanted. */
  isWanted?: () => Promise<boolean>;
}

/** A request that was not sent, because it was no longer wanted when its turn came. */
export class NoLongerWanted extends Error {
  override readonly name = "NoLongerWanted";
}

/** A request that was not sent, because its turn would have come too late. */
export interface HeldBack {
  operation: Operation;
  reference: string;
  priority: Priority;
  error: HexError;
}

/** A request to Hex. */
export interface HexRequest<T> {
  operation: Operation;
  method: "get" | "post" | "delete";
  /** The path after `/api/v1/`, with its parts encoded. */
  path: string;
  query?: URLSearchParams;
  json?: unknown;
  /** Turns the answer into a value. */
  read: ReadAnswer<T>;
}

/** A request that was sent and how it ended, for the log, the metrics, and anything that needs to know whether Hex is alive. */
export interface RequestRecord {
  operation: Operation;
  reference: string;
  priority: Priority;
  method: string;
  /** The path after `/api/v1/`, which says which project or run it is about. */
  path: string;
  /** The HTTP status; `null` when there was no answer. */
  status: number | null;
  durationMs: number;
  error: HexError | null;
  /** Entries in the answer that could not be read. */
  leftOut: LeftOut | null;
}

export interface SenderOptions {
  /** For example `https://app.hex.tech`, without a path. */
  origin: string;
  token: string;
  /** Called when Hex refuses the token. @returns the one to use from now on; `null` when there is no other */
  renewToken?: () => string | null;
  /** Called when there is another token. */
  onTokenRenewed?: () => void;
  /** What the program calls itself to Hex. */
  userAgent: string;
  clock: Clock;
  budget: Budget;
  /** The longest time for one attempt, including the body, in ms. */
  attemptTimeoutMs: number;
  /** The first pause before a GET or DELETE is repeated, in ms. It doubles each time, with jitter. */
  backoffMs: number;
  /** Returns a number in [0, 1), for the jitter. */
  random: () => number;
  /** How requests leave the machine; directly when left out. */
  fetch?: typeof fetch;
  onRequest: (record: RequestRecord) => void;
  onHeldBack?: (held: HeldBack) => void;
}

/** Hex refused a token that has been replaced by now. */
class StaleToken extends Error {
  override readonly name = "StaleToken";
  constructor(readonly refusal: HexError) {
    super("Hex refused a token that has been renewed");
  }
}

interface Answer {
  status: number;
  headers: Headers;
  /** The body as text, whatever its type. */
  body: string;
  /** False when the body was too long to read in full. Then `body` is its beginning. */
  isWhole: boolean;
}

/** The most of an answer that is read, in bytes after decompression: 40 kB for each project on a page of 100. */
const MAX_BODY = 4_000_000;
/** The same for a refusal, which has a few sentences and the names and values of the refused inputs. */
const MAX_REFUSAL = 250_000;

const REPEATS = 2;
const REPEATABLE: ReadonlySet<HexErrorKind> = new Set([
  "dns",
  "refused",
  "proxy",
  "timeout",
  "network",
  "rate_limited",
  "hex_failed",
]);

export class Sender {
  /** Hex's clock, as far as its answers show. */
  readonly serverClock: ServerClock;
  #token: string;

  constructor(private readonly options: SenderOptions) {
    this.#token = options.token;
    this.serverClock = new ServerClock(options.clock);
  }

  /** The token with which requests are sent at the moment. */
  get token(): string {
    return this.#token;
  }

  /** Takes another token if there is one. @returns whether it is another one than `used` */
  renewToken(used = this.#token): boolean {
    // Another request may have renewed it in the meantime.
    if (this.#token !== used) return true;
    this.#token = this.options.renewToken?.() ?? used;
    const isRenewed = this.#token !== used;
    if (isRenewed) this.options.onTokenRenewed?.();
    return isRenewed;
  }

  /** Sends the request within the caller's timeout, and again where that may help and does no harm. @throws HexError */
  async send<T>(request: HexRequest<T>, call: Call): Promise<T> {
    const { clock, backoffMs, random } = this.options;
    const until = clock.monotonic() + call.timeoutMs;
    for (let repeats = 0; ; repeats++) {
      try {
        return await this.#attempt(request, call, until);
      } catch (error) {
        // Hex has done nothing, so that even a POST may be sent again.
        if (error instanceof StaleToken && repeats < REPEATS) continue;
        if (error instanceof StaleToken) throw error.refusal;
        if (!(error instanceof HexError)) throw error;
        const askedMs = error.facts.retryAfterMs ?? (error.kind === "rate_limited" ? WINDOW_MS : 0);
        const pause = Math.max(askedMs, backoffMs * 2 ** repeats * (1 + random()));
        if (repeats >= REPEATS || !mayRepeat(request, call, error, pause) || clock.monotonic() + pause >= until)
          throw error;
        await clock.sleep(pause, call.signal);
        if (call.signal?.aborted || clock.monotonic() >= until) throw error;
      }
    }
  }

  /** `until` is when the caller's timeout ends, by the monotonic clock. */
  async #attempt<T>(request: HexRequest<T>, call: Call, until: number): Promise<T> {
    const { budget, clock, onRequest } = this.options;
    await this.#takeTurn(request, call, until - clock.monotonic());
    const startedAt = performance.now();
    const sentAt = clock.monotonic();
    const token = this.#token;
    let status: number | null = null;
    const record = (error: HexError | null, leftOut: LeftOut | null = null) =>
      onRequest({
        operation: request.operation,
        reference: call.reference,
        priority: call.priority,
        method: request.method.toUpperCase(),
        path: request.path,
        status,
        durationMs: Math.round(performance.now() - startedAt),
        error,
        leftOut,
      });
    try {
      const answer = await this.#fetch(request, token, until - clock.monotonic(), call.signal);
      const tookMs = clock.monotonic() - sentAt;
      status = answer.status;
      if (status === 429) {
        const wait = retryAfterMs(answer.headers, this.serverClock.when(answer.headers));
        budget.limited(wait, limitGroupOf(request.operation));
      }
      const { value, leftOut } = this.#read(request, answer);
      // Only an answer that was understood is certain to come from Hex and not from a proxy.
      this.serverClock.learn(answer.headers, tookMs);
      record(null, leftOut);
      return value;
    } catch (error) {
      if (error instanceof HexError && error.kind === "unauthorized" && this.renewToken(token)) {
        throw new StaleToken(error);
      }
      // A request that was abandoned here says nothing about Hex.
      if (error instanceof HexError && !call.signal?.aborted) record(error);
      throw error;
    }
  }

  async #takeTurn({ operation }: { operation: Operation }, call: Call, leftMs: number): Promise<void> {
    const { budget, onHeldBack } = this.options;
    const { maxWaitMs = leftMs, signal = call.signal, isWanted } = call.turn ?? {};
    const mayWaitMs = Math.min(leftMs, maxWaitMs);
    await budget.take(call.priority, mayWaitMs, signal, limitGroupOf(operation)).catch((reason: unknown) => {
      if (!(reason instanceof BudgetSpent)) throw reason;
      const kind = reason.askedByHex ? "rate_limited" : "budget_spent";
      const error = new HexError({ ...this.#at({ operation }), kind, retryAfterMs: reason.retryAfterMs });
      if (!signal?.aborted) onHeldBack?.({ operation, reference: call.reference, priority: call.priority, error });
      throw error;
    });
    if (isWanted && !(await isWanted())) throw new NoLongerWanted();
  }

  #fetch<T>(request: HexRequest<T>, token: string, leftMs: number, given: AbortSignal | undefined): Promise<Answer> {
    const { origin, attemptTimeoutMs, userAgent, fetch: send = fetch } = this.options;
    // A proxy may repeat what it was sent in its page and its headers, and the text of an answer ends up in front of people.
    const withoutToken = (text: string) =>
      text.replaceAll(token, "[token]").replaceAll(encodeURIComponent(token), "[token]");
    // This covers the body too, which ky's own timeout does not.
    const limitMs = Math.max(1, Math.round(Math.min(attemptTimeoutMs, leftMs)));
    return withTimeLimit(limitMs, given, async (signal, isLate) => {
      try {
        const response = await ky(`${origin}/api/v1/${request.path}`, {
          method: request.method,
          headers: { authorization: `Bearer ${token}`, accept: "application/json", "user-agent": userAgent },
          ...(request.query ? { searchParams: request.query } : {}),
          ...(request.json === undefined ? {} : { json: request.json }),
          retry: 0,
          timeout: false,
          throwHttpErrors: false,
          redirect: "manual",
          fetch: send,
          signal,
        });
        const headers = new Headers([...response.headers].map(([name, value]) => [name, withoutToken(value)]));
        const body = await readBody(response, response.ok ? MAX_BODY : MAX_REFUSAL, signal);
        return { status: response.status, headers, body: withoutToken(body.text), isWhole: body.isWhole };
      } catch (error) {
        throw errorOfFetch(error, this.#at(request), isLate());
      }
    });
  }

  #read<T>(request: HexRequest<T>, answer: Answer): Reading<T> {
    const at = this.#at(request);
    const { status, headers, body } = answer;
    if (status < 200 || status > 299)
      throw errorOfAnswer({ ...at, ...answer, sent: request.json }, this.serverClock.when(headers));
    if (isHtml(body)) throw new HexError({ ...at, kind: "not_hex", status });
    try {
      return request.read(parseJson(body));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      const flaw = flawOf(answer) ?? error.flaw;
      const flawAt = flaw === error.flaw ? error.path : undefined;
      const traceId = traceIdOf(headers.get("x-trace-id"));
      throw new HexError({ ...at, kind: "unreadable", status, traceId, flaw, flawAt });
    }
  }

  /** What every error says about where it happened. */
  #at({ operation }: { operation: Operation }): { operation: Operation; host: string } {
    return { operation, host: new URL(this.options.origin).host };
  }
}

function mayRepeat({ method }: { method: string }, { signal, once, turn }: Call, { kind }: HexError, pauseMs: number) {
  if (kind === "rate_limited" && turn !== undefined && pauseMs > turn.maxWaitMs) return false;
  return method !== "post" && !once && !signal?.aborted && REPEATABLE.has(kind);
}

/** What is wrong with a body as a whole, before its content is read. */
function flawOf({ body, isWhole }: Answer): Flaw | null {
  if (!isWhole) return "too_large";
  if (isNestedDeeper(body, MAX_DEPTH)) return "too_deep";
  return parseJson(body) === undefined ? "no_json" : null;
}
