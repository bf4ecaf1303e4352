// How the local peers end.

import { once } from "node:events";
import type { Server } from "node:http";

/** Ends a server together with the connections that are open. Does nothing if it has been closed before. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
