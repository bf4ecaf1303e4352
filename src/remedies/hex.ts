// One table from what went wrong with Hex to what people can do about it: for Slack, `npm run verify` and the log alike.
// Plain sentences with `code` in backticks, which read well in Slack and in a terminal.

import type { Identity } from "../hex/client.js";
import { type Flaw, type HexErrorFacts, type HexErrorKind, type Operation, readsOne } from "../hex/errors.js";
import { MINUTE } from "../lib/time.js";

/** What happened, the likely causes, and what to do, most likely first. */
export interface Remedy {
  what: string;
  causes: string[];
  todo: string[];
}

type Entry = (facts: HexErrorFacts) => Remedy;

const STATUS_PAGE = "Look at https://status.hex.tech.";
/** How Hex refuses a project or a run that is not there or not visible is not documented: with 400, 403, 404 or 422. */
function gone(operation: Operation): string {
  const what = operation === "getRun" ? "The run or its project" : "The project";
  return `${what} was deleted, or is not shared with the bot's token.`;
}
const SHARE = "Check whether the project is still in Hex, and share it with the workspace or the token's user.";
const CHECK_URL = "Check `HEX_WORKSPACE_URL` in the bot's environment";
const NEW_TOKEN =
  "Create a new token in Hex under Settings > API tokens, then set it as `HEX_API_TOKEN` and restart the bot, or write it into the file that `HEX_API_TOKEN_FILE` names";
/** While Hex still accepts the old token, the bot reads the file again only on the signal. */
export const SET_TOKEN =
  "set it as `HEX_API_TOKEN` and restart the bot, or write it into the file that `HEX_API_TOKEN_FILE` names and send SIGHUP";

/** For requests that contain nothing that anybody typed. */
const ABOUT_NO_ID = {
  causes: ["A proxy in between changed or refused the request.", "Hex's API has changed."],
  todo: [`${CHECK_URL}, and any proxy between the bot and Hex.`, "If it keeps happening, update the bot."],
};

const UNREADABLE_BECAUSE: Record<Flaw, string[]> = {
  no_json: ["The answer was cut off on the way.", "Hex's API has changed."],
  shape: ["Hex's API has changed.", "A proxy in between changed the answer."],
  too_large: ["The answer was far larger than Hex's usually are.", "A proxy in between answered instead of Hex."],
  too_deep: ["The answer was nested far deeper than Hex's usually are.", "A proxy in between answered instead of Hex."],
  other_id: [
    "The answer was about a different project or run from the one the bot asked for.",
    "A proxy mixes up answers.",
  ],
};

/** While the budget is spent, there is always a wait. Without one, the turn had come, and was missed. */
const NO_WAIT_MS = 0;
const HELD_UP: Remedy = {
  what: "The bot was held up and did not ask Hex.",
  causes: ["The bot's machine stood still for a while, or is too busy.", "The bot was being restarted."],
  todo: ["Try again.", "If this happens often, look at how busy the bot's machine is."],
};

const REMEDIES: Record<HexErrorKind, Entry> = {
  dns: ({ host }) => ({
    what: `The host ${host} was not found.`,
    causes: ["`HEX_WORKSPACE_URL` has a typo.", "The bot's machine has no working DNS."],
    todo: [`${CHECK_URL}.`, `Try \`nslookup ${host.replace(/:\d+$/, "")}\` on the bot's machine.`],
  }),
  refused: ({ host }) => ({
    what: `${host} did not accept a connection.`,
    causes: [
      "A firewall or a proxy blocks the connection.",
      "`HEX_WORKSPACE_URL` names the wrong host or port.",
      "Hex is down.",
    ],
    todo: [`Allow outgoing HTTPS to ${host}.`, `${CHECK_URL}.`, STATUS_PAGE],
  }),
  proxy: ({ host, proxy }) => throughProxy(host, proxy?.host ?? "between", proxy?.status ?? null),
  tls: ({ host }) => ({
    what: `The bot could not make a secure connection to ${host}.`,
    causes: [
      "A proxy that inspects traffic uses a certificate that Node does not trust.",
      "The machine's clock is wrong.",
    ],
    todo: [
      "Point `NODE_EXTRA_CA_CERTS` at your company's root certificate and restart the bot.",
      "Check the machine's date and time.",
    ],
  }),
  timeout: ({ host }) => ({
    what: `${host} did not answer in time.`,
    causes: ["Hex is slow or down.", "A firewall silently drops the packets."],
    todo: [
      STATUS_PAGE,
      `Try again in a minute; if it keeps happening, check that the bot's machine can reach ${host}.`,
    ],
  }),
  network: ({ host }) => ({
    what: `The connection to ${host} was lost.`,
    causes: ["The network or a proxy cut it.", "Hex is restarting."],
    todo: ["Try again in a minute.", STATUS_PAGE],
  }),
  not_hex: ({ host }) => ({
    what: `${host} answered with a web page or a redirect where the Hex API should be.`,
    causes: [
      "`HEX_WORKSPACE_URL` points at something else.",
      "A login page or a proxy is in the way.",
      "Hex is showing a maintenance page.",
    ],
    todo: [
      `${CHECK_URL}: it is the beginning of your address in Hex, for example \`https://app.hex.tech\`.`,
      STATUS_PAGE,
    ],
  }),
  unreadable: ({ host, flaw }) => ({
    what: `${host} answered with something that this bot does not understand.`,
    causes: UNREADABLE_BECAUSE[flaw ?? "no_json"],
    todo: ["Try again.", "If it keeps happening, update the bot."],
  }),
  bad_request: ({ operation }) => ({
    what: `Hex could not read ${thing(operation)}.`,
    ...(hasId(operation)
      ? {
          causes: ["The id is incomplete.", ...(readsOne(operation) ? [gone(operation)] : [])],
          todo: [
            "Check the id. It has 36 characters and is in the project's address in Hex.",
            "Use `/hex projects` to list the projects that you can run.",
          ],
        }
      : ABOUT_NO_ID),
  }),
  unauthorized: ({ host }) => ({
    what: `Hex does not accept the bot's token (401).`,
    causes: [
      "The token has expired, was revoked, or its user was deactivated.",
      `The token belongs to another Hex stack than ${host}.`,
    ],
    todo: [
      `${NEW_TOKEN}.`,
      `If the token is new, check that \`HEX_WORKSPACE_URL\` is where it was created (now ${host}).`,
    ],
  }),
  scope: ({ operation }) => ({
    what: `The bot's token may not ${VERBS[operation]} (403).`,
    causes: [
      `The token lacks the scope "${scopeFor(operation)}".`,
      "It is a personal token, and its user's role does not allow this.",
    ],
    todo: [
      `Create a token with the "${scopeFor(operation)}" scope in Hex under Settings > API tokens, then ${SET_TOKEN}.`,
    ],
  }),
  plan: () => ({
    what: "The workspace's plan does not include the Hex API (403).",
    causes: ["The API needs the Team or Enterprise plan."],
    todo: ["Ask a workspace admin about the plan in Hex under Settings > Billing."],
  }),
  forbidden: ({ operation, detail }) => ({
    what: `The bot's token may not ${VERBS[operation]} (403).`,
    // "Who am I" needs no scope and is about no project.
    ...(operation === "me"
      ? {
          causes: ["Hex, or something in front of it, blocks this machine: an IP allowlist, a firewall or a proxy."],
          todo: [
            "Ask a workspace admin to allow the address of the bot's machine in Hex under Settings > Security.",
            ...(detail ? ["Read what Hex says; it may name another reason."] : []),
          ],
        }
      : {
          causes: [
            readsOne(operation) ? gone(operation) : "The project is not shared with the token.",
            `The token lacks the scope "${scopeFor(operation)}".`,
          ],
          todo: [
            "Share the project with the workspace or with the token's user in Hex.",
            `Otherwise, create a token with the "${scopeFor(operation)}" scope, then ${SET_TOKEN}.`,
            ...forPublish(detail),
          ],
        }),
  }),
  not_found: ({ operation, host, status }) => ({
    what: `There is no such ${noun(operation)} on ${host} (${status ?? 404}).`,
    causes: [
      `\`HEX_WORKSPACE_URL\` (${host}) is the wrong address.`,
      ...(hasId(operation)
        ? [`The id is wrong, or the ${noun(operation)} was deleted.`, "The project is not shared with the bot's token."]
        : []),
    ],
    todo: [
      `${CHECK_URL}.`,
      ...(hasId(operation)
        ? ["Check the id.", "Share the project with the workspace or the token's user."]
        : [STATUS_PAGE]),
    ],
  }),
  not_published: () => ({
    what: "This project is not published, so there is nothing to run.",
    causes: ["Hex runs the latest published version of a project."],
    todo: ["Open it in Hex, press Publish, and try again."],
  }),
  inputs_refused: ({ inputs }) => ({
    what: "Hex refused the inputs. No run was started.",
    causes: [
      ...(inputs?.unknown ?? []).map((name) => `The published app has no input \`${name}\`.`),
      ...(inputs?.wrongType ?? []).map(
        ({ name, expected, given }) => `\`${name}\` must be ${expected}${given === "" ? "" : `, not \`${given}\``}.`,
      ),
      ...(inputs?.others ?? []).map(({ name, reason }) => `\`${name}\`: Hex says: ${reason.replace(/\.$/, "")}.`),
    ],
    todo: [
      "Correct the inputs and run it again.",
      "Use the names of the input variables, with the same capitals as in Hex.",
    ],
  }),
  already_finished: () => ({
    what: "This run had already finished.",
    causes: ["It ended before Hex received the cancellation."],
    todo: ["Nothing; its card shows how it ended."],
  }),
  request_refused: ({ operation, status, detail }) => ({
    what: `Hex refused to ${VERBS[operation]}${status ? ` (${status})` : ""}.`,
    ...(hasId(operation)
      ? {
          causes: [readsOne(operation) ? gone(operation) : "Hex found something wrong with the request."],
          todo: [
            readsOne(operation) ? SHARE : "Read what Hex says and correct what it names.",
            ...(/\bview/i.test(detail ?? "")
              ? ["`--view` takes the id of a saved view (36 characters), not its name."]
              : []),
            ...forPublish(detail),
          ],
        }
      : ABOUT_NO_ID),
  }),
  rate_limited: ({ retryAfterMs }) => ({
    what: "The limit on requests to Hex has been reached (429).",
    causes: ["Everything that uses the same token shares one limit, usually 30 to 60 requests a minute."],
    todo: [`Try again in ${seconds(retryAfterMs ?? MINUTE)}.`],
  }),
  budget_spent: ({ retryAfterMs }) =>
    retryAfterMs === NO_WAIT_MS
      ? HELD_UP
      : {
          what: "The bot has used up its own budget of requests to Hex for this minute. Hex was not asked.",
          causes: [
            "Many people used the bot at once, or it is tracking many runs.",
            "`HEX_REQUESTS_PER_MINUTE` is low.",
          ],
          todo: [
            `Try again in ${seconds(retryAfterMs ?? MINUTE)}.`,
            "If this happens often and nothing else uses the token, raise `HEX_REQUESTS_PER_MINUTE` (30 by default). Hex allows 60 in total, but only 30 to read projects and runs, unless it has given your workspace more.",
          ],
        },
  no_kernel: () => ({
    what: "Hex has no free kernel (503). No run was started.",
    causes: ["25 kernels are in use, by running projects and by projects that people have open."],
    todo: ["Cancel a run or close a project in Hex, then try again."],
  }),
  hex_failed: ({ status, traceId }) => ({
    what: `Hex failed${status ? ` (${status})` : ""}.`,
    causes: ["Something went wrong on Hex's side."],
    todo: [
      "Try again in a minute.",
      traceId ? "If it keeps happening, give Hex support the trace id." : "If it keeps happening, ask Hex support.",
      STATUS_PAGE,
    ],
  }),
};

const CHECK_PROXY =
  "Check `HTTPS_PROXY` in the bot's environment, for example `http://user:password@proxy.example.com:3128`, and restart the bot.";

/** `status` is what the proxy answered; `null` when it did not answer. */
function throughProxy(host: string, proxy: string, status: number | null): Remedy {
  const goRound = `If ${host} can be reached without the proxy, add it to \`NO_PROXY\` and restart the bot.`;
  if (status === null) {
    return {
      what: `The bot cannot reach the proxy ${proxy}, through which it connects to ${host}.`,
      causes: ["`HTTPS_PROXY` names the wrong host or port.", "The proxy is down."],
      todo: [CHECK_PROXY, goRound],
    };
  }
  if (status === 407) {
    return {
      what: `The proxy ${proxy} does not accept the bot's user and password (407).`,
      causes: ["`HTTPS_PROXY` has no user and password, or the wrong ones."],
      todo: [CHECK_PROXY, goRound],
    };
  }
  return {
    what: `The proxy ${proxy} did not let the bot through to ${host} (${status}).`,
    causes: status >= 500 ? [`The proxy itself cannot reach ${host}.`] : [`The proxy does not allow ${host}.`],
    todo: [`Ask whoever runs the proxy to allow ${host} on port 443.`, goRound],
  };
}

/** The remedy for a failure: what happened, likely causes, what to do. */
export function remedyFor(facts: HexErrorFacts): Remedy {
  return REMEDIES[facts.kind](facts);
}

/** What a run needs in order to update the published results, when Hex mentions them. */
function forPublish(detail = ""): string[] {
  return /\bresults\b/i.test(detail) && /\bpublish/i.test(detail)
    ? [
        "`--publish` needs Can Edit on the project, and an app that shows results from a publish or scheduled run. Leave out `--publish` to run without it.",
      ]
    : [];
}

/** All kinds that have a remedy, for docs/troubleshooting.md and its test. */
export const REMEDY_KINDS = Object.keys(REMEDIES);

/** The scope that the token needs for Hex to say more about it; `null` when none is missing. */
export function missingScope(me: Identity | null): string | null {
  return me?.withheld?.kind === "scope" ? scopeFor(me.withheld.operation) : null;
}

/** The scope's name in the dialog that creates a token in Hex. */
export function scopeFor(operation: Operation): string {
  if (operation === "me") return "Users: Read";
  if (operation === "listCells") return "Cells: Read";
  if (operation === "listDataConnections") return "Data connections: Read";
  return operation === "runProject" || operation === "dryRun" || operation === "cancelRun"
    ? "Run projects"
    : "Read projects";
}

const VERBS: Record<Operation, string> = {
  me: "look up the token's owner",
  listProjects: "list projects",
  getProject: "read this project",
  runProject: "run this project",
  dryRun: "run projects",
  getRun: "read this run",
  listRuns: "list the project's runs",
  cancelRun: "cancel this run",
  listCells: "read the cells of this project",
  listDataConnections: "list data connections",
};

function noun(operation: Operation): string {
  if (operation === "getRun" || operation === "cancelRun") return "run";
  return operation === "me" || operation === "listProjects" || operation === "listDataConnections" ? "API" : "project";
}

/** Whether the operation is about one project or run. */
function hasId(operation: Operation): boolean {
  return noun(operation) !== "API";
}

function thing(operation: Operation): string {
  return hasId(operation) ? `the id of the ${noun(operation)}` : "the request";
}

function seconds(ms: number): string {
  const count = Math.max(1, Math.ceil(ms / 1000));
  return count === 1 ? "1 second" : `${count} seconds`;
}
