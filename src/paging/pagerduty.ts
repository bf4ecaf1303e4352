// Sends events to PagerDuty, or to a receiver that is compatible with its Events API v2.
//
// Sources: the overview of the API in https://github.com/PagerDuty/developer-docs (docs/events-API-v2): 202 when accepted; 400 for an
// invalid event, not to be sent again; 429 and 5xx to be sent again later. The limits of the fields:
// https://developer.pagerduty.com/docs/send-alert-event

import ky from "ky";
import { z } from "zod";
import { readBody } from "../lib/body.js";
import type { Clock } from "../lib/clock.js";
import { failuresIn } from "../lib/fetch-failure.js";
import { parseJson } from "../lib/json.js";
import { proxyErrorIn } from "../lib/network.js";
import { beginning } from "../lib/text.js";
import { withTimeLimit } from "../lib/time-limit.js";
import type { PageAction, PageFailureKind } from "./page-plan.js";

/** What a page says. */
export interface PageContent {
  /** At most 1,024 characters are sent. */
  summary: string;
  /** What has the problem, such as a host. */
  source: string;
  severity: "critical" | "error";
  /** When it began, epoch ms. */
  since: number;
  component: string;
  details: Readonly<Record<string, string>>;
  links: readonly { href: string; text: string }[];
}

export interface PageEvent {
  action: PageAction;
  /** The same for all events about the same thing. PagerDuty takes at most 255 characters. */
  dedupKey: string;
  /** What a trigger says; null for other actions. */
  content: PageContent | null;
}

/** An event was not accepted. The message says what the receiver answered, without the key. */
export class PageError extends Error {
  override readonly name = "PageError";
  constructor(
    readonly kind: PageFailureKind,
    message: string,
    /** The HTTP status; null: there was no answer. */
    readonly status: number | null,
    /** How long the receiver asks to wait, in ms; null: it does not say. */
    readonly retryAfterMs: number | null,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

export interface PagerDutyOptions {
  /** Without a slash at the end. */
  url: string;
  /** The key to begin with. */
  routingKey: string;
  /** The key in its file now; `null` when there is none. */
  keyInFile?: () => string | null;
  /** Called when another key is in use. */
  onKeyRenewed?: () => void;
  userAgent: string;
  fetch: typeof fetch;
  clock: Clock;
  /** The longest time for one event, including the answer's body, in ms. */
  timeoutMs: number;
}

const MAX_SUMMARY = 1_024;
/** The longest other text, in characters: far below the API's 512 kB for an event. */
const MAX_TEXT = 1_000;
/** How much of an answer is read, in bytes. */
const MAX_BODY = 10_000;
/** How much of the receiver's words an error quotes, in characters. */
const MAX_WORDS = 300;

const successSchema = z.object({ status: z.literal("success") });
const refusalSchema = z.object({
  message: z.string().optional().catch(undefined),
  errors: z.array(z.string()).optional().catch(undefined),
});

/** Kinds of refusals that may be about the key. */
const MAY_BE_THE_KEY: ReadonlySet<PageFailureKind> = new Set(["refused", "denied"]);

export class PagerDuty {
  #key: string;

  constructor(private readonly options: PagerDutyOptions) {
    this.#key = options.routingKey;
  }

  /** Reads the key's file, and takes what it holds. @returns whether that is another key */
  renewKey(): boolean {
    const key = this.options.keyInFile?.() ?? this.#key;
    if (key === this.#key) return false;
    this.#key = key;
    this.options.onKeyRenewed?.();
    return true;
  }

  /** Sends an event, and once more if it was refused and there is another key. @throws PageError */
  async send(event: PageEvent, given: AbortSignal): Promise<void> {
    try {
      await this.#send(event, given);
    } catch (error) {
      if (!(error instanceof PageError) || !MAY_BE_THE_KEY.has(error.kind) || !this.renewKey()) throw error;
      await this.#send(event, given);
    }
  }

  /** Resolves when the receiver has accepted the event. @throws PageError */
  #send(event: PageEvent, given: AbortSignal): Promise<void> {
    const { url, userAgent, fetch: send, timeoutMs, clock } = this.options;
    return withTimeLimit(timeoutMs, given, async (signal, isLate) => {
      try {
        const response = await ky.post(`${url}/v2/enqueue`, {
          json: this.#body(event),
          headers: { "user-agent": userAgent, accept: "application/json" },
          timeout: false,
          throwHttpErrors: false,
          // The key must not follow a redirect to another host.
          redirect: "manual",
          fetch: send,
          signal,
        });
        const { text } = await readBody(response, MAX_BODY, signal);
        this.#expectAccepted(response, text, clock.now());
      } catch (error) {
        if (error instanceof PageError) throw error;
        if (isLate()) throw new PageError("timeout", `no answer within ${timeoutMs} ms`, null, null, error);
        throw new PageError("unreachable", this.#scrubbed(wordsOf(error)), null, null, error);
      }
    });
  }

  #body({ action, dedupKey, content }: PageEvent) {
    const head = { routing_key: this.#key, event_action: action, dedup_key: dedupKey };
    if (content === null) return head;
    const { summary, source, severity, since, component, details, links } = content;
    return {
      ...head,
      payload: {
        summary: beginning(summary, MAX_SUMMARY),
        source: beginning(source, MAX_TEXT),
        severity,
        timestamp: new Date(since).toISOString(),
        component: beginning(component, MAX_TEXT),
        custom_details: Object.fromEntries(
          Object.entries(details).map(([name, text]) => [name, beginning(text, MAX_TEXT)]),
        ),
      },
      links: links.map(({ href, text }) => ({ href, text: beginning(text, MAX_TEXT) })),
    };
  }

  #expectAccepted(response: Response, text: string, now: number): void {
    const { status, headers } = response;
    if (status === 202 || (response.ok && successSchema.safeParse(parseJson(text)).success)) return;
    const words = this.#scrubbed(answerWords(status, text));
    throw new PageError(kindOf(status), words, status, waitOf(headers, now));
  }

  /** A receiver may repeat what it was sent. */
  #scrubbed(text: string): string {
    return text.replaceAll(this.#key, "[key]").replaceAll(encodeURIComponent(this.#key), "[key]");
  }
}

function kindOf(status: number): PageFailureKind {
  if (status === 400) return "refused";
  if (status === 429) return "rate_limited";
  if (status >= 500 || status < 300) return "failed";
  return "denied";
}

function answerWords(status: number, text: string): string {
  const { data } = refusalSchema.safeParse(parseJson(text));
  const said = [data?.message, ...(data?.errors ?? [])].filter((words) => words !== undefined).join(": ");
  return beginning(said === "" ? `the receiver answered ${status}` : `${status}: ${said}`, MAX_WORDS);
}

function waitOf(headers: Headers, now: number): number | null {
  const told = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(told) ? Number(told) * 1_000 : Date.parse(told) - now;
  return ms > 0 ? ms : null;
}

/** Why there was no answer: what the proxy did, or the system's word, such as ECONNREFUSED. */
function wordsOf(error: unknown): string {
  const refusal = proxyErrorIn(error);
  if (refusal !== null) return refusal.message;
  const [code] = failuresIn(error).flatMap((failure) => failure.code ?? []);
  return code ?? (error instanceof Error ? beginning(error.message, MAX_WORDS) : "no answer");
}
