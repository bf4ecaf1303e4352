// The log of every request from the app to Slack.

import { isWrongCall } from "./refusal.js";
import type { ApiCall } from "./types.js";
import { Watch } from "./watch.js";

export class CallLog {
  readonly all: ApiCall[] = [];
  readonly refused: ApiCall[] = [];
  readonly watch = new Watch();

  /** `genuine`: the answer comes from Slack itself and not from a fault. */
  add(call: ApiCall, genuine: boolean): void {
    this.all.push(call);
    if (genuine && isWrongCall(call.answer.error)) this.refused.push(call);
    this.watch.notify();
  }

  /** Forgets the calls before a time (epoch ms), by default all of them. Refused calls stay. */
  forget(before = Number.POSITIVE_INFINITY): void {
    this.all.splice(0, this.all.length, ...this.all.filter(({ at }) => at >= before));
  }

  /** Waits up to `ms` real milliseconds for a call at index `from` or later. */
  waitFor(match: (call: ApiCall) => boolean, from: number, ms: number): Promise<ApiCall> {
    return this.watch.until(
      () => this.all.slice(from).find(match),
      ms,
      () => `No such call within ${ms} ms. From ${from} on there are:\n${this.all.slice(from).map(line).join("\n")}`,
    );
  }
}

function line({ method, answer }: ApiCall): string {
  return `- ${method}: ${answer.ok ? "ok" : answer.error}`;
}
