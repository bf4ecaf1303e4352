// Parses what Slack delivered into a payload that the listeners can rely on, or says what is wrong with it.

import { z } from "zod";
import { blockActions } from "./block-actions.js";
import { blockSuggestion } from "./block-suggestion.js";
import { command } from "./command.js";
import { appRateLimited, EVENTS } from "./events.js";
import { interactiveMessage } from "./interactive-message.js";
import { messageAction, shortcut } from "./shortcut.js";
import { viewClosed } from "./view-closed.js";
import { viewSubmission } from "./view-submission.js";

/** The three kinds of deliveries, as Socket Mode's envelopes call them. */
export const DELIVERY_TYPES = ["slash_commands", "interactive", "events_api"] as const;
export type DeliveryType = (typeof DELIVERY_TYPES)[number];

/** The payloads that the bot has listeners for; interactive ones by Slack's name for them. */
const INTERACTIVE = {
  block_actions: blockActions,
  block_suggestion: blockSuggestion,
  interactive_message: interactiveMessage,
  message_action: messageAction,
  shortcut,
  view_closed: viewClosed,
  view_submission: viewSubmission,
} as const;
const SCHEMAS = { command, ...INTERACTIVE, ...EVENTS, app_rate_limited: appRateLimited } as const;
export type PayloadKind = keyof typeof SCHEMAS;
type InteractiveKind = keyof typeof INTERACTIVE;
type EventKind = keyof typeof EVENTS | "app_rate_limited";

/** Only the fields that a payload's schema names. */
export type ReadBody = z.output<(typeof SCHEMAS)[PayloadKind]>;

export type ReadPayload =
  | { ok: true; kind: PayloadKind; body: ReadBody }
  /** A kind that nobody listens for. `type`: Slack's word for it. */
  | { ok: false; reason: "unknown_kind"; type: string }
  /** `problems`: the fields and what is wrong with them, never what they hold. */
  | {
      ok: false;
      reason: "unreadable";
      kind: PayloadKind | DeliveryType;
      problems: string[];
      responseUrl: string | null;
    };

/** The most problems that one log line names. */
const MAX_PROBLEMS = 5;

/** `body` is parsed JSON, or the fields of a form. */
export function readPayload(delivery: DeliveryType, body: unknown): ReadPayload {
  const kind = kindOf(delivery, body);
  if (kind === null) {
    const type = eventTypeOf(body) ?? typeOf(body);
    if (type !== null) return { ok: false, reason: "unknown_kind", type };
    return { ok: false, reason: "unreadable", kind: delivery, problems: ["names no type"], responseUrl: null };
  }
  const reading = SCHEMAS[kind].safeParse(body);
  if (reading.success) return { ok: true, kind, body: reading.data };
  const problems = reading.error.issues.slice(0, MAX_PROBLEMS).map(problem);
  return { ok: false, reason: "unreadable", kind, problems, responseUrl: responseUrlOf(body) };
}

function kindOf(delivery: DeliveryType, body: unknown): PayloadKind | null {
  if (delivery === "slash_commands") return "command";
  if (delivery === "events_api") {
    const event = eventTypeOf(body);
    return event !== null && isEvent(event) ? event : null;
  }
  const type = typeOf(body);
  return type !== null && isInteractive(type) ? type : null;
}

function isInteractive(type: string): type is InteractiveKind {
  return Object.hasOwn(INTERACTIVE, type);
}

function isEvent(type: string): type is EventKind {
  return type === "app_rate_limited" || Object.hasOwn(EVENTS, type);
}

const typed = z.object({ type: z.string().regex(/^[a-z_]{1,60}$/) });

function typeOf(body: unknown): string | null {
  const reading = typed.safeParse(body);
  return reading.success ? reading.data.type : null;
}

const envelope = z.object({ type: z.literal("event_callback"), event: typed });

/** The type of the event in an envelope, or of one that comes without an envelope. */
function eventTypeOf(body: unknown): string | null {
  const reading = envelope.safeParse(body);
  return reading.success ? reading.data.event.type : typeOf(body);
}

const answerable = z.object({ response_url: z.string() });

function responseUrlOf(body: unknown): string | null {
  const reading = answerable.safeParse(body);
  return reading.success ? reading.data.response_url : null;
}

function problem({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}
