// trigger_ids: each is valid for 3 seconds of the clock and opens one view.

import { randomBytes } from "node:crypto";
import type { Clock } from "../../../src/lib/clock.js";
import { digits } from "./identity.js";
import { Refusal } from "./refusal.js";

/** Who did something, and where they were. */
export interface Cause {
  /** A user id. */
  readonly user: string;
  /** The conversation that the person was looking at. */
  readonly conversation?: string;
  /** The view in which it was done. */
  readonly viewId?: string;
}

export class Triggers {
  readonly #known = new Map<string, { at: number; cause: Cause; used: boolean }>();

  constructor(
    readonly clock: Clock,
    readonly lifeMs: number,
  ) {}

  /** `given`: a trigger_id that the test chooses. */
  issue(cause: Cause, given?: string): string {
    const id = given ?? `${digits(13)}.${digits(12)}.${randomBytes(16).toString("hex")}`;
    this.#known.set(id, { at: this.clock.now(), cause, used: false });
    return id;
  }

  /** Uses up the trigger and returns the action that it came from. */
  exchange(id: string): Cause {
    const trigger = this.#known.get(id);
    if (!trigger) throw new Refusal("invalid_trigger_id");
    if (trigger.used) throw new Refusal("exchanged_trigger_id");
    if (this.clock.now() - trigger.at > this.lifeMs) throw new Refusal("expired_trigger_id");
    trigger.used = true;
    return trigger.cause;
  }
}
