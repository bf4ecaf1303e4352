// The ids and secrets of the workspace and the app, and new ids.

import { randomBytes, randomInt } from "node:crypto";
import type { Clock } from "../../../src/lib/clock.js";
import type { Organization, SlackOptions } from "./types.js";

export interface Identity {
  readonly teamId: string;
  readonly domain: string;
  readonly appId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** The deprecated verification token that payloads still carry. */
  readonly verificationToken: string;
  readonly organization: Organization | null;
}

export function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(1, 10)).join("");
}

export function identityOf(options: SlackOptions): Identity {
  return {
    teamId: options.teamId ?? "T0LOCALTEAM",
    domain: "local-team",
    appId: "A0LOCALAPP1",
    botUserId: "U0LOCALBOT1",
    botId: "B0LOCALBOT1",
    botToken: options.botToken ?? `xoxb-${digits(12)}-${digits(13)}-${randomBytes(12).toString("hex")}`,
    appToken: options.appToken ?? `xapp-1-A0LOCALAPP1-${digits(13)}-${randomBytes(32).toString("hex")}`,
    signingSecret: options.signingSecret ?? randomBytes(16).toString("hex"),
    verificationToken: randomBytes(12).toString("hex"),
    organization: options.organization ?? null,
  };
}

/** Creates message times ("1793610000.000100") that are unique and increase even while the clock stands still. */
export class Timestamps {
  #last = 0;

  constructor(readonly clock: Clock) {}

  next(): string {
    this.#last = Math.max(this.clock.now() * 1000, this.#last + 100);
    return `${Math.floor(this.#last / 1_000_000)}.${String(this.#last % 1_000_000).padStart(6, "0")}`;
  }
}
