// Whether Slack and the bot are connected, for `GET /readyz` and the metrics.

import type { SlackReady } from "../../http/readyz.js";
import type { SlackConnection } from "./connect.js";
import type { SlackRefusals } from "./refusals.js";

/** Slack is ready while the bot's token is taken and, in Socket Mode, the WebSocket is open. */
export function slackReadiness(
  socket: ReturnType<SlackConnection["socket"]>,
  token: SlackRefusals["token"],
): SlackReady {
  if (!token.ok) return { ok: false, since: token.at, why: token.word };
  if (socket === null) return { ok: true, since: token.at, why: null };
  return { ok: socket.open, since: socket.since, why: socket.open ? null : "socket_closed" };
}
