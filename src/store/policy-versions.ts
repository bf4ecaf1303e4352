// Whether the replicas of the bot use the same rules. Each tells the others through the store.

import type { Clock } from "../lib/clock.js";
import type { Db } from "./database.js";

const PREFIX = "in force ";
/** How often a replica says which rules it uses and looks at those of the others, in ms. */
const ROUND_MS = 20_000;
/** After this long (ms) without a word, a replica is gone. */
const GONE_MS = 3 * ROUND_MS;

export interface PolicyVersionsOptions {
  db: Db;
  /** A unique name for this process. */
  process: string;
  /** The same for all replicas. */
  clock: Clock;
  /** Of the rules in force here, without spaces: see `policyFingerprint`. */
  fingerprint: () => string;
  /** Called when the number of different sets of rules changes. */
  onChange: (count: number) => void;
  /** Called when the store begins to fail. What was known stays. */
  onError: (error: unknown) => void;
}

export class PolicyVersions {
  #count = 1;
  #isFailing = false;

  constructor(private readonly options: PolicyVersionsOptions) {}

  /** How many different sets of rules the replicas use. */
  get count(): number {
    return this.#count;
  }

  /** Keeps telling and looking until `signal` aborts. Never rejects. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#tried(() => this.#round());
      await this.options.clock.sleep(ROUND_MS, signal);
    }
    await this.#tried(() => this.#forgetOwn(""));
  }

  async #tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.options.onError(error);
      this.#isFailing = true;
    }
  }

  async #round(): Promise<void> {
    const { db, process, clock, fingerprint, onChange } = this.options;
    const key = `${PREFIX}${process} ${fingerprint()}`;
    const since = clock.now();
    await db
      .insertInto("policy_memory")
      .values({ key, since })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ since }))
      .execute();
    await this.#forgetOwn(key);
    await db
      .deleteFrom("policy_memory")
      .where("key", "like", `${PREFIX}%`)
      // What is said in the future is from before the clock was set back.
      .where((eb) => eb.or([eb("since", "<", since - GONE_MS), eb("since", ">", since + GONE_MS)]))
      .execute();
    const rows = await db.selectFrom("policy_memory").select("key").where("key", "like", `${PREFIX}%`).execute();
    const count = new Set(rows.map((row) => row.key.split(" ").at(-1))).size;
    if (count !== this.#count) onChange(count);
    this.#count = count;
  }

  /** Removes what this process has told before. */
  async #forgetOwn(except: string): Promise<void> {
    const { db, process } = this.options;
    await db
      .deleteFrom("policy_memory")
      .where("key", "like", `${PREFIX}${process} %`)
      .where("key", "!=", except)
      .execute();
  }
}
