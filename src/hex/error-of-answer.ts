// Reads an answer that was not the expected success: which error it is, and what Hex says about it.

import { z } from "zod";
import { parseJson } from "../lib/json.js";
import { beginning } from "../lib/text.js";
import { HexError, type HexErrorFacts, type HexErrorKind, isOptional, type Operation, readsOne } from "./errors.js";
import { type Issue, issuesSchema, issueWords } from "./issues.js";
import { listedInputs, refusedInputs, sentInputs } from "./refused-inputs.js";
import { retryAfterMs } from "./retry-after.js";
import { secretsIn, textWithoutSecrets, withoutSecrets } from "./sent-secrets.js";

/** An answer that was not the expected success. */
export interface Answer {
  operation: Operation;
  host: string;
  status: number;
  headers: Headers;
  /** The body as text, whatever its type. */
  body: string;
  /** The JSON that was sent. */
  sent?: unknown;
}

const bodySchema = z.object({
  reason: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  details: issuesSchema,
  issues: issuesSchema,
  traceId: z.string().optional().catch(undefined),
  ...listedInputs,
});
type Body = z.output<typeof bodySchema>;

/**
 * Turns an unsuccessful answer into a HexError. Understands the three shapes of Hex's errors (`reason`, `code` + `message`, bare
 * text), refused inputs in the forms that RunProject has used so far, and HTML from a proxy.
 * `now` (epoch ms) is needed for a `Retry-After` that is a date.
 */
export function errorOfAnswer(received: Answer, now: number): HexError {
  const sent = sentInputs(received.sent);
  const secrets = secretsIn(sent);
  const body = bodySchema.safeParse(withoutSecrets(parseJson(received.body), secrets)).data ?? null;
  const answer = { ...received, body: textWithoutSecrets(received.body, secrets) };
  const detail = detailOf(answer, body);
  const inputs = body === null ? undefined : refusedInputs(body, issuesOf(body), sent);
  return new HexError({
    kind: kindOfAnswer(answer, body, detail ?? "", inputs),
    operation: answer.operation,
    host: answer.host,
    status: answer.status,
    detail,
    traceId: traceIdOf(body?.traceId ?? answer.headers.get("x-trace-id")),
    // Servers send `x-ratelimit-reset` with every answer, but only here does it mean a wait.
    retryAfterMs: answer.status === 429 || answer.status === 503 ? retryAfterMs(answer.headers, now) : undefined,
    inputs,
  });
}

function kindOfAnswer(
  answer: Answer,
  body: Body | null,
  detail: string,
  inputs: HexErrorFacts["inputs"],
): HexErrorKind {
  const { status, operation } = answer;
  const starts = operation === "runProject" || operation === "dryRun";
  if (status === 401) return "unauthorized";
  if (status === 429) return "rate_limited";
  if (status === 503 && starts && isOwn(answer, body, detail)) return "no_kernel";
  if (status >= 500 || TIMED_OUT.has(status)) return "hex_failed";
  if (isHtml(answer.body) || status < 400) return "not_hex";
  if (operation === "cancelRun" && HAS_ENDED.test(detail)) return "already_finished";
  if (status === 403) return kindOfForbidden(operation, detail, body !== null);
  if (inputs && starts) return "inputs_refused";
  if (status === 404 || NO_SUCH.test(detail)) return "not_found";
  const isConflict = status === 409 || status === 422;
  if (isConflict && operation === "cancelRun") return "already_finished";
  if ((isConflict || status === 400) && isUnpublished(answer, detail)) return "not_published";
  return status === 400 && isAboutId(operation, body, detail) ? "bad_request" : "request_refused";
}

/** Statuses by which a gateway says that it no longer waits for an answer: what was asked may happen all the same. */
const TIMED_OUT: ReadonlySet<number> = new Set([408, 499]);

/**
 * Whether a 503 is Hex's own, which proves that no run was created. A gateway's proves nothing, and may be JSON, too. Hex's have a
 * `reason`, or a `code` beside the message, and a trace id.
 */
function isOwn({ headers, body: text }: Answer, body: Body | null, detail: string): boolean {
  if (!isHtml(text) && /\bkernels?\b/i.test(detail)) return true;
  if (body === null) return false;
  return [body.reason, body.code, body.traceId, headers.get("x-trace-id")].some((told) => told);
}

/** Checked for any status, because it is not documented how CancelRun refuses a run that has ended. */
const HAS_ENDED =
  /\b(already|is|has|was|been) (finished|ended|completed|stopped|killed|cancell?ed|terminated)\b|\bnot (running|active|in progress)\b/i;

/**
 * Whether the problem is that the project is not published. `updatePublishedResults` has its own refusals, such as for an app that
 * does not "show results from a publish or scheduled run".
 */
function isUnpublished({ operation, sent }: Answer, detail: string): boolean {
  if (operation !== "runProject" && operation !== "dryRun" && operation !== "listRuns") return false;
  const isAboutResults = publishesSchema.safeParse(sent).success && /\bresults?\b/i.test(detail);
  return /\bpublish/i.test(detail) && !isAboutResults;
}
const publishesSchema = z.object({ updatePublishedResults: z.literal(true) });

/** Whether a 400 is about the id of the project or run. A start has more parameters than an id, and so may the others. */
function isAboutId(operation: Operation, body: Body | null, detail: string): boolean {
  const starts = operation === "runProject" || operation === "dryRun";
  if ((starts ? PROJECT_ID : ANY_ID).test(detail)) return true;
  if (operation === "me" || operation === "listProjects") return true;
  return !starts && issuesOf(body).length === 0 && !/\b(query|parameters?|limit|offset|filter)\b/i.test(detail);
}

const PROJECT_ID = /\bproject[ _-]?id\b/i;
const ANY_ID = /\b(project|run)[ _-]?id\b/i;

function issuesOf(body: Body | null): Issue[] {
  return body === null ? [] : [...body.issues, ...body.details];
}

/** Hex may also say this with a 400, 409 or 422. */
const NO_SUCH = /^(the |this )?(project|run)\b.*\b(not (be )?found|not exist)\b/i;

function kindOfForbidden(operation: Operation, detail: string, isJson: boolean): HexErrorKind {
  // Nor is the whole API missing from the plan when one of these is.
  if (isOptional(operation)) return NO_ACCESS.test(detail) ? "forbidden" : "scope";
  if (/\bplan\b|\bupgrade\b|\benterprise\b|\bteam tier\b|\bbilling\b/i.test(detail)) return "plan";
  // This is not about a project: either the scope is missing, which Hex says in its own JSON, or something blocks the machine.
  if (operation === "me") return isJson && !KEPT_OUT.test(detail) ? "scope" : "forbidden";
  if (/\bscopes?\b|\btoken\b|\bpermissions? to (run|read|cancel)\b|\b(mutation|query):/i.test(detail)) return "scope";
  if (/\bshared?\b|\baccess to\b|\bproject\b/i.test(detail)) return "forbidden";
  // Hex answers like this for an id that is not there, too. Whether the token may read at all shows in the list of projects.
  return readsOne(operation) ? "forbidden" : "scope";
}

/** About the project, and not about what the token may do in general. */
const NO_ACCESS = /\baccess to (this|the) project\b|\bproject\b.*\bnot shared\b/i;
const KEPT_OUT = /\bip\b|\baddress\b|\ballow[- ]?list|\bwhitelist|\bfirewall|\bnetwork\b|\bblocked\b/i;

function detailOf(answer: Answer, body: Body | null): string | undefined {
  const said = issuesOf(body).map(issueWords).join("; ");
  const parts = [body?.reason ?? body?.message, said].filter((part) => part);
  const bare = body === null && !isHtml(answer.body) && !isData(answer.body) ? answer.body.trim() : "";
  const detail = parts.length > 0 ? parts.join(": ") : bare;
  return detail === "" ? undefined : beginning(detail, 300);
}

/** True for JSON in another shape, nested too deep, or cut off. It is not worth showing to people. */
function isData(body: string): boolean {
  return /^\s*[[{"]/.test(body);
}

/** The trace id, cut to a length that people would pass on to Hex support. */
export function traceIdOf(told: string | null | undefined): string | undefined {
  return told ? beginning(told, 200) : undefined;
}

/** True when a body is a web page, a part of one, or XML, and not the API's answer. */
export function isHtml(body: string): boolean {
  return /^\s*<(!doctype|!--|\?xml|[a-z][a-z0-9]{0,20}[\s/>])/i.test(body);
}
