// What the log says of requests to Hex and of its health.

import type { HealthEvent } from "./health/watchdog.js";
import type { RequestRecord } from "./hex/client.js";
import { remedyFor } from "./hex/remedies.js";
import type { Logger } from "./log.js";

export function logRequest(
  log: Logger,
  { operation, reference, method, status, durationMs, error }: RequestRecord,
): void {
  const facts = { reference, operation, method, status, durationMs };
  if (error === null) log.debug(facts, "Hex %s", operation);
  else {
    const { what, todo } = remedyFor(error.facts);
    log.warn({ ...facts, err: error, todo }, "%s", what);
  }
}

export function logHealth(log: Logger, event: HealthEvent): void {
  if (event.kind === "expiring") {
    const { expiresAt, days } = event.notice;
    const facts = { expires: new Date(expiresAt).toISOString(), days };
    log.warn(facts, "The Hex token expires soon: make a new one, set HEX_API_TOKEN and restart");
    return;
  }
  const { facts } = event.incident.cause;
  const { what, todo } = remedyFor(facts);
  const { id, since } = event.incident;
  const said = { reference: id, kind: facts.kind, since: new Date(since).toISOString() };
  switch (event.kind) {
    case "began":
      log.warn({ ...said, todo }, "Hex is not connected: %s", what);
      break;
    case "changed_cause":
      log.warn({ ...said, todo }, "Hex is not connected for another reason: %s", what);
      break;
    case "relapsed":
      log.warn({ ...said, todo }, "Hex has gone again: %s", what);
      break;
    case "answers":
      log.info(said, "Hex answers again, and is being watched");
      break;
    case "ended":
      log.info({ ...said, lastedMs: event.incident.backAt - since }, "Hex is connected again");
  }
}
