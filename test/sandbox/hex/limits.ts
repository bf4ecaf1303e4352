// Rate limits: fixed windows, each beginning with its first request.

import type { Endpoint, RateLimits } from "./types.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const GROUP: ReadonlySet<Endpoint> = new Set(["getProject", "getRun", "listRuns", "listDataConnections"]);
const USERS_GROUP: ReadonlySet<Endpoint> = new Set(["me", "listCells"]);

interface Window {
  startedAt: number;
  count: number;
}

interface Rule {
  name: string;
  limit: number;
  lengthMs: number;
}

/** The full window, and when it resets (epoch ms). */
export interface Excess {
  limit: number;
  resetsAt: number;
}

export class RateLimiter {
  #settings: RateLimits;
  #windows = new Map<string, Window>();

  constructor(settings: RateLimits) {
    this.#settings = settings;
  }

  /** Counts the request. If a window is full, counts nothing and returns the full window that resets last. */
  admit(owner: string, endpoint: Endpoint, now: number): Excess | undefined {
    if (!this.#settings.enabled) return undefined;
    const counted = this.#rules(endpoint).map((rule) => ({
      rule,
      window: this.#window(`${owner} ${rule.name}`, rule, now),
    }));
    const full = counted
      .filter(({ rule, window }) => window.count >= rule.limit)
      .map(({ rule, window }) => ({ limit: rule.limit, resetsAt: window.startedAt + rule.lengthMs }))
      .sort((a, b) => b.resetsAt - a.resetsAt);
    if (full.length === 0) for (const { window } of counted) window.count += 1;
    return full[0];
  }

  #rules(endpoint: Endpoint): Rule[] {
    const limits = this.#settings;
    const rules = [{ name: "overall", limit: limits.overallPerMinute, lengthMs: MINUTE_MS }];
    if (GROUP.has(endpoint)) {
      rules.push({ name: "group/minute", limit: limits.groupPerMinute, lengthMs: MINUTE_MS });
      rules.push({ name: "group/hour", limit: limits.groupPerHour, lengthMs: HOUR_MS });
    }
    if (USERS_GROUP.has(endpoint)) {
      rules.push({ name: "users/minute", limit: limits.usersPerMinute, lengthMs: MINUTE_MS });
    }
    if (endpoint === "runProject") {
      rules.push({ name: "run/minute", limit: limits.runPerMinute, lengthMs: MINUTE_MS });
      rules.push({ name: "run/hour", limit: limits.runPerHour, lengthMs: HOUR_MS });
    }
    if (endpoint === "chartImage") {
      rules.push({ name: "images", limit: limits.imagesPerMinute, lengthMs: MINUTE_MS });
    }
    return rules;
  }

  #window(key: string, rule: Rule, now: number): Window {
    const known = this.#windows.get(key);
    if (known && now < known.startedAt + rule.lengthMs) return known;
    const fresh = { startedAt: now, count: 0 };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

/** What a 429 carries, in the style that the workspace is set to. */
export function excessHeaders(style: RateLimits["headers"], excess: Excess, now: number): Record<string, string> {
  const resetSeconds = Math.ceil(excess.resetsAt / 1000);
  switch (style) {
    case "none":
      return {};
    case "seconds":
      return { "retry-after": String(Math.ceil((excess.resetsAt - now) / 1000)) };
    case "date":
      return { "retry-after": new Date(resetSeconds * 1000).toUTCString() };
    case "x-ratelimit":
      return {
        "x-ratelimit-limit": String(excess.limit),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(resetSeconds),
      };
  }
}
