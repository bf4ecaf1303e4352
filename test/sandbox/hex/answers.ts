// What is sent back over the wire, and how an answer is made.

import { gzipSync } from "node:zlib";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The body does not end, so the client waits for the rest. */
  stalls?: boolean;
  /** Sent after the body again and again, until the client disconnects. */
  endless?: Buffer;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

export function text(status: number, body: string): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

export function html(status: number, title: string): Answer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html>\n<html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
  };
}

const MEGABYTE = Buffer.alloc(1_000_000, " ");
const PACKED_MEGABYTE = gzipSync(MEGABYTE);

/** Endless white space, with which JSON may begin. */
export function endless(status: number, unpacked: boolean): Answer {
  const headers = { "content-type": "application/json", ...(unpacked ? { "content-encoding": "gzip" } : {}) };
  return { status, headers, body: "", endless: unpacked ? PACKED_MEGABYTE : MEGABYTE };
}

export function empty(status: number): Answer {
  return { status, headers: {}, body: "" };
}
