// The endpoints: every check that Hex makes, in its order, and the answer.

import { randomUUID } from "node:crypto";
import { type IncomingHttpHeaders, STATUS_CODES } from "node:http";
import { z } from "zod";
import { type Answer, empty, html, json, text } from "./answers.js";
import { listCells, listDataConnections } from "./cell-list.js";
import { chartPng } from "./charts.js";
import { errorAnswer, INVALID_INPUT, Refusal } from "./errors.js";
import { excessHeaders } from "./limits.js";
import { listProjects } from "./project-list.js";
import { projectView } from "./projects.js";
import { flagParam, parseQuery } from "./query.js";
import { API, type Route } from "./routes.js";
import { checkRun, inputIssues, parseRunBody, refusedInputs } from "./run-request.js";
import { listRuns, runUrls, runView, stateEvents } from "./run-views.js";
import { budgetOwner, mayDo, type Token } from "./tokens.js";
import type { Project, Run } from "./types.js";
import type { Workspace } from "./workspace.js";

export interface Call {
  route: Route;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The body as it arrived. */
  text: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SCOPE_NAMES = {
  read: "Read projects",
  run: "Run projects",
  users: "Users: Read",
  cells: "Cells: Read",
  connections: "Data connections: Read",
} as const;

export class Api {
  #workspace: Workspace;
  #origin: string;

  constructor(workspace: Workspace, origin: string) {
    this.#workspace = workspace;
    this.#origin = origin;
  }

  answer(call: Call): Answer {
    const { endpoint } = call.route;
    try {
      if (endpoint === "unknown") return this.#notApi(call.path);
      const token = this.#workspace.tokens.authenticate(call.headers.authorization, this.#now);
      if (!token) return text(401, "Unauthorized");
      this.#admit(token, call.route);
      return this.#serve(call, token);
    } catch (error) {
      if (error instanceof Refusal) return errorAnswer(error, endpoint, this.#workspace);
      throw error;
    }
  }

  get #now(): number {
    return this.#workspace.clock.now();
  }

  /** Outside the API there is the web app, which answers any request. */
  #notApi(path: string): Answer {
    if (path !== API && !path.startsWith(`${API}/`))
      return html(200, "A simulated Hex: what runs in it is shown in the demo.");
    throw new Refusal(404, "Not found");
  }

  #admit(token: Token, route: Route): void {
    if (!this.#workspace.planAllowsApi) {
      throw new Refusal(403, "The API is not available on your workspace's plan: upgrade to Team or Enterprise");
    }
    const excess = this.#workspace.limiter.admit(budgetOwner(token), route.endpoint, this.#now);
    if (excess) {
      const headers = excessHeaders(this.#workspace.rateLimits.headers, excess, this.#now);
      throw new Refusal(429, "Too many requests", { headers });
    }
    if (route.scope && !mayDo(token, route.scope, this.#workspace.readCoversCells)) {
      throw new Refusal(403, `The token lacks the scope "${SCOPE_NAMES[route.scope]}"`);
    }
    for (const [name, id] of Object.entries(route.ids)) checkUuid(name, id);
  }

  #serve(call: Call, token: Token): Answer {
    switch (call.route.endpoint) {
      case "me":
        return json(200, this.#me(token));
      case "listProjects":
        return json(200, listProjects(this.#workspace.projectStore.placed, call.query, this.#projectViewOptions));
      case "getProject":
        return json(200, this.#getProject(call));
      case "runProject":
        return this.#runProject(call);
      case "getRun":
        return json(200, this.#getRun(call));
      case "listRuns":
        return json(200, this.#listRuns(call));
      case "cancelRun":
        return this.#cancelRun(call);
      case "listCells":
        return json(200, this.#listCells(call.query, token));
      case "listDataConnections":
        return json(200, listDataConnections(this.#workspace.dataConnections, call.query));
      case "chartImage":
        return json(200, this.#chartImage(call));
      case "unknown":
        throw new Refusal(404, "Not found");
    }
  }

  #me(token: Token) {
    const unitMs = this.#workspace.tokenExpiryUnit === "seconds" ? 1000 : 1;
    const exp = token.expiresAt === null ? null : Math.floor(token.expiresAt / unitMs);
    const shared = { org: { id: this.#workspace.orgId }, token: this.#workspace.tellsOfToken ? { exp } : null };
    if (token.kind === "workspace") return shared;
    return { id: token.id, ...token.user, lastLoginDate: new Date(token.lastLoginAt).toISOString(), ...shared };
  }

  #getProject(call: Call) {
    const { includeSharing } = parseQuery(z.object({ includeSharing: flagParam }), call.query);
    return projectView(this.#project(call.route.ids.projectId), { ...this.#projectViewOptions, includeSharing });
  }

  #runProject(call: Call): Answer {
    const project = this.#project(call.route.ids.projectId);
    const body = parseRunBody(call.text);
    const { refusalStatus, refusedInputs: style, unknownInputs } = this.#workspace;
    checkRun(project, body, refusalStatus);
    const { invalid, notFound } = refusedInputs(project, body);
    const refused = { invalid, notFound: unknownInputs === "ignored" ? [] : notFound };
    if (refused.invalid.length + refused.notFound.length > 0) {
      if (style === "listed") return json(refusalStatus, { traceId: randomUUID(), ...refused });
      throw new Refusal(refusalStatus, INVALID_INPUT, { issues: inputIssues(refused, style) });
    }
    return json(201, body.dryRun ? this.#dryRun(project) : this.#startRun(project, body));
  }

  #startRun(project: Project, body: ReturnType<typeof parseRunBody>) {
    const { kernelsBusy, kernelLimit, runStore } = this.#workspace;
    if (kernelsBusy + runStore.inFlight >= kernelLimit) {
      throw new Refusal(503, `The maximum of ${kernelLimit} concurrent kernels is reached`);
    }
    const run = runStore.request(project, body);
    return {
      projectId: project.id,
      runId: run.id,
      ...runUrls(this.#origin, project.id, run.id),
      traceId: run.traceId,
      projectVersion: run.projectVersion,
      ...(run.notifications ? { notifications: run.notifications } : {}),
    };
  }

  /** The same shape, with the id of a run that does not exist. */
  #dryRun(project: Project) {
    const runId = randomUUID();
    return {
      projectId: project.id,
      runId,
      ...runUrls(this.#origin, project.id, runId),
      traceId: randomUUID(),
      projectVersion: project.version,
    };
  }

  #getRun(call: Call) {
    const run = this.#run(call.route.ids);
    const expanded = call.headers["enable-expanded-stats"] === "true";
    return {
      ...runView(run, this.#viewContext),
      ...(expanded ? { stateEvents: stateEvents(this.#workspace.runStore.history(run.id)) } : {}),
    };
  }

  #listRuns(call: Call) {
    const project = this.#project(call.route.ids.projectId);
    const { unpublishedRuns, refusalStatus } = this.#workspace;
    const isUnpublished = project.lastPublishedAt === null;
    if (isUnpublished && unpublishedRuns === "refused") throw new Refusal(refusalStatus, "Project must be published");
    // Such a project has no data.
    const runs = this.#workspace.runs.filter((run) => run.projectId === project.id && !isUnpublished);
    return listRuns(runs, call.query, call.path, this.#viewContext);
  }

  #cancelRun(call: Call): Answer {
    const run = this.#run(call.route.ids);
    if (run.finished) throw new Refusal(this.#workspace.refusalStatus, `Run is already finished: ${run.status}`);
    this.#workspace.runStore.kill(run.id, this.#project(run.projectId).run.cancelMs);
    return empty(204);
  }

  #listCells(query: URLSearchParams, token: Token) {
    const projectId = query.get("projectId") ?? "";
    checkUuid("projectId", projectId);
    const project = this.#project(projectId);
    if (project.appOnly && token.kind === "personal") throw new Refusal(403, "Forbidden");
    return listCells(project, query);
  }

  #chartImage(call: Call) {
    const run = this.#run(call.route.ids);
    const cell = this.#project(run.projectId).cells.find(({ staticId }) => staticId === call.route.ids.staticId);
    if (!cell) throw this.#invisible("Cell");
    const { width = 640, height = 360 } = parseQuery(imageQuerySchema, call.query);
    if (cell.cellType !== "CHART") throw new Refusal(422, "Only chart cells have an image");
    if (run.status !== "COMPLETED") throw new Refusal(422, "Only completed runs have images");
    return {
      projectId: run.projectId,
      runId: run.id,
      staticId: cell.staticId,
      imageBase64: chartPng(width, height).toString("base64"),
      mimeType: "image/png",
    };
  }

  get #projectViewOptions() {
    return { zones: this.#workspace.scheduleZones, now: this.#now };
  }

  get #viewContext() {
    return { origin: this.#origin, workspace: this.#workspace, now: this.#now };
  }

  #project(id: string | undefined): Project {
    const project = this.#workspace.projectStore.find((id ?? "").toLowerCase());
    if (!project?.visible) throw this.#invisible("Project");
    return project;
  }

  #run(ids: Record<string, string>): Run {
    const project = this.#project(ids.projectId);
    const run = this.#workspace.runStore.find((ids.runId ?? "").toLowerCase());
    if (run?.projectId !== project.id) throw this.#invisible("Run");
    return run;
  }

  #invisible(thing: string): Refusal {
    const { invisibleStatus, invisibleWords } = this.#workspace;
    const vague = STATUS_CODES[invisibleStatus] ?? "";
    const messages = {
      400: `Invalid ${thing.toLowerCase()} id`,
      403: `You do not have access to this ${thing.toLowerCase()}`,
      404: `${thing} not found`,
      422: `${thing} could not be found`,
    } as const;
    return new Refusal(invisibleStatus, invisibleWords === "vague" ? vague : messages[invisibleStatus]);
  }
}

const pixelsParam = z.coerce.number().int().min(100).max(2000).optional();
const imageQuerySchema = z
  .object({ width: pixelsParam, height: pixelsParam, includeTitle: flagParam })
  .refine((query) => (query.width === undefined) === (query.height === undefined), "width and height go together");

/** Hex accepts any version of UUID. */
function checkUuid(name: string, id: string): void {
  if (!UUID.test(id)) throw new Refusal(400, INVALID_INPUT, { issues: [{ path: [name], message: "Invalid uuid" }] });
}
