// The simulated Hex: an HTTP server with real sockets and simulated time.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { closeServer, listen } from "../local-server.js";
import { type Answer, text } from "./answers.js";
import { Api, type Call } from "./api.js";
import { applyFault, FaultQueue, type Outcome } from "./faults.js";
import { type OpenRequest, RequestLog } from "./request-log.js";
import { findRoute } from "./routes.js";
import type { HexOptions, SimulatedHex } from "./types.js";
import { Workspace } from "./workspace.js";

export { isStart } from "./request-log.js";
export type * from "./types.js";

const IDLE_CONNECTION_MS = 60_000;

export async function startHex({ clock, port = 0 }: HexOptions): Promise<SimulatedHex> {
  const server = createServer({ keepAliveTimeout: IDLE_CONNECTION_MS });
  const ownPort = await listen(server, port);
  const origin = `http://127.0.0.1:${ownPort}`;
  const workspace = new Workspace(clock);
  const api = new Api(workspace, origin);
  const faults = new FaultQueue();
  const log = new RequestLog();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request, origin, workspace.oldPaths);
    const { endpoint } = call.route;
    const record: OpenRequest = {
      at: clock.now(),
      endpoint,
      method: request.method ?? "",
      path: call.path,
      query: call.query,
      headers: call.headers,
      body: parsedOrUndefined(call.text),
      status: null,
    };
    log.add(record);
    const fault = faults.take(endpoint, call.path);
    const normal = () => api.answer(call);
    const outcome = fault ? await applyFault(fault, { endpoint, settings: workspace, clock, normal }) : normal();
    if (send(outcome, response, clock.now())) log.answered(record, response.statusCode);
  }

  server.on("request", (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // If the client disconnected, there is nothing to report. Anything else is a bug in the simulation, shown as a 500.
      if (!request.complete || response.headersSent) response.destroy();
      else send(text(500, `The simulated Hex failed: ${error}`), response, clock.now());
    });
  });

  return {
    origin,
    workspace,
    faults,
    requests: log.requests,
    forget(before) {
      log.forget(before);
      workspace.scheduler.forget(before);
    },
    waitFor: (match, from) => log.waitFor(match, from),
    unplug: () => closeServer(server),
    async plugIn() {
      await listen(server, ownPort);
    },
    async stop() {
      log.close();
      workspace.scheduler.stop();
      await closeServer(server);
    },
  };
}

async function readCall(request: IncomingMessage, origin: string, oldPaths: boolean): Promise<Call> {
  const body = await readText(request);
  const url = new URL(`${origin}${request.url ?? "/"}`);
  return {
    route: findRoute(request.method ?? "", url.pathname, oldPaths),
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    text: body,
  };
}

/** True if an answer was sent. `now`: epoch ms. */
function send(outcome: Outcome, response: ServerResponse, now: number): boolean {
  if (outcome === "hang" || response.destroyed) return false;
  if (outcome === "reset") {
    response.socket?.resetAndDestroy();
    return false;
  }
  write(outcome, response, now);
  return true;
}

function write(
  { status, headers, body, stalls = false, endless }: Answer,
  response: ServerResponse,
  now: number,
): void {
  response.statusCode = status;
  response.setHeader("date", new Date(now).toUTCString());
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (endless) repeat(endless, response);
  else if (stalls) response.write(body);
  else response.end(body);
}

function repeat(chunk: Buffer, response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(chunk, (error) => {
    if (!error) setImmediate(() => repeat(chunk, response));
  });
}

function parsedOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
