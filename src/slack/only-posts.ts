// Keeps from Bolt, over HTTP, what it would not survive.

import type { IncomingMessage, RequestListener } from "node:http";

/** Slack's payloads are far smaller, in bytes. */
const MAX_BODY = 1_000_000;

/** Bolt throws at any other method, and with it the process would end; and it reads a body of any size before it looks at the signature. */
export function onlyPosts(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.method !== "POST") response.writeHead(405, { allow: "POST" }).end();
    else if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) {
      response.writeHead(413, { connection: "close" }).end();
    } else {
      breakOffLarge(request);
      listener(request, response);
    }
  };
}

/** A body in chunks does not say how large it is. */
function breakOffLarge(request: IncomingMessage): void {
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY) request.destroy();
  });
}
