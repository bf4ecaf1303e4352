// trigger_ids: they live 3 seconds of the clock and open one view.

import { randomBytes } from "node:crypto";
import type { Clock } from "../../../src/clock.js";
import { digits } from "./identity.js";
import { Refusal } from "./refusal.js";

const lifeMs = 3_000;

export class Triggers {
  readonly #known = new Map<string, { at: number; user: string; used: boolean }>();

  constructor(readonly clock: Clock) {}

  /** `given`: a trigger_id of the test's own choice. */
  issue(user: string, given?: string): string {
    const id = given ?? `${digits(13)}.${digits(12)}.${randomBytes(16).toString("hex")}`;
    this.#known.set(id, { at: this.clock.now(), user, used: false });
    return id;
  }

  /** Uses the trigger up and returns the person behind it. */
  exchange(id: string): string {
    const trigger = this.#known.get(id);
    if (!trigger) throw new Refusal("invalid_trigger_id");
    if (trigger.used) throw new Refusal("exchanged_trigger_id");
    if (this.clock.now() - trigger.at > lifeMs) throw new Refusal("expired_trigger_id");
    trigger.used = true;
    return trigger.user;
  }
}
