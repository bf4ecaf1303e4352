// A HexClient and the simulated Hex that it talks to, on a clock that the test controls.

import { Budget } from "../../src/hex/budget.js";
import { type Call, HexClient, type RequestRecord } from "../../src/hex/client.js";
import { HexError } from "../../src/hex/errors.js";
import { ManualClock } from "../sandbox/clock.js";
import { type SimulatedHex, startHex, type TokenOptions } from "../sandbox/hex/server.js";

export const CALL: Call = { reference: "ref", priority: "command", timeoutMs: 60_000 };

export interface Wire {
  clock: ManualClock;
  hex: SimulatedHex;
  token: string;
  budget: Budget;
  records: RequestRecord[];
  client: HexClient;
  /** A client with a different origin, token, or time limit for one attempt (ms). */
  clientAt: (origin: string, token?: string, timeoutMs?: number) => HexClient;
  stop: () => Promise<void>;
}

export async function startWire(options: TokenOptions = {}): Promise<Wire> {
  const clock = new ManualClock();
  const hex = await startHex({ clock });
  const token = hex.workspace.addToken(options);
  const budget = new Budget(clock, 1_000);
  const records: RequestRecord[] = [];
  const clientAt = (origin: string, other = token, attemptTimeoutMs = 2_000) =>
    new HexClient({
      userAgent: "hex-bot/test",
      origin,
      token: other,
      clock,
      budget,
      attemptTimeoutMs,
      backoffMs: 100,
      random: () => 0.5,
      onRequest: (record) => records.push(record),
    });
  return { clock, hex, token, budget, records, client: clientAt(hex.origin), clientAt, stop: () => hex.stop() };
}

/** Waits for an answer while advancing the time, `stepMs` at a time, whenever something sleeps on the clock. */
export async function soon<T>(clock: ManualClock, promise: Promise<T>, stepMs = 50): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  promise.then(end, end);
  for (let turn = 0; turn < 20_000 && !over; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (clock.sleeping > 0) clock.advance(stepMs);
  }
  return promise;
}

/** The HexError that a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<HexError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof HexError) return error;
  throw new Error(`expected a HexError, got ${String(error)}`);
}
