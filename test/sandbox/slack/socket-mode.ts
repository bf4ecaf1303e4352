// Socket Mode: one-time addresses, the WebSocket connections, envelopes and their acknowledgements.

import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Core } from "./core.js";
import { isRecord, parseJson, stringAt } from "./json.js";
import type { SlackSocket } from "./types.js";
import { Watch } from "./watch.js";

const maxConnections = 10;
const connectionWaitMs = 10_000;
/** How long after the warning a connection is closed, in ms of the clock. */
const closeAfterMs = { warning: 10_000, refresh_requested: 5_000, link_disabled: 0 };

export interface Envelope {
  envelope_id: string;
  type: "slash_commands" | "interactive" | "events_api";
  payload: unknown;
  accepts_response_payload: boolean;
}

export class SocketMode implements SlackSocket {
  readonly #server = new WebSocketServer({ noServer: true });
  /** With the app that each is for. */
  readonly #tickets = new Map<string, string>();
  /** The connections that were not told to disconnect. */
  #open: WebSocket[] = [];
  /** The connections that were told to disconnect and are not closed yet. They get envelopes if there is no other connection. */
  #leaving: WebSocket[] = [];
  #turn = 0;
  readonly #watch = new Watch();
  /** What waits for an acknowledgement on which connection. The same envelope may be on its way more than once. */
  readonly #waiting: { connection: WebSocket; id: string; settle: (payload: unknown) => void }[] = [];
  readonly acknowledged: string[] = [];
  turnsAway: SlackSocket["turnsAway"] = null;

  constructor(readonly core: Core) {
    core.openSocketUrl = (appId) => {
      const ticket = randomBytes(16).toString("hex");
      this.#tickets.set(ticket, appId);
      return `${core.origin.replace("http:", "ws:")}/link/?ticket=${ticket}&app_id=${appId}`;
    };
  }

  get connections(): number {
    return this.#open.length;
  }

  get leaving(): number {
    return this.#leaving.length;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? "/", this.core.origin);
    const ticket = url.searchParams.get("ticket") ?? "";
    const appId = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (url.pathname !== "/link/" || appId === undefined) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => this.#welcome(connection, appId));
  }

  disconnect(reason: "warning" | "refresh_requested" | "link_disabled"): void {
    const leaving = this.#open;
    this.#open = [];
    this.#leaving.push(...leaving);
    for (const connection of leaving) connection.send(this.#farewell(reason));
    void this.core.clock.sleep(closeAfterMs[reason]).then(() => {
      for (const connection of leaving) connection.close();
    });
  }

  stall(): void {
    for (const connection of this.#server.clients) connection.pause();
  }

  drop(): void {
    this.#open = [];
    this.#leaving = [];
    for (const connection of this.#server.clients) connection.terminate();
  }

  async waitForConnection(): Promise<void> {
    const complaint = () => `No Socket Mode connection within ${connectionWaitMs} ms.`;
    await this.#watch.until(() => this.#open[0], connectionWaitMs, complaint);
  }

  send(data: string | Uint8Array): void {
    const connection = this.#next();
    if (!connection) throw new Error("There is no Socket Mode connection.");
    connection.send(data);
  }

  /** The connection whose turn it is. */
  #next(): WebSocket | undefined {
    const takers = this.#open.length > 0 ? this.#open : this.#leaving;
    this.#turn += 1;
    return takers[this.#turn % takers.length];
  }

  /**
   * Sends the envelope over the connection whose turn it is. Resolves with the payload of the acknowledgement on the same
   * connection, with "timeout" after `timeoutMs` real milliseconds, or with "refused" if there is no connection.
   */
  async deliver(envelope: Envelope, timeoutMs: number): Promise<{ payload: unknown } | "timeout" | "refused"> {
    const connection = this.#next();
    if (!connection) return "refused";
    return new Promise((resolve) => {
      const waiter = {
        connection,
        id: envelope.envelope_id,
        settle: (payload: unknown) => {
          clearTimeout(timer);
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          resolve({ payload });
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve("timeout");
      }, timeoutMs);
      this.#waiting.push(waiter);
      connection.send(JSON.stringify(envelope));
    });
  }

  close(): void {
    this.drop();
    this.#server.close();
  }

  #welcome(connection: WebSocket, appId: string): void {
    connection.on("error", () => connection.terminate());
    const refusal = this.#server.clients.size > maxConnections ? "too_many_websockets" : this.turnsAway;
    if (refusal !== null) {
      connection.send(this.#farewell(refusal));
      connection.close();
      return;
    }
    connection.on("close", () => {
      this.#open = this.#open.filter((one) => one !== connection);
      this.#leaving = this.#leaving.filter((one) => one !== connection);
    });
    connection.on("message", (data) => this.#receive(connection, data.toString()));
    // Nothing happens in another app.
    if (appId === this.core.identity.appId) this.#open.push(connection);
    const hello = {
      type: "hello",
      num_connections: this.#server.clients.size,
      connection_info: { app_id: appId },
      debug_info: { host: "local", build_number: 1, approximate_connection_time: 18_060 },
    };
    connection.send(JSON.stringify(hello));
    this.#watch.notify();
  }

  #receive(connection: WebSocket, text: string): void {
    const message = parseJson(text);
    const id = stringAt(message, "envelope_id");
    if (!isRecord(message) || id === undefined) return;
    this.acknowledged.push(id);
    this.#waiting.find((waiter) => waiter.connection === connection && waiter.id === id)?.settle(message.payload);
    this.#watch.notify();
  }

  async waitForAcknowledgement(id: string): Promise<void> {
    const complaint = () => `${id} was not acknowledged within ${connectionWaitMs} ms.`;
    await this.#watch.until(() => this.acknowledged.find((one) => one === id), connectionWaitMs, complaint);
  }

  #farewell(reason: string): string {
    return JSON.stringify({ type: "disconnect", reason, debug_info: { host: "local" } });
  }
}
