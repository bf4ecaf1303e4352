// Tells each browser what has changed on its screen, with server-sent events.

import type { ServerResponse } from "node:http";
import { Drawn } from "./pieces.js";
import { screen } from "./screen.js";
import type { Stage } from "./stage.js";
import type { Complaints } from "./views.js";
import type { Region, Update, Viewer } from "./wire.js";

/** Changes come in bursts, and what changes only with time is checked once a second. In real ms. */
const BURST_MS = 40;
const TICK_MS = 1_000;

interface Poller {
  viewer: Viewer;
  response: ServerResponse;
  /** What the browser has, by region: the keys in order, and each piece. */
  known: Map<string, Map<string, string>>;
}

export class Live {
  readonly #watchers = new Set<Poller>();
  readonly #drawn = new Drawn();
  readonly #tick: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #burst: NodeJS.Timeout | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly complaints: Complaints,
  ) {
    this.#tick = setInterval(() => this.#tellAll(), TICK_MS);
    this.#unsubscribe = stage.slack.onChange(() => this.changed());
  }

  /** Keeps the response open and writes to it what the viewer sees, now and after every change. */
  watch(viewer: Viewer, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const watcher = { viewer, response, known: new Map() };
    this.#watchers.add(watcher);
    response.on("close", () => this.#watchers.delete(watcher));
    this.#tell(watcher);
  }

  changed(): void {
    this.#burst ??= setTimeout(() => {
      this.#burst = null;
      this.#tellAll();
    }, BURST_MS);
  }

  close(): void {
    clearInterval(this.#tick);
    if (this.#burst) clearTimeout(this.#burst);
    this.#unsubscribe();
    for (const { response } of this.#watchers) response.end();
  }

  #tellAll(): void {
    for (const watcher of this.#watchers) this.#tell(watcher);
  }

  #tell({ viewer, response, known }: Poller): void {
    const regions = screen(this.stage, viewer, this.complaints, this.#drawn).flatMap((region) =>
      difference(region, known),
    );
    const update: Update = { regions };
    if (regions.length > 0) response.write(`data: ${JSON.stringify(update)}\n\n`);
  }
}

/** Returns what the browser must be told about a region, and remembers that it was told. [] if the browser knows everything. */
export function difference({ id, pieces }: Region, known: Map<string, Map<string, string>>): Update["regions"] {
  const before = known.get(id);
  const now = new Map(pieces.map(({ key, html }) => [key, html]));
  known.set(id, now);
  const order = [...now.keys()];
  const changed = Object.fromEntries([...now].filter(([key, html]) => before?.get(key) !== html));
  const isSame =
    before !== undefined &&
    Object.keys(changed).length === 0 &&
    order.length === before.size &&
    [...before.keys()].every((key, index) => key === order[index]);
  return isSame ? [] : [{ id, order, changed }];
}
