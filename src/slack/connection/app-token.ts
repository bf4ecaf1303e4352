// The app-level token, which somebody may renew in its file while the bot runs.

export interface AppTokenOptions {
  /** The one of the start. */
  token: string;
  /** The token in its file now; `null` when there is none. */
  inFile: () => string | null;
}

export class AppToken {
  #now: string;
  /** The last token with which there was a connection, or else the one of the start. */
  #proven: string;
  /** Tokens that Slack has refused, and tokens of another app. */
  readonly #refused = new Set<string>();

  constructor(private readonly options: AppTokenOptions) {
    this.#now = options.token;
    this.#proven = options.token;
  }

  /** The token with which the next connection is opened. */
  get now(): string {
    return this.#now;
  }

  /** Reads the file. @returns whether there is another token, which was not refused before */
  renew(): boolean {
    const token = this.options.inFile();
    if (token === null || token === this.#now || this.#refused.has(token)) return false;
    this.#now = token;
    return true;
  }

  /** There is a connection with this token. */
  proves(token: string): void {
    this.#proven = token;
  }

  /** The token in use does not work. @returns which one is in use now: the one in the file, the old one, or `null` for none */
  refused(): "in_file" | "from_before" | null {
    this.#refused.add(this.#now);
    if (this.renew()) return "in_file";
    if (this.#refused.has(this.#proven)) return null;
    this.#now = this.#proven;
    return "from_before";
  }
}
