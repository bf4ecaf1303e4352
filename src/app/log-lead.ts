// What the log says when this process begins or stops leading.

import type { Logger } from "../log/logger.js";
import type { LeaseEvent } from "../store/leadership.js";

const STOPS = {
  ending: "this process ends",
  lost: "another process leads",
  not_renewed: "the database or this process stood still for 5 s",
};

export function logLead(log: Logger, event: LeaseEvent): void {
  if (event.event === "begins") log.info(event, "leader: begins");
  else log.info(event, "leader: stops, because %s", STOPS[event.why]);
}
