// A dozen projects like those of a data team, in the simulated Hex.

import type { HexWorkspace, ProjectOptions } from "../sandbox/hex/server.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Fills the workspace. `now`: epoch ms. */
export function fillWorkspace(workspace: HexWorkspace, now: number): void {
  for (const [index, options] of projects(now).entries()) {
    // The first one was published last, so it is first in the list.
    const publishedAt = options.publishedAt ?? now - (index + 1) * 7 * HOUR;
    const project = workspace.addProject({
      createdAt: now - 200 * DAY + index * DAY,
      lastEditedAt: publishedAt,
      publishedAt,
      ...options,
    });
    if (options.published === false || project.run.neverEnds) continue;
    for (const days of [1, 2, 3]) {
      workspace.startRun(project.id, {
        startedAt: now - days * DAY,
        durationMs: Math.round(project.run.runningMs * (0.9 + days / 20)),
        outcome: "COMPLETED",
        trigger: project.schedules.length > 0 ? "SCHEDULED" : "API",
      });
    }
  }
  // People have notebooks open: each holds a kernel.
  workspace.kernelsBusy = 4;
}

function projects(now: number): ProjectOptions[] {
  return [
    {
      title: "Weekly revenue by region",
      description: "Net revenue by region and product line, for the Monday meeting.",
      ownerEmail: "olga@acme.test",
      status: "Approved",
      categories: ["Finance"],
      version: 12,
      run: { pendingMs: 3 * SECOND, runningMs: 40 * SECOND },
      schedules: [
        { cadence: "WEEKLY", weekly: { timezone: "Europe/Berlin", hour: 6, minute: 30, dayOfWeek: "MONDAY" } },
      ],
      cells: [{ label: "Revenue by region" }, { label: "Revenue by week" }],
    },
    {
      title: "Sales forecast",
      description: "Forecast of the quarter for one region.",
      ownerEmail: "olga@acme.test",
      status: "Approved",
      categories: ["Finance"],
      version: 7,
      inputs: { region: { dataType: "STRING" }, days: { dataType: "NUMBER" } },
      run: { pendingMs: 2 * SECOND, runningMs: 25 * SECOND },
      cells: [{ label: "Forecast" }],
    },
    {
      title: "Churn forecast",
      description: "Who is likely to leave. Fails until the CRM export is fixed.",
      ownerEmail: "grace@acme.test",
      status: "In production",
      version: 3,
      run: { pendingMs: 1 * SECOND, runningMs: 12 * SECOND, outcome: "ERRORED" },
    },
    {
      title: "Nightly warehouse checks",
      description: "Row counts, freshness and nulls of the core tables.",
      ownerEmail: "linus@acme.test",
      status: "In production",
      categories: ["Data quality"],
      version: 41,
      run: { pendingMs: 2 * SECOND, runningMs: 3 * MINUTE },
      schedules: [{ cadence: "DAILY", daily: { timezone: "UTC", hour: 2, minute: 0 } }],
    },
    {
      title: "Customer 360 refresh",
      description: "Rebuilds the customer table from all sources. Slow.",
      ownerEmail: "grace@acme.test",
      categories: ["Customers"],
      version: 5,
      run: { pendingMs: 5 * SECOND, runningMs: 12 * MINUTE, cancelMs: 4 * SECOND },
    },
    {
      title: "Marketing attribution",
      description: "Spend and sign-ups by channel.",
      ownerEmail: "ada@acme.test",
      status: "Approved",
      categories: ["Marketing"],
      version: 9,
      inputs: { channels: { dataType: "ARRAY" }, fresh_only: { dataType: "BOOLEAN" } },
      run: { pendingMs: 2 * SECOND, runningMs: 30 * SECOND },
      cells: [{ label: "Spend by channel" }],
    },
    {
      title: "Support tickets, last 30 days",
      ownerEmail: "ada@acme.test",
      categories: ["Customers"],
      version: 2,
      run: { pendingMs: 2 * SECOND, runningMs: 18 * SECOND },
      schedules: [{ cadence: "HOURLY", hourly: { timezone: "UTC", minute: 15 } }],
    },
    {
      title: "Backfill of events, 2019 to now",
      description: "Never finished so far. Cancel it when you have seen enough.",
      ownerEmail: "linus@acme.test",
      version: 1,
      run: { pendingMs: 3 * SECOND, neverEnds: true },
    },
    {
      title: "Board deck numbers",
      description: "Waits for a kernel that is large enough, and never gets one.",
      ownerEmail: "olga@acme.test",
      categories: ["Finance"],
      version: 4,
      run: { pendingMs: 8 * SECOND, outcome: "UNABLE_TO_ALLOCATE_KERNEL" },
    },
    {
      title: "Inventory snapshot",
      ownerEmail: "grace@acme.test",
      version: 15,
      run: { pendingMs: 1 * SECOND, runningMs: 8 * SECOND },
      schedules: [{ cadence: "CUSTOM", custom: { timezone: "America/New_York", cron: "0 7,19 * * 1-5" } }],
    },
    {
      title: "Pricing experiment",
      description: "Draft of the price test in the north.",
      ownerEmail: "ada@acme.test",
      status: "In development",
      published: false,
      lastEditedAt: now - 2 * HOUR,
    },
    {
      title: "Scratchpad",
      ownerEmail: "ada@acme.test",
      published: false,
      lastEditedAt: now - 3 * DAY,
    },
  ];
}
