// The log of everything that the app asked of Slack.

import { isWrongCall } from "./refusal.js";
import type { ApiCall } from "./types.js";
import { Watch } from "./watch.js";

export class CallLog {
  readonly all: ApiCall[] = [];
  readonly refused: ApiCall[] = [];
  readonly watch = new Watch();

  /** `genuine`: the answer is Slack's own, not one of a fault. */
  add(call: ApiCall, genuine: boolean): void {
    this.all.push(call);
    if (genuine && isWrongCall(call.answer.error)) this.refused.push(call);
    this.watch.notify();
  }

  /** Those from before a moment, epoch ms; all of them unless told. The refused ones stay. */
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
