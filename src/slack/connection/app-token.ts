// The app-level token, which somebody may renew in its file while the bot runs.

export interface AppTokenOptions {
  /** The one of the start. */
  token: string;
  /** The token in its file now; `null` when there is none. */
  inFile: () => string | null;
}

export class AppToken {
  #now: string;
  /** Those that Slack has refused. */
  readonly #refused = new Set<string>();

  constructor(private readonly options: AppTokenOptions) {
    this.#now = options.token;
  }

  /** The token with which the next connection is opened. */
  get now(): string {
    return this.#now;
  }

  /** Reads the file. @returns whether there is another token, which Slack has not refused */
  renew(): boolean {
    const token = this.options.inFile();
    if (token === null || token === this.#now || this.#refused.has(token)) return false;
    this.#now = token;
    return true;
  }

  /** Slack has refused the token in use. @returns whether there is another one now */
  refused(): boolean {
    this.#refused.add(this.#now);
    return this.renew();
  }

  /** Goes back to a token that works. */
  goBackTo(token: string): void {
    this.#now = token;
  }
}
