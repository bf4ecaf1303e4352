// What goes back over the wire, and how an answer is made.

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The body is not ended: the client waits for the rest. */
  stalls?: boolean;
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

export function empty(status: number): Answer {
  return { status, headers: {}, body: "" };
}
