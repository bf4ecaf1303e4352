// The HTTP server. It answers from the beginning, because the start may have to wait for Slack.

import type { RequestListener } from "node:http";
import { healthz } from "../http/healthz.js";
import type { Metrics } from "../http/metrics.js";
import { notStarted, Readiness } from "../http/readyz.js";
import { notFound, startServer } from "../http/server.js";
import { EVENTS_PATH } from "../slack/connection/connect.js";
import type { SlackRefusals } from "../slack/connection/refusals.js";
import type { OutagesPart } from "./create-outages.js";
import type { RunsPart } from "./create-runs.js";
import type { SlackPart } from "./create-slack.js";
import type { StorePart } from "./create-store.js";

export function createReadiness({ store, runs, outages, slack }: CheckedParts): Readiness {
  return new Readiness({
    clock: store.clock,
    slack: slack.readiness,
    lastProbe: () => outages.health.lastProbe(),
    store: () => store.check.withRefused(),
    stalled: () => runs.poller.stalled,
  });
}

interface CheckedParts {
  store: StorePart;
  runs: RunsPart;
  outages: OutagesPart;
  slack: SlackPart;
}

export interface HttpPart {
  port: number;
  /** From now on, it reports on each part, and in HTTP mode it accepts Slack's requests. */
  serve: (parts: ServedParts) => void;
  close: () => Promise<void>;
}

interface ServedParts {
  readiness: Readiness;
  slack: SlackPart;
}

/** @throws the operating system's error when it cannot listen on the port */
export async function createHttp(port: number, metrics: Metrics, refusals: SlackRefusals): Promise<HttpPart> {
  const routes: Record<string, RequestListener> = {
    "/healthz": healthz,
    "/readyz": notStarted(() => refusals.lastFailure),
    "/metrics": metrics.answer,
  };
  let otherwise = notFound;
  const server = await startServer({ port, routes, otherwise: () => otherwise });
  const serve = ({ readiness, slack }: ServedParts) => {
    const { requestListener, misdirectedListener } = slack.connection;
    routes["/readyz"] = readiness.answer;
    if (requestListener !== null) routes[EVENTS_PATH] = requestListener;
    otherwise = misdirectedListener ?? notFound;
  };
  return { port: server.port, serve, close: server.close };
}
