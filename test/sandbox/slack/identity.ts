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
  /** The tokens and the secret in force. Somebody may renew them: see `renewed`. */
  botToken: string;
  appToken: string;
  signingSecret: string;
  /** Of another app that is installed in the workspace. */
  readonly otherApp: { readonly appId: string; readonly appToken: string };
  /** Earlier tokens, with Slack's word for why each works no more. */
  readonly revoked: Map<string, string>;
  /** The deprecated verification token that payloads still carry. */
  readonly verificationToken: string;
  readonly organization: Organization | null;
}

export function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(1, 10)).join("");
}

const APP = "A0LOCALAPP1";
const OTHER_APP = "A0OTHERAPP1";

export function identityOf(options: SlackOptions): Identity {
  return {
    teamId: options.teamId ?? "T0LOCALTEAM",
    domain: "local-team",
    appId: APP,
    botUserId: "U0LOCALBOT1",
    botId: "B0LOCALBOT1",
    botToken: options.botToken ?? newSecret("botToken"),
    appToken: options.appToken ?? newSecret("appToken"),
    signingSecret: options.signingSecret ?? newSecret("signingSecret"),
    otherApp: { appId: OTHER_APP, appToken: newSecret("appToken", OTHER_APP) },
    revoked: new Map(),
    verificationToken: randomBytes(12).toString("hex"),
    organization: options.organization ?? null,
  };
}

export type SecretKind = "botToken" | "appToken" | "signingSecret";

export function newSecret(kind: SecretKind, appId = APP): string {
  switch (kind) {
    case "botToken":
      return `xoxb-${digits(12)}-${digits(13)}-${randomBytes(12).toString("hex")}`;
    case "appToken":
      return `xapp-1-${appId}-${digits(13)}-${randomBytes(32).toString("hex")}`;
    case "signingSecret":
      return randomBytes(16).toString("hex");
  }
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
