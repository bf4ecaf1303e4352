// What the browser and the server send each other.

import { z } from "zod";

/** Who is looking, and at what. */
export interface Viewer {
  /** A user id. */
  person: string;
  /** A channel id, or "home" for the app's Home tab. */
  place: string;
  /** The message whose thread is open (ts), if any. */
  thread: string | null;
}

/** A part of the page: its pieces in order, each with a key that stays the same when the piece changes. */
export interface Region {
  id: string;
  pieces: readonly Piece[];
}

export interface Piece {
  key: string;
  html: string;
}

/** What the browser is told: regions whose order or pieces have changed since it was last told. */
export interface Update {
  regions: { id: string; order: string[]; changed: Record<string, string> }[];
}

/** The most characters that Slack's message field accepts. */
export const LONGEST = 4_000;

const entries = z.array(z.object({ blockId: z.string(), actionId: z.string(), chosen: z.array(z.string()) }));
const press = {
  blockId: z.string(),
  actionId: z.string(),
  value: z.string().optional(),
  chosen: z.array(z.string()).optional(),
};

export const deedSchema = z.discriminatedUnion("do", [
  /** Sends what was typed: a message, or a slash command. */
  z.object({
    do: z.literal("type"),
    person: z.string(),
    place: z.string(),
    text: z.string().trim().min(1).max(LONGEST),
    /** The message that is replied to. */
    thread: z.string().optional(),
  }),
  z.object({ do: z.literal("press"), person: z.string(), place: z.string(), ts: z.string(), ...press }),
  z.object({ do: z.literal("press_in_view"), view: z.string(), ...press }),
  /** Something is typed or chosen in an input in a view. */
  z.object({
    do: z.literal("fill"),
    view: z.string(),
    blockId: z.string(),
    actionId: z.string(),
    chosen: z.array(z.string()),
  }),
  /** What is typed into a picker whose options come from the app. */
  z.object({
    do: z.literal("search"),
    person: z.string(),
    /** "view:ID" or "message:CHANNEL:TS". */
    holder: z.string(),
    blockId: z.string(),
    actionId: z.string(),
    query: z.string().max(LONGEST),
  }),
  /** `ts`: of the message on which it is chosen. */
  z.object({
    do: z.literal("shortcut"),
    person: z.string(),
    place: z.string(),
    callbackId: z.string(),
    ts: z.string().optional(),
  }),
  z.object({ do: z.literal("submit"), view: z.string(), entries }),
  z.object({ do: z.literal("close"), view: z.string() }),
  z.object({ do: z.literal("home"), person: z.string() }),
  z.object({ do: z.literal("invite"), place: z.string() }),
  z.object({ do: z.literal("switch"), id: z.string(), on: z.boolean() }),
  z.object({ do: z.literal("cancel_in_hex"), run: z.string() }),
]);
export type Deed = z.infer<typeof deedSchema>;

/** `problem`: what Slack would show the person, or null if all is well. `errors`: those of a submission, by block_id. */
export interface Outcome {
  problem: string | null;
  view?: string;
  errors?: Readonly<Record<string, string>>;
  /** What a picker shows. */
  options?: readonly { value: string; text: string; description: string }[];
}
