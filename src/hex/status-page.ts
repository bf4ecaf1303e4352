// What Hex says of itself on its public status page (Statuspage): tells "Hex has an incident" from "your side". Asked beside
// the API, without a token and outside the request budget; when it gives no answer in time, there simply is none.

import { z } from "zod";
import type { Clock } from "../clock.js";

/** An incident that is not over, or maintenance under way. */
export interface HexIncident {
  name: string;
  impact: "none" | "minor" | "major" | "critical" | "maintenance";
  /** Where to read more. */
  url: string | null;
}

export interface HexReport {
  /** The worst that Hex says, as a word. */
  indicator: HexIncident["impact"];
  /** Hex's own sentence for it, such as "Partial System Outage". */
  description: string;
  incidents: HexIncident[];
  /** Whether all that the page said was understood. When not, there may be more than this. */
  isCertain: boolean;
}

export interface StatusPageOptions {
  /** Of a Statuspage `summary.json`; null: never asked. */
  url: string | null;
  clock: Clock;
  /** Longest time for an answer, body included, in ms. */
  timeoutMs: number;
  /** How requests leave the machine; straight when left out. */
  fetch?: typeof fetch;
}

/** How long (ms) an answer counts, and how long the absence of one does. */
const KEEP_MS = 60_000;
const KEEP_ABSENCE_MS = 15_000;
/** In an outage the page is asked with each probe, which are five minutes apart at most. In ms. */
const WORTH_KNOWING_MS = 15 * 60_000;
/** In bytes. A summary is a few ten thousand. */
const MAX_BODY = 500_000;

const impact = z.enum(["none", "minor", "major", "critical", "maintenance"]);
const incidentSchema = z.object({
  name: z.string(),
  status: z.string().catch(""),
  impact: impact.catch("none"),
  shortlink: z.string().nullable().catch(null),
});
const summarySchema = z.object({
  status: z.object({ indicator: impact.nullable().catch(null), description: z.string().catch("") }),
  incidents: z.array(z.unknown()).nullable().catch(null),
  scheduled_maintenances: z.array(z.unknown()).nullable().catch(null),
});
const OVER: ReadonlySet<string> = new Set(["resolved", "postmortem", "completed"]);

export class StatusPage {
  #asked: { report: Promise<HexReport | null>; until: number } | null = null;
  #known: { report: HexReport; at: number } | null = null;

  constructor(private readonly options: StatusPageOptions) {}

  /** What the page said last, without asking; null when that is long ago, or when it was asked since and gave no answer. */
  get known(): HexReport | null {
    const known = this.#known;
    return known !== null && this.options.clock.now() - known.at < WORTH_KNOWING_MS ? known.report : null;
  }

  /** What the page says, at most a minute old; null when it is off or gives no answer. Never rejects, and never takes longer than the limit. */
  read(): Promise<HexReport | null> {
    const { url, clock } = this.options;
    if (url === null) return Promise.resolve(null);
    if (this.#asked !== null && clock.now() < this.#asked.until) return this.#asked.report;
    const asked = { report: this.#fetch(url).catch(() => null), until: clock.now() + KEEP_MS };
    this.#asked = asked;
    void asked.report.then((report) => {
      this.#known = report === null ? null : { report, at: clock.now() };
      if (report === null) asked.until = clock.now() + KEEP_ABSENCE_MS;
    });
    return asked.report;
  }

  async #fetch(url: string): Promise<HexReport> {
    const { fetch: send = fetch } = this.options;
    const response = await send(url, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(this.options.timeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the status page answered ${response.status}`);
    }
    return reportOf(summarySchema.parse(JSON.parse(await limitedText(response))));
  }
}

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  // Leaving the loop early gives the connection up.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY) throw new Error("the status page is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
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

/** One by one, so that an odd entry hides no other. `all`: whether there was none. */
function understood(list: unknown[] | null): { entries: z.output<typeof incidentSchema>[]; all: boolean } {
  const read = (list ?? []).map((entry) => incidentSchema.safeParse(entry));
  const entries = read.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return { entries, all: list !== null && entries.length === read.length };
}
