// A local receiver of pages: PagerDuty's Events API v2, as far as the bot needs it, and as strict.
//
// Sources: https://github.com/PagerDuty/developer-docs (docs/events-API-v2/01-Overview.md: answers, 512 kB) and
// https://developer.pagerduty.com/docs/send-alert-event (fields; 202 and 400 with their bodies; a key has 32 characters).

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { closeServer, listen } from "./local-server.js";

export interface PageReceived {
  action: "trigger" | "acknowledge" | "resolve";
  dedupKey: string;
  summary: string | null;
  severity: string | null;
  /** The event as it came. */
  event: unknown;
  headers: IncomingMessage["headers"];
  /** The status that it was answered with; null: it was not. */
  status: number | null;
}

/** What the receiver does in place of accepting. */
export type PagerFault =
  | {
      type: "status";
      status: number;
      body?: string;
      headers?: Record<string, string>;
      /** Only for events that contain this text. */
      about?: string;
    }
  | { type: "hang" }
  /** The connection breaks after the event was accepted. */
  | { type: "reset" };

export interface OpenPage {
  dedupKey: string;
  summary: string;
  state: "triggered" | "acknowledged";
  /** How many triggers were grouped into it. */
  triggers: number;
}

export interface LocalPagerDuty {
  readonly url: string;
  readonly routingKey: string;
  /** Every event that came, in order, accepted or not. */
  readonly received: readonly PageReceived[];
  /** The incidents that are not resolved. */
  readonly open: readonly OpenPage[];
  /** How many incidents there were, which is how often somebody's phone rang. */
  readonly rang: number;
  /** Set and cleared at any time. */
  fault: PagerFault | null;
  stop(): Promise<void>;
}

const MAX_EVENT = 512_000;
/** ISO 8601. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

const filled = z.string().min(1);
const head = { routing_key: filled.length(32), dedup_key: filled.max(255) };
const payload = z.object({
  summary: filled.max(1024),
  source: filled,
  severity: z.enum(["critical", "error", "warning", "info"]),
  timestamp: z.string().regex(TIMESTAMP).optional(),
  component: z.string().optional(),
  group: z.string().optional(),
  class: z.string().optional(),
  custom_details: z.record(z.string(), z.unknown()).optional(),
});
const link = z.object({ href: z.url({ protocol: /^https?$/ }), text: z.string().optional() });
const eventSchema = z.discriminatedUnion("event_action", [
  z.object({
    ...head,
    dedup_key: head.dedup_key.optional(),
    event_action: z.literal("trigger"),
    payload,
    links: z.array(link).optional(),
    images: z.array(z.object({ src: z.string() })).optional(),
    client: z.string().optional(),
    client_url: z.string().optional(),
  }),
  z.object({ ...head, event_action: z.literal("acknowledge") }),
  z.object({ ...head, event_action: z.literal("resolve") }),
]);
type Event = z.output<typeof eventSchema>;

export async function startPagerDuty(routingKey = "r0123456789abcdef0123456789abcde"): Promise<LocalPagerDuty> {
  const received: PageReceived[] = [];
  const open = new Map<string, OpenPage>();
  let rang = 0;

  const accept = (event: Event): string => {
    const key = event.dedup_key ?? crypto.randomUUID();
    const known = open.get(key);
    if (event.event_action === "resolve") open.delete(key);
    else if (event.event_action === "acknowledge") {
      // Of what is not open, it says nothing to anybody.
      if (known) open.set(key, { ...known, state: "acknowledged" });
    } else if (known) open.set(key, { ...known, triggers: known.triggers + 1 });
    else {
      rang += 1;
      open.set(key, { dedupKey: key, summary: event.payload.summary, state: "triggered", triggers: 1 });
    }
    return key;
  };

  /** @returns the status, or null when it is not answered */
  const answer = (text: string, request: IncomingMessage, response: ServerResponse): number | null => {
    const { fault } = pager;
    const refuse = (status: number, errors: string[]) =>
      json(response, status, { status: "invalid event", message: "Event object is invalid", errors });
    if (fault?.type === "hang") return null;
    if (fault?.type === "status" && text.includes(fault.about ?? "")) {
      response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
      return fault.status;
    }
    if (request.url !== "/v2/enqueue" || request.method !== "POST") return json(response, 404, { error: "not found" });
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return refuse(400, ["not JSON"]);
    if (text.length > MAX_EVENT) return refuse(413, ["too large"]);
    const parsed = eventSchema.safeParse(parsedJson(text));
    if (!parsed.success) {
      return refuse(
        400,
        parsed.error.issues.map(({ path, message }) => `'${path.join(".")}': ${message}`),
      );
    }
    if (parsed.data.routing_key !== routingKey) return refuse(400, ["'routing_key' is invalid"]);
    const dedupKey = accept(parsed.data);
    if (fault?.type === "reset") {
      request.socket.destroy();
      return null;
    }
    return json(response, 202, { status: "success", message: "Event processed", dedup_key: dedupKey });
  };

  const server = createServer((request, response) => {
    void (async () => {
      const text = await bodyOf(request);
      const { data } = loose.safeParse(parsedJson(text));
      const entry = {
        action: data?.event_action ?? "trigger",
        dedupKey: data?.dedup_key ?? "",
        summary: data?.payload?.summary ?? null,
        severity: data?.payload?.severity ?? null,
        event: parsedJson(text),
        headers: request.headers,
        status: answer(text, request, response),
      };
      received.push(entry);
    })().catch(() => request.socket.destroy());
  });
  const port = await listen(server);
  const pager: LocalPagerDuty = {
    url: `http://127.0.0.1:${port}`,
    routingKey,
    received,
    get open() {
      return [...open.values()];
    },
    get rang() {
      return rang;
    },
    fault: null,
    stop: () => closeServer(server),
  };
  return pager;
}

const loose = z.object({
  event_action: z.enum(["trigger", "acknowledge", "resolve"]).optional().catch(undefined),
  dedup_key: z.string().optional().catch(undefined),
  payload: z.object({ summary: z.string().optional(), severity: z.string().optional() }).optional().catch(undefined),
});

function json(response: ServerResponse, status: number, body: unknown): number {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  return status;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
