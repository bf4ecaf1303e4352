// The reports that people expect every hour: five projects that #general watches, each with what can go wrong with it.

import type { HexWorkspace, Project, ProjectOptions } from "../sandbox/hex/server.js";
import type { Switch } from "../sandbox/page/stage.js";
import { toggle } from "./toggle.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const CATEGORY = "Hourly reports";
/** The data connection that two of them share. */
const CONNECTION = "Snowflake prod";
/** Runs before the demo begins, one an hour: enough to know how long one usually takes. */
const EARLIER_RUNS = 4;

export interface Reports {
  fails: Project;
  late: Project;
  hangs: Project;
  /** They read from the same data connection. */
  sharing: readonly [Project, Project];
}

/** Adds them to the workspace. `now`: epoch ms. `timezone`: in which their schedules are written. */
export function addReports(workspace: HexWorkspace, now: number, timezone: string): Reports {
  const { id: dataConnectionId } = workspace.addDataConnection({ name: CONNECTION });
  const { id: otherConnectionId } = workspace.addDataConnection({ name: "Postgres events", type: "postgres" });
  const shared = [{ cellType: "SQL", label: "Load", dataConnectionId }];
  const other = [{ cellType: "SQL", label: "Load", dataConnectionId: otherConnectionId }];
  const published = { createdAt: now - 90 * 24 * HOUR, publishedAt: now - 20 * 24 * HOUR };
  const add = (options: ProjectOptions, minutes = [0]): Project => {
    const project = workspace.addProject({
      ...published,
      categories: [CATEGORY],
      schedules: minutes.map((minute) => ({ cadence: "HOURLY", hourly: { timezone, minute } })),
      ...options,
    });
    const lastHour = new Date(now).setMinutes(0, 0, 0);
    for (let hours = EARLIER_RUNS - 1; hours >= 0; hours--) {
      const startedAt = lastHour - hours * HOUR;
      workspace.startRun(project.id, { startedAt, durationMs: project.run.runningMs, outcome: "COMPLETED" });
    }
    return project;
  };
  return {
    fails: add({
      title: "Orders of the day",
      ownerEmail: "grace@acme.test",
      version: 8,
      cells: other,
      run: { pendingMs: 2 * SECOND, runningMs: 50 * SECOND },
    }),
    // More often than the others, so that one needs not wait an hour for a run that does not come.
    late: add(
      {
        title: "Cash position",
        ownerEmail: "olga@acme.test",
        version: 21,
        run: { pendingMs: 2 * SECOND, runningMs: 90 * SECOND },
      },
      [0, 20, 40],
    ),
    hangs: add({
      title: "Fraud signals",
      ownerEmail: "linus@acme.test",
      version: 5,
      run: { pendingMs: 3 * SECOND, runningMs: 3 * MINUTE },
    }),
    sharing: [
      add({
        title: "Margin by product",
        ownerEmail: "ada@acme.test",
        version: 13,
        cells: shared,
        run: { pendingMs: 2 * SECOND, runningMs: 70 * SECOND },
      }),
      add({
        title: "Returns by product",
        ownerEmail: "grace@acme.test",
        version: 2,
        cells: shared,
        run: { pendingMs: 2 * SECOND, runningMs: 40 * SECOND },
      }),
    ],
  };
}

/** Whoever flips one sees soon what comes of it: what fails or hangs runs at once, and what was missed runs when the switch is off. */
export function reportSwitches(workspace: HexWorkspace, { fails, late, hangs, sharing }: Reports): Switch[] {
  const failing = (projects: readonly Project[]) => (on: boolean) => {
    for (const project of projects) {
      project.run.outcome = on ? "ERRORED" : "COMPLETED";
      workspace.startRun(project.id);
    }
  };
  return [
    toggle(
      "report-fails",
      `${fails.title} fails`,
      "a run now, and the next ones, until this is off",
      failing([fails]),
      "projects",
    ),
    toggle(
      "report-late",
      `${late.title} is late`,
      "its runs do not come until this is off",
      (on) => {
        late.scheduling.misses = on;
        if (!on) workspace.startRun(late.id);
      },
      "projects",
    ),
    toggle(
      "report-hangs",
      `${hangs.title} hangs`,
      "a run now, and the next ones, until this is off",
      (on) => {
        hangs.run.neverEnds = on;
        if (on) workspace.startRun(hangs.id);
        else for (const run of unfinished(workspace, hangs)) workspace.finishRun(run.id, "COMPLETED");
      },
      "projects",
    ),
    toggle(
      "connection-broken",
      `${CONNECTION} broken`,
      `${sharing.map(({ title }) => title).join(" and ")} fail, until this is off`,
      failing(sharing),
      "projects",
    ),
  ];
}

function unfinished(workspace: HexWorkspace, { id }: Project) {
  return workspace.runs.filter((run) => run.projectId === id && !run.finished);
}
