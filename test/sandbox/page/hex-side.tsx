// The simulated workspace next to Slack: its runs, its limits, and the switches that make it misbehave.

import type { ReactNode } from "react";
import type { Project, Run } from "../hex/server.js";
import type { OpenPage } from "../pagerduty.js";
import { type Drawn, piece } from "./pieces.js";
import type { Stage, Switch } from "./stage.js";
import type { Piece, Region } from "./wire.js";

const MINUTE = 60_000;
const RUNS_SHOWN = 8;
const PROJECTS_SHOWN = 30;
const RECENT_MS = 12 * 60 * MINUTE;

export function hexRegions(stage: Stage, drawn: Drawn): Region[] {
  const switches = (about: Switch["about"]) =>
    stage.switches.filter((one) => one.about === about).map((one) => switchPiece(one, drawn));
  return [
    { id: "gauges", pieces: [piece("gauges", <Gauges stage={stage} />)] },
    { id: "project-switches", pieces: switches("projects") },
    { id: "switches", pieces: switches("hex") },
    { id: "projects", pieces: projectPieces(stage, drawn) },
    { id: "runs", pieces: runPieces(stage) },
  ];
}

function switchPiece(one: Switch, drawn: Drawn): Piece {
  const { id, name, effect, on } = one;
  const html = drawn.html(one, String(on), () => (
    <button type="button" role="switch" aria-checked={on} data-switch={id} data-focus={`switch:${id}`}>
      <span className="knob" aria-hidden="true" />
      <span>
        <b>{name}</b> <span className="aside">{effect}</span>
      </span>
    </button>
  ));
  return { key: id, html };
}

/** The first projects, which were written by hand, and how many others there are. */
function projectPieces(stage: Stage, drawn: Drawn): Piece[] {
  const { projects } = stage.hex.workspace;
  const shown = projects.slice(0, PROJECTS_SHOWN);
  const others = projects.length - shown.length;
  return [
    ...shown.map((project) => projectPiece(project, stage, drawn)),
    ...(others > 0 ? [piece("others", <span className="aside">and {others.toLocaleString("en")} others</span>)] : []),
  ];
}

function Gauges({ stage: { hex, pagerDuty, clock, speed, requestsPerMinute } }: { stage: Stage }): ReactNode {
  const { workspace, requests } = hex;
  const now = clock.now();
  const kernels = Math.min(workspace.kernelLimit, workspace.kernelsBusy + inFlight(workspace.runs).length);
  // People who follow a link into Hex send no request to its API.
  const recent = requests.filter(({ at, endpoint }) => at > now - MINUTE && endpoint !== "unknown");
  const limited = recent.filter((request) => request.status === 429).length;
  return (
    <dl>
      <dt>Time</dt>
      <dd>
        {new Date(now).toLocaleTimeString("en-GB")}
        {speed === 1 ? "" : `, ${speed} times as fast`}
      </dd>
      <dt>Kernels in use</dt>
      <dd>
        <meter min={0} max={workspace.kernelLimit} value={kernels} aria-label="Kernels in use" /> {kernels} of{" "}
        {workspace.kernelLimit}
      </dd>
      <dt>Requests in the last minute</dt>
      <dd>
        <meter min={0} max={requestsPerMinute} value={recent.length} aria-label="Requests in the last minute" />{" "}
        {recent.length} of {requestsPerMinute}
        {limited > 0 ? `, ${limited} refused (429)` : ""}
      </dd>
      {pagerDuty !== undefined && (
        <>
          <dt>Pages</dt>
          <dd>{pagesWords(pagerDuty.open)}</dd>
        </>
      )}
    </dl>
  );
}

function pagesWords(open: readonly OpenPage[]): string {
  if (open.length === 0) return "nobody is paged";
  return open.map(({ summary, state }) => `${summary} (${state})`).join("; ");
}

function projectPiece(project: Project, stage: Stage, drawn: Drawn): Piece {
  const { id, title } = project;
  const facts = projectFacts(project).join(", ");
  const inputs = Object.entries(project.inputs).map(([name, { dataType }]) => `${name}=${EXAMPLES[dataType]}`);
  const typed = [stage.slashCommand.command, "run", id, ...inputs].join(" ");
  const html = drawn.html(project, JSON.stringify([title, facts, typed]), () => (
    <>
      <span>
        <b>{title}</b> <span className="aside">{facts}</span>
      </span>
      <button
        type="button"
        className="button"
        data-fill={typed}
        data-focus={`fill:${id}`}
        aria-label={`Run… ${title}: write the command`}
      >
        Run…
      </button>
    </>
  ));
  return { key: id, html };
}

const EXAMPLES: Record<Project["inputs"][string]["dataType"], string> = {
  STRING: '"North America"',
  NUMBER: "30",
  BOOLEAN: "true",
  DATE: "2026-11-02",
  DATETIME: "2026-11-02T09:00:00Z",
  DATE_RANGE: '["2026-10-01","2026-11-01"]',
  ARRAY: '["a","b"]',
};

function projectFacts(project: Project): string[] {
  const { run, inputs, schedules } = project;
  const charts = project.cells.filter(({ cellType }) => cellType === "CHART");
  const names = Object.keys(inputs);
  const takes = Math.round((run.pendingMs + run.runningMs) / 1000);
  const ends = run.neverEnds ? "never ends" : `${takes < 120 ? `${takes} s` : `${Math.round(takes / 60)} min`}`;
  return [
    project.lastPublishedAt === null ? "not published" : ends,
    run.outcome === "COMPLETED" ? "" : "fails",
    names.length > 0 ? `inputs ${names.join(", ")}` : "",
    schedules.length > 0 ? "scheduled" : "",
    charts.length > 0 ? (charts.length === 1 ? "a chart" : `${charts.length} charts`) : "",
    project.archivedAt === null ? "" : "archived",
  ].filter((fact) => fact !== "");
}

function runPieces({ hex, clock }: Stage): Region["pieces"] {
  const since = clock.now() - RECENT_MS;
  const recent = hex.workspace.runs.filter((run) => !run.finished || run.createdAt > since);
  const runs = recent.slice(-RUNS_SHOWN).reverse();
  if (runs.length === 0) return [piece("none", <p className="empty">No run has been asked for yet.</p>)];
  return runs.map((run) => {
    const project = hex.workspace.projects.find((one) => one.id === run.projectId);
    return piece(run.id, <OneRun run={run} title={project?.title ?? "a deleted project"} now={clock.now()} />);
  });
}

function OneRun({ run, title, now }: { run: Run; title: string; now: number }): ReactNode {
  const seconds = Math.round(((run.endedAt ?? now) - (run.startedAt ?? run.createdAt)) / 1000);
  return (
    <>
      <span>
        <b>{run.status}</b> {title} <span className="aside">{seconds} s</span>
      </span>
      {!run.finished && (
        <button type="button" className="button" data-cancel-in-hex={run.id} data-focus={`cancel:${run.id}`}>
          Cancel in Hex
        </button>
      )}
    </>
  );
}

function inFlight(runs: readonly Run[]): Run[] {
  return runs.filter((run) => !run.finished);
}
