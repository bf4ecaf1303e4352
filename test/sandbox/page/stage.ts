// What the page shows and controls: the two peers, and what is around them.

import type { Clock } from "../../../src/lib/clock.js";
import type { SimulatedHex } from "../hex/server.js";
import type { LocalPagerDuty } from "../pagerduty.js";
import type { LocalSlack } from "../slack/server.js";

/** Something that can go wrong, and a switch that makes it happen. */
export interface Switch {
  readonly id: string;
  readonly name: string;
  /** What it does, in a few words. */
  readonly effect: string;
  /** Whether it is about Hex as a whole, or about one project or a few. */
  readonly about: "hex" | "projects";
  readonly on: boolean;
  set(on: boolean): void;
}

/** The slash command in the app's manifest. */
export interface SlashCommand {
  /** "/hex". */
  command: string;
  description: string;
  usageHint: string;
}

export interface Stage {
  readonly slack: LocalSlack;
  readonly hex: SimulatedHex;
  /** The receiver of pages, where there is one. */
  readonly pagerDuty?: Pick<LocalPagerDuty, "open">;
  readonly clock: Clock;
  /** How many times as fast as real time the clock runs. */
  readonly speed: number;
  readonly slashCommand: SlashCommand;
  readonly switches: readonly Switch[];
  /** What to do with the switches about projects, in a sentence. */
  readonly projectsHint?: string;
  /** The token's request limit, for the Hex side. */
  readonly requestsPerMinute: number;
}
