// The body of a RunProject request, and what Hex refuses in it.

import { z } from "zod";
import { INVALID_INPUT, type Issue, issuesOf, Refusal } from "./errors.js";
import { notificationSchema, notificationViews } from "./notifications.js";
import type { HexWorkspace, InputDataType, Project } from "./types.js";

const runBodySchema = z.object({
  inputParams: z
    .record(z.string(), z.unknown())
    .refine((params) => Object.keys(params).length > 0, "must be left out when there are none")
    .optional(),
  dryRun: z.boolean().optional(),
  updatePublishedResults: z.boolean().optional(),
  useCachedSqlResults: z.boolean().optional(),
  /** The former name of updatePublishedResults. */
  updateCache: z.boolean().optional(),
  viewId: z.guid().optional(),
  notifications: z.array(notificationSchema).optional(),
});
export type RunBody = z.output<typeof runBodySchema>;

/** The value, whichever of the two names the request used. */
export function updatesPublishedResults({ updatePublishedResults, updateCache }: RunBody): boolean {
  return updatePublishedResults ?? updateCache ?? false;
}

/** The notifications as answers repeat them, or null if there are none. */
export function notificationsOf({ notifications }: RunBody) {
  return notifications === undefined ? null : notificationViews(notifications);
}

/** 400 for a body that is no JSON or has the wrong fields, 422 for bad inputs. The body is optional. */
export function parseRunBody(text: string): RunBody {
  if (text.trim() === "") return {};
  const parsed = runBodySchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error);
  throw new Refusal(issues.some(({ path }) => path?.[0] === "inputParams") ? 422 : 400, INVALID_INPUT, { issues });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "Malformed JSON in the request body");
  }
}

/** Checks everything except the inputs themselves. `status`: the status of the refusals. */
export function checkRun(project: Project, body: RunBody, status: HexWorkspace["refusalStatus"]): void {
  if (project.lastPublishedAt === null) throw new Refusal(status, "Project must be published before it can be run");
  if (body.viewId !== undefined && body.inputParams) {
    throw new Refusal(status, "viewId and inputParams cannot be used together");
  }
  if (updatesPublishedResults(body) && body.inputParams) {
    throw new Refusal(status, "updatePublishedResults and inputParams cannot be used together");
  }
  if (updatesPublishedResults(body) && project.resultsFrom !== "publish") {
    throw new Refusal(status, "The app must show results from a publish or scheduled run to have its results updated");
  }
  if (body.viewId !== undefined && !project.views.includes(body.viewId)) {
    throw new Refusal(status, `Saved view ${body.viewId} was not found in this project`);
  }
}

export interface RefusedInputs {
  invalid: { dataType: string; inputCellType: string; paramValue: unknown; paramName: string }[];
  notFound: string[];
}

/** The inputs that the published app does not have, and those whose value has the wrong type. */
export function refusedInputs(project: Project, body: RunBody): RefusedInputs {
  const refused: RefusedInputs = { invalid: [], notFound: [] };
  for (const [paramName, paramValue] of Object.entries(body.inputParams ?? {})) {
    const input = Object.hasOwn(project.inputs, paramName) ? project.inputs[paramName] : undefined;
    if (!input) {
      refused.notFound.push(paramName);
    } else if (!VALUES[input.dataType].schema.safeParse(paramValue).success) {
      const inputCellType = input.inputCellType ?? VALUES[input.dataType].cellType;
      refused.invalid.push({ dataType: input.dataType, inputCellType, paramValue, paramName });
    }
  }
  return refused;
}

/** The same as issues, one per input: with its path and zod's words, or as a sentence. */
export function inputIssues({ invalid, notFound }: RefusedInputs, style: "issues" | "worded"): Issue[] {
  if (style === "worded") {
    return [
      ...invalid.map(({ paramName, dataType }) => ({ message: `${paramName} must be of type ${dataType}` })),
      ...notFound.map((name) => ({ message: `${name} is not an input of this project` })),
    ];
  }
  return [
    ...invalid.map(({ paramName, dataType, paramValue }) => ({
      path: ["inputParams", paramName],
      message: `Invalid input: expected ${dataType}, received ${typeof paramValue}`,
    })),
    ...notFound.map((name) => ({ path: ["inputParams", name], message: "Unknown input parameter" })),
  ];
}

const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d/)
  .refine((value) => !Number.isNaN(Date.parse(value)));

/** What an input of each data type accepts, and its usual kind of cell. */
const VALUES: Record<InputDataType, { schema: z.ZodType; cellType: string }> = {
  STRING: { schema: z.string(), cellType: "TEXT_INPUT" },
  NUMBER: { schema: z.number(), cellType: "NUMBER_INPUT" },
  BOOLEAN: { schema: z.boolean(), cellType: "CHECKBOX" },
  DATE: { schema: date, cellType: "DATE" },
  DATETIME: { schema: date, cellType: "DATE" },
  DATE_RANGE: { schema: z.object({ start: date, end: date }), cellType: "DATE_RANGE" },
  ARRAY: { schema: z.array(z.union([z.string(), z.number(), z.boolean()])), cellType: "MULTISELECT" },
};
