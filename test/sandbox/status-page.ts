// A simulated public status page of Hex, in Statuspage's format: what it says, and how it can fail.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { closeServer, listen } from "./local-server.js";

export interface PageIncident {
  name: string;
  /** investigating, identified, monitoring, resolved or postmortem. For maintenance: scheduled, in_progress or completed. */
  status: string;
  impact: string;
}

/** How the page answers. */
export type PageAnswer =
  | {
      type: "summary";
      indicator?: string;
      description?: string;
      incidents?: PageIncident[];
      maintenances?: PageIncident[];
    }
  | { type: "raw"; status: number; body: string; headers?: Record<string, string> }
  | { type: "hang" }
  /** Sends the headers and the beginning of a body, and never ends. */
  | { type: "stall" }
  /** `unpacked`: large only after it is decompressed. */
  | { type: "endless"; unpacked?: boolean };

export interface LocalStatusPage {
  readonly origin: string;
  /** Can be changed at any time. Default: all is well. */
  answer: PageAnswer;
  /** The headers of every request for the summary, in order. */
  readonly requests: readonly IncomingHttpHeaders[];
  stop(): Promise<void>;
}

const PATH = "/api/v2/summary.json";
const CHUNK = "x".repeat(64 * 1024);
const PACKED_CHUNK = gzipSync("x".repeat(1_000_000));

export async function startStatusPage(): Promise<LocalStatusPage> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    if (request.url !== PATH) return void response.writeHead(404).end();
    requests.push(request.headers);
    send(page.answer, response);
  });
  const port = await listen(server);
  const page: LocalStatusPage = {
    origin: `http://127.0.0.1:${port}`,
    answer: { type: "summary" },
    requests,
    stop: () => closeServer(server),
  };
  return page;
}

function send(answer: PageAnswer, response: ServerResponse): void {
  switch (answer.type) {
    case "summary":
      return void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(summary(answer)));
    case "raw":
      return void response.writeHead(answer.status, answer.headers).end(answer.body);
    case "hang":
      return;
    case "stall":
      return void response.writeHead(200, { "content-type": "application/json" }).write('{"page":{');
    case "endless":
      response.writeHead(200, {
        "content-type": "application/json",
        ...(answer.unpacked ? { "content-encoding": "gzip" } : {}),
      });
      endless(response, answer.unpacked ? PACKED_CHUNK : CHUNK);
  }
}

function endless(response: ServerResponse, chunk: string | Buffer): void {
  if (response.destroyed) return;
  response.write(chunk, (error) => {
    if (!error) setImmediate(() => endless(response, chunk));
  });
}

function summary({ indicator, description, incidents = [], maintenances = [] }: PageAnswer & { type: "summary" }) {
  const entry = (one: PageIncident, index: number) => ({
    ...one,
    id: `incident${index}`,
    created_at: "2026-11-02T08:50:00.000Z",
    updated_at: "2026-11-02T08:55:00.000Z",
    monitoring_at: null,
    resolved_at: null,
    shortlink: `https://stspg.io/incident${index}`,
    incident_updates: [],
  });
  return {
    page: { id: "hexpage", name: "Hex", url: "https://status.hex.tech", time_zone: "Etc/UTC" },
    status: { indicator: indicator ?? "none", description: description ?? "All Systems Operational" },
    components: [{ id: "api", name: "API", status: "operational" }],
    incidents: incidents.map(entry),
    scheduled_maintenances: maintenances.map(entry),
  };
}
