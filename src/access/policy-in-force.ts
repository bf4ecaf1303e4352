// The rules that are in force while the bot runs: the last ones that the policy file held without a mistake.

import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { type PolicyTrouble, policyOf } from "./load-policy.js";
import type { Policy } from "./policy.js";
import { type FileReading, readPolicyFile } from "./read-policy-file.js";

/** What has become of the file. */
export type PolicyNews =
  /** Other rules are in force. */
  | { kind: "new"; policy: Policy }
  /** The file cannot be used, and the rules from before stay in force. */
  | { kind: "broken"; trouble: PolicyTrouble }
  /** The file holds the rules that are in force again. */
  | { kind: "mended" };

export interface PolicyInForceOptions {
  path: string;
  clock: Clock;
  onNews: (news: PolicyNews) => void;
}

/** How often the file is read, in ms. Mounted files are replaced in ways that file systems do not report. */
const LOOK_MS = 5_000;
/** A change counts when the file is the same after this pause, in ms: somebody may be writing it, and half a file can be valid. */
const SETTLE_MS = 1_000;

export class PolicyInForce {
  readonly #loop: PollingLoop;
  #policy: Policy;
  /** What the file held when these rules came into force. */
  #inForce: string;
  #trouble: PolicyTrouble | null = null;
  /** What the file held when it was last judged, and what it has held since. */
  #judged: string;
  #latest: string;
  /** The look in progress: they take turns, so that an older one never has the last word. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: PolicyInForceOptions,
    policy: Policy,
    key: string,
  ) {
    this.#loop = new PollingLoop(options.clock);
    this.#policy = policy;
    this.#inForce = key;
    this.#judged = key;
    this.#latest = key;
  }

  /** Reads the file for the first time. Never rejects. */
  static async load(
    options: PolicyInForceOptions,
  ): Promise<{ ok: true; inForce: PolicyInForce } | { ok: false; trouble: PolicyTrouble }> {
    const reading = await readPolicyFile(options.path);
    const loaded = policyOf(reading);
    return loaded.ok ? { ok: true, inForce: new PolicyInForce(options, loaded.policy, keyOf(reading)) } : loaded;
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** Why the file cannot be used at the moment; `null` while its rules are in force. */
  get trouble(): PolicyTrouble | null {
    return this.#trouble;
  }

  /** Reads the file again, and takes it as it is. Never rejects. @returns whether it differs from before */
  reload(): Promise<boolean> {
    return this.#look((key) => key !== this.#judged);
  }

  /** Follows the file until `signal` aborts. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    await this.options.clock.sleep(LOOK_MS, signal);
    await this.#loop.until(signal, async () => {
      await this.#look((key) => key !== this.#judged && key === this.#latest);
      return this.#latest === this.#judged ? LOOK_MS : SETTLE_MS;
    });
  }

  #look(counts: (key: string) => boolean): Promise<boolean> {
    const looked = this.#turn.then(async () => {
      const reading = await readPolicyFile(this.options.path);
      const key = keyOf(reading);
      const isNews = counts(key);
      this.#latest = key;
      if (isNews) this.#judge(reading, key);
      return isNews;
    });
    this.#turn = looked;
    return looked;
  }

  #judge(reading: FileReading, key: string): void {
    const { onNews } = this.options;
    const loaded = policyOf(reading);
    this.#judged = key;
    this.#trouble = loaded.ok ? null : loaded.trouble;
    if (!loaded.ok) {
      onNews({ kind: "broken", trouble: loaded.trouble });
    } else if (key === this.#inForce) {
      onNews({ kind: "mended" });
    } else {
      this.#inForce = key;
      this.#policy = loaded.policy;
      onNews({ kind: "new", policy: loaded.policy });
    }
  }
}

/** The same for files that hold the same, or cannot be read for the same reason. */
function keyOf(reading: FileReading): string {
  return reading.ok ? `text ${reading.text}` : JSON.stringify(reading.problem);
}
