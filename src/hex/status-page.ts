// What Hex says about itself on its public status page (Statuspage), to distinguish "Hex has an incident" from "your side". It is
// asked without a token and outside the request budget. If it does not answer in time, there is simply no report.

import { z } from "zod";
import { readBody } from "../lib/body.js";
import type { Clock } from "../lib/clock.js";
import { parseJson } from "../lib/json.js";
import { MINUTE } from "../lib/time.js";
import { list, orNull, shortText } from "./tolerant-schemas.js";

/** An incident that is not over, or maintenance in progress. */
export interface HexIncident {
  name: string;
  impact: "none" | "minor" | "major" | "critical" | "maintenance";
  /** Where to read more. */
  url: string | null;
}

export interface HexReport {
  /** The worst impact that Hex reports, as a word. */
  indicator: HexIncident["impact"];
  /** Hex's own sentence for it, such as "Partial System Outage". */
  description: string;
  incidents: HexIncident[];
  /** Whether everything on the page was understood. If not, there may be more than this. */
  isCertain: boolean;
}

export interface StatusPageOptions {
  /** The URL of a Statuspage `summary.json`; `null` to never ask. */
  url: string | null;
  clock: Clock;
  /** The longest time for an answer, including the body, in ms. */
  timeoutMs: number;
  /** How requests leave the machine; directly when left out. */
  fetch?: typeof fetch;
}

/** How long (ms) an answer counts, and how long a missing answer does. */
const KEEP_MS = MINUTE;
const KEEP_ABSENCE_MS = 15_000;
/** In ms. In an outage the page is asked with each probe, at most five minutes apart. */
const WORTH_KNOWING_MS = 15 * MINUTE;
/** In bytes, decompressed. A summary has a few tens of thousands. */
const MAX_BODY = 500_000;

const impact = z.enum(["none", "minor", "major", "critical", "maintenance"]);
const incidentSchema = z.object({
  name: shortText(300),
  status: z.string().catch(""),
  impact: impact.catch("none"),
  // Statuspage's short links are on a host of its own, so only the scheme can be checked.
  shortlink: orNull(
    z
      .string()
      .max(1_000)
      .regex(/^https:\/\//),
  ),
});
const summarySchema = z.object({
  status: z.object({ indicator: impact.nullable().catch(null), description: shortText(300).catch("") }),
  incidents: orNull(list),
  scheduled_maintenances: orNull(list),
});
const OVER: ReadonlySet<string> = new Set(["resolved", "postmortem", "completed"]);

export class StatusPage {
  #asked: { report: Promise<HexReport | null>; until: number } | null = null;
  #known: { report: HexReport; at: number } | null = null;

  constructor(private readonly options: StatusPageOptions) {}

  /** What the page last said, without asking; `null` when that was long ago, or when the page has since failed to answer. */
  get known(): HexReport | null {
    const known = this.#known;
    return known !== null && this.options.clock.monotonic() - known.at < WORTH_KNOWING_MS ? known.report : null;
  }

  /** What the page says, at most a minute old; `null` when it is off or does not answer. Never rejects, and never takes longer than the limit. */
  read(): Promise<HexReport | null> {
    const { url, clock } = this.options;
    if (url === null) return Promise.resolve(null);
    if (this.#asked !== null && clock.monotonic() < this.#asked.until) return this.#asked.report;
    const asked = { report: this.#fetch(url).catch(() => null), until: clock.monotonic() + KEEP_MS };
    this.#asked = asked;
    void asked.report.then((report) => {
      this.#known = report === null ? null : { report, at: clock.monotonic() };
      if (report === null) asked.until = clock.monotonic() + KEEP_ABSENCE_MS;
    });
    return asked.report;
  }

  async #fetch(url: string): Promise<HexReport> {
    const { fetch: send = fetch } = this.options;
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    const response = await send(url, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the status page answered ${response.status}`);
    }
    const { text, isWhole } = await readBody(response, MAX_BODY, signal);
    if (!isWhole) throw new Error("the status page is too large");
    return reportOf(summarySchema.parse(parseJson(text)));
  }
}

function reportOf({ status, incidents, scheduled_maintenances }: z.output<typeof summarySchema>): HexReport {
  const reported = understood(incidents);
  const planned = understood(scheduled_maintenances);
  const open = reported.entries.filter((one) => !OVER.has(one.status));
  const underWay = planned.entries
    .filter((one) => one.status === "in_progress" || one.status === "verifying")
    .map((one) => ({ ...one, impact: "maintenance" as const }));
  return {
    indicator: status.indicator ?? "none",
    description: status.description,
    incidents: [...open, ...underWay].map(({ name, impact, shortlink }) => ({ name, impact, url: shortlink })),
    isCertain: status.indicator !== null && reported.all && planned.all,
  };
}

/** More than any page has, because the history is elsewhere. */
const MOST_ENTRIES = 200;

/** Reads entries one by one, so that an odd one does not hide the others. `all` is true when every entry could be read. */
function understood(told: unknown[] | null): { entries: z.output<typeof incidentSchema>[]; all: boolean } {
  const read = (told ?? []).slice(0, MOST_ENTRIES).map((entry) => incidentSchema.safeParse(entry));
  const entries = read.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return { entries, all: entries.length === told?.length };
}
