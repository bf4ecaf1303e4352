// One Socket Mode WebSocket, from `apps.connections.open` until it closes. It does not reconnect. SocketModeClient would, but it
// closes first and waits five seconds, during which Slack has nobody to deliver to.

import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { SocketModeClient, type SocketModeOptions } from "@slack/socket-mode";
import { type Frame, readFrame } from "./frames.js";
import { OtherAppError, TurnedAwayError } from "./socket-mode-errors.js";

export interface SocketConnectionOptions {
  /** For Slack's client: the app token, how to reach Slack, and the log. */
  client: Omit<SocketModeOptions, "autoReconnectEnabled">;
  /** For `apps.connections.open`. */
  send: typeof fetch;
  /** The longest time from the first request to Slack's `hello`, in real ms. */
  openMs: number;
  /** Whether envelopes of this app are the bot's. The connection is closed otherwise. `null`: Slack does not say which app it is. */
  isOwnApp: (appId: string | null) => boolean;
  /** Called for everything that Slack sends except `hello`. */
  onFrame: (frame: Exclude<Frame, { kind: "hello" }>) => void;
  /** Called once, when an open connection has ended. `reason`: the WebSocket's error, if there was one. */
  onClosed: (reason: Error | null) => void;
}

/** How long Slack may take to answer a close, in real ms. */
const FAREWELL_MS = 2_000;

export class SocketConnection {
  readonly #client: FrameClient;
  readonly #ending = new AbortController();
  readonly #closed = new AbortController();
  #isOpen = false;
  #hasHello = false;
  /** Why the connection is given up instead of being opened. */
  #useless: OtherAppError | TurnedAwayError | null = null;
  #reason: Error | null = null;

  constructor(private readonly options: SocketConnectionOptions) {
    const { client, send, isOwnApp, onFrame } = options;
    const abortable: typeof fetch = (input, init) => send(input, { ...init, signal: anyOf(this.#ending.signal, init) });
    const clientOptions = { ...client.clientOptions, fetch: abortable };
    this.#client = new FrameClient({ ...client, clientOptions, autoReconnectEnabled: false }, (data) => {
      const frame = readFrame(data);
      // What another app's people do comes here, too, and is not acknowledged.
      if (this.#useless !== null) return;
      if (frame.kind === "hello" && !isOwnApp(frame.appId)) this.#giveUp(new OtherAppError());
      else if (frame.kind === "hello") this.#greet();
      else if (frame.kind === "disconnect" && !this.#hasHello) this.#giveUp(new TurnedAwayError(frame.reason));
      else onFrame(frame);
    });
    this.#client.on("error", (error: Error) => {
      this.#reason = error;
    });
    this.#client.on("close", () => this.#onClose());
  }

  /** Whether Slack has said hello and nobody has ended the connection. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves at Slack's `hello`. Rejects with a WebClient's error, an OtherAppError, a TurnedAwayError, or one that says what happened instead. */
  async open(): Promise<void> {
    const timer = setTimeout(() => void this.close(), this.options.openMs);
    try {
      await this.#client.start();
    } catch (error) {
      if (this.#useless !== null) throw this.#useless;
      // The client does not reject with the reason when the WebSocket ends before Slack has said hello.
      throw error ?? new Error("The WebSocket ended before Slack said hello", { cause: this.#reason });
    } finally {
      clearTimeout(timer);
    }
    if (this.#ending.signal.aborted) throw new Error("The connection was ended while it was opened");
    this.#isOpen = true;
  }

  /** Tells Slack that an envelope has arrived. Rejects when this connection is gone, since no other one can acknowledge it. */
  acknowledge(envelopeId: string, payload: unknown = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const { websocket } = this.#client;
      if (!websocket?.isActive()) return reject(new Error("The connection that the envelope came on is closed"));
      websocket.send(JSON.stringify({ envelope_id: envelopeId, payload }), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /** Closes the connection properly, or by force when Slack does not answer. Resolves when it is closed. Never rejects. */
  async close(): Promise<void> {
    this.#ending.abort();
    const { websocket } = this.#client;
    // Nothing is open yet while the URL is being requested, and that request gets aborted.
    if (websocket === undefined || this.#closed.signal.aborted) return;
    websocket.disconnect();
    if (this.#closed.signal.aborted) return;
    const closed = once(this.#closed.signal, "abort");
    await Promise.race([closed, delay(FAREWELL_MS, undefined, { ref: false })]);
    // The second call closes by force.
    if (!this.#closed.signal.aborted) websocket.disconnect();
  }

  #greet(): void {
    this.#hasHello = true;
    this.#client.emit("connected");
  }

  #giveUp(why: OtherAppError | TurnedAwayError): void {
    this.#useless = why;
    void this.close();
  }

  #onClose(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (wasOpen) this.options.onClosed(this.#reason);
  }
}

/** Slack's client with a frame reader that survives anything. For `null`, its own throws where nobody can catch it. */
class FrameClient extends SocketModeClient {
  constructor(
    options: SocketModeOptions,
    private readonly onData: (data: unknown) => void,
  ) {
    super(options);
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer): Promise<void> {
    this.onData(data);
  }
}

function anyOf(signal: AbortSignal, init: RequestInit | undefined): AbortSignal {
  return init?.signal ? AbortSignal.any([signal, init.signal]) : signal;
}
