// `GET /healthz`: that the process is alive. Asks nobody.

import type { RequestListener } from "node:http";

export const healthz: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}\n');
};
