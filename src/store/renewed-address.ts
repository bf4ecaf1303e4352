// The address of a Postgres whose password, or user and password, somebody may renew while the bot runs.

import { addressOf, type PostgresAddress } from "./postgres-address.js";
import { type PostgresFailure, postgresFailure } from "./postgres-failure.js";

export interface UrlFile {
  /** The URL in its file now; `null` when there is none. */
  read: () => string | null;
  /** Called when another one is in use. */
  onRenewed: () => void;
  /** Called when the file holds one that cannot be used, once for each. `why`: a sentence without a full stop. */
  onUseless: (why: string) => void;
}

/** Nobody renews it. */
export const NO_FILE: UrlFile = { read: () => null, onRenewed: () => undefined, onUseless: () => undefined };

/** Failures that another user or password may end. */
const ABOUT_LOGIN: ReadonlySet<PostgresFailure | null> = new Set(["password", "role", "login"]);

export class RenewedAddress {
  #url: string;
  #now: PostgresAddress;
  /** The last URL that could not be used. */
  #useless: string | null = null;
  #renewing: Promise<boolean> | null = null;

  /**
   * @param url of the start
   * @param leadsHere whether the bot's tables are in the schema that a login leads to; rejects when nobody can log in
   */
  constructor(
    url: string,
    private readonly file: UrlFile,
    private readonly leadsHere: (address: PostgresAddress) => Promise<boolean>,
  ) {
    this.#url = url;
    this.#now = addressOf(url);
  }

  get now(): PostgresAddress {
    return this.#now;
  }

  /** Whether a connection that failed may be opened with what the file holds. Never rejects. */
  async isRenewedAfter(error: unknown): Promise<boolean> {
    return ABOUT_LOGIN.has(postgresFailure(error)) && (await this.renew());
  }

  /** Reads the file, and takes another login if the database does. Simultaneous calls share one look. @returns whether there is one */
  async renew(): Promise<boolean> {
    this.#renewing ??= this.#look().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #look(): Promise<boolean> {
    const url = this.file.read();
    if (url === null || url === this.#url) return false;
    const address = addressOf(url);
    const why = isSamePlace(address, this.#now) ? await this.#whyNot(address) : ELSEWHERE;
    if (why !== null) {
      if (url !== this.#useless) this.file.onUseless(why);
      this.#useless = url;
      return false;
    }
    [this.#url, this.#now] = [url, address];
    this.file.onRenewed();
    return true;
  }

  async #whyNot(address: PostgresAddress): Promise<string | null> {
    try {
      return (await this.leadsHere(address)) ? null : ELSEWHERE;
    } catch (error) {
      return `nobody can log in with it (${postgresFailure(error) ?? "failed"}); write the whole URL into the file`;
    }
  }
}

const ELSEWHERE = "it leads to another database or schema, or encrypts differently; a restart is needed to use that";

/** Whether they differ in the login at most. What the store holds, and who leads, must not change under the bot. */
function isSamePlace(one: PostgresAddress, other: PostgresAddress): boolean {
  return one.where === other.where && one.searchPath === other.searchPath && one.sslMode === other.sslMode;
}
