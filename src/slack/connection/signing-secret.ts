// The signing secret, which somebody may renew in its file while the bot runs.

import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import { type Signed, whyNotSigned } from "./signature.js";

export interface SigningSecretOptions {
  /** The one of the start. */
  secret: string;
  /** The secret in its file now; `null` when there is none. */
  inFile: () => string | null;
  clock: Clock;
  log: Logger;
}

/** How often the file is read at most because of a request, in ms: anybody can send one. */
const LOOK_MS = 1_000;

/**
 * Only one secret counts at a time. Slack signs with the new one from the moment in which somebody regenerates it, so that requests
 * which come with the old one later are not Slack's.
 */
export class SigningSecret {
  #now: string;
  #inFile: string | null = null;
  /** By the monotonic clock. */
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: SigningSecretOptions) {
    this.#now = options.secret;
  }

  /**
   * Reads the file, and takes what it holds. One of another length may be cut off, and with half a secret the bot would refuse
   * everything that Slack sends: it has to be proved by a request. @returns whether another secret is in use
   */
  renew(): boolean {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    const secret = this.#look();
    if (secret === null || secret === this.#now) return false;
    if (secret.length !== this.#now.length) {
      this.options.log.warn(
        "SLACK_SIGNING_SECRET_FILE holds a secret of another length: it counts from the first request that Slack signs with it",
      );
      return false;
    }
    this.#take(secret);
    return true;
  }

  /**
   * Why a request does not count as Slack's, in words for the log; `null` when it is Slack's. A request that is signed with the secret
   * in the file proves that this one is whole and in force.
   */
  whyNotSigned(request: Signed): string | null {
    const now = this.options.clock.now();
    const refusal = whyNotSigned(request, this.#now, now);
    if (refusal === null) return null;
    const secret = this.#look();
    if (secret === null || secret === this.#now || whyNotSigned(request, secret, now) !== null) return refusal;
    this.#take(secret);
    return null;
  }

  #take(secret: string): void {
    this.#now = secret;
    this.options.log.info("SLACK_SIGNING_SECRET was renewed from its file, and the old one no longer counts");
  }

  #look(): string | null {
    const { clock, inFile } = this.options;
    if (clock.monotonic() - this.#lookedAt < LOOK_MS) return this.#inFile;
    this.#lookedAt = clock.monotonic();
    this.#inFile = inFile();
    return this.#inFile;
  }
}
