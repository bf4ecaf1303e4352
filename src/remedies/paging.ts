// What happened when the paging service did not accept an event, and what to do. For the log and for `/hex status`.

/** See `PAGE_FAILURES`. */
export type PagingFailure = "refused" | "denied" | "rate_limited" | "failed" | "timeout" | "unreachable";

export interface PagingRemedy {
  /** A sentence. */
  what: string;
  /** A sentence. */
  todo: string;
}

const PATIENCE = "The bot keeps trying. Until then, page whoever is on call yourself.";

export function pagingRemedy(kind: PagingFailure): PagingRemedy {
  switch (kind) {
    case "refused":
      return {
        what: "The paging service says that the event is invalid (400).",
        todo: "Compare PAGERDUTY_ROUTING_KEY with the integration key in PagerDuty (service > Integrations > Events API v2). Correct it and restart the bot, or write the right key into PAGERDUTY_ROUTING_KEY_FILE and send SIGHUP. The bot then tries once more. If the key is right, the bot's log says what the service refused.",
      };
    case "denied":
      return {
        what: "The paging service did not accept the event.",
        todo: `Check PAGERDUTY_URL and PAGERDUTY_ROUTING_KEY, and any proxy in between. ${PATIENCE}`,
      };
    case "rate_limited":
      return { what: "The paging service accepts no more events for now (429).", todo: PATIENCE };
    case "failed":
      return { what: "The paging service failed.", todo: `Look at status.pagerduty.com. ${PATIENCE}` };
    case "timeout":
      return { what: "The paging service did not answer in time.", todo: `Look at status.pagerduty.com. ${PATIENCE}` };
    case "unreachable":
      return {
        what: "The paging service could not be reached.",
        todo: `Allow outgoing HTTPS to PAGERDUTY_URL; if there is a proxy, set HTTPS_PROXY and have it allow that. ${PATIENCE}`,
      };
  }
}
