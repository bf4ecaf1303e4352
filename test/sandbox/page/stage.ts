// What the page shows and drives: the two peers, and what stands around them.

import type { Clock } from "../../../src/lib/clock.js";
import type { SimulatedHex } from "../hex/server.js";
import type { LocalSlack } from "../slack/server.js";

/** Something to be afraid of, that can be made to happen. */
export interface Switch {
  readonly id: string;
  readonly name: string;
  /** What it does, in a few words. */
  readonly effect: string;
  readonly on: boolean;
  set(on: boolean): void;
}

/** The slash command, as the app's manifest has it. */
export interface SlashCommand {
  /** "/hex". */
  command: string;
  description: string;
  usageHint: string;
}

export interface Stage {
  readonly slack: LocalSlack;
  readonly hex: SimulatedHex;
  readonly clock: Clock;
  /** How many times as fast the clock runs. */
  readonly speed: number;
  readonly slashCommand: SlashCommand;
  readonly switches: readonly Switch[];
  /** The token's request limit, for the Hex side. */
  readonly requestsPerMinute: number;
}
