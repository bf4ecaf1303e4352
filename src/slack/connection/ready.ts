// Whether Slack and the bot are connected, for `GET /readyz` and the metrics.

import type { SlackConnection } from "./connect.js";
import type { SlackRefusals } from "./refusals.js";

/** `since`: epoch ms. `why` is Slack's error code or the bot's own word; `null` while all is well. */
export interface SlackReadiness {
  ok: boolean;
  since: number;
  why: string | null;
}

/** Slack is ready while it accepts the bot token and, in Socket Mode, the WebSocket is open. */
export function slackReadiness(
  socket: ReturnType<SlackConnection["socket"]>,
  token: SlackRefusals["token"],
): SlackReadiness {
  if (!token.ok) return { ok: false, since: token.at, why: token.word };
  if (socket === null) return { ok: true, since: token.at, why: null };
  return { ok: socket.open, since: socket.since, why: socket.open ? null : "socket_closed" };
}
