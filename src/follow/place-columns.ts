// A conversation in the columns of a table. They are part of its key, so they are never null: outside threads, `thread_ts` is empty.

import type { WatchPlace } from "./watch.js";

interface PlaceColumns {
  channel: string;
  thread_ts: string;
}

export function columnsOf({ channel, threadTs }: WatchPlace): PlaceColumns {
  return { channel, thread_ts: threadTs ?? "" };
}

export function placeOf({ channel, thread_ts }: PlaceColumns): WatchPlace {
  return { channel, threadTs: thread_ts === "" ? null : thread_ts };
}
