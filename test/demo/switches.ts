// What people on call fear, each as a switch on the simulated Hex.

import type { Fault, SimulatedHex } from "../sandbox/hex/server.js";
import type { Switch } from "../sandbox/page/stage.js";
import type { LocalStatusPage } from "../sandbox/status-page.js";
import { type Reports, reportSwitches } from "./reports.js";
import { toggle } from "./toggle.js";

const ALWAYS = Number.POSITIVE_INFINITY;
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const INCIDENT = { name: "Elevated API errors", status: "identified", impact: "major" };

export interface Switched {
  hex: SimulatedHex;
  statusPage: LocalStatusPage;
  reports: Reports;
  /** The bot's. */
  token: string;
  /** When it expires by itself, epoch ms. */
  expiresAt: number;
  /** Epoch ms. */
  now: () => number;
}

export function switchesFor({ hex, statusPage, reports, token, expiresAt, now }: Switched): Switch[] {
  const { workspace } = hex;
  const kernels = workspace.kernelsBusy;
  const [expired, expiresSoon] = expiry((at) => workspace.setExpiry(token, at ?? expiresAt), now);
  const [silent, down, wrongHost, rateLimited, nameless, answersLost, slow] = faults(hex);
  return [
    ...reportSwitches(workspace, reports),
    expired,
    toggle("scope-missing", "Scopes missing", "the token may neither read nor run projects", (on) =>
      workspace.setScopes(token, on ? [] : ["read", "run"]),
    ),
    ...[nameless, wrongHost, rateLimited, slow, silent, down, answersLost],
    toggle("hex-reports", "Hex admits an incident", "on its public status page; shown while Hex is not alive", (on) => {
      statusPage.answer = { type: "summary", ...(on ? { indicator: "major", incidents: [INCIDENT] } : {}) };
    }),
    expiresSoon,
    toggle("kernels-full", "No kernel free", "all 25 are in use; run something to see it", (on) => {
      workspace.kernelsBusy = on ? workspace.kernelLimit : kernels;
    }),
    endless(hex, reports),
  ];
}

/** `set`: with null, the token expires when it would by itself. A token that has expired does not expire soon. */
function expiry(set: (at: number | null) => void, now: () => number): [Switch, Switch] {
  const apply = () => set(expired.on ? now() - 60_000 : soon.on ? now() + 2 * DAY + HOUR : null);
  const expired = toggle("token-expired", "Token expired", "401 to every request", apply);
  const soon = toggle("expires-soon", "Token expires soon", "in two days", apply);
  return [expired, soon];
}

/** The worst first: if several are on, a request meets the worst one. */
function faults({ faults: queue }: SimulatedHex) {
  const all: { made: Fault; knob: Switch }[] = [];
  const apply = () => {
    for (const { made } of all) queue.remove(made);
    for (const { made, knob } of all) if (knob.on) queue.add(made);
  };
  const fault = (id: string, name: string, effect: string, what: Fault): Switch => {
    const knob = toggle(id, name, effect, apply);
    all.push({ knob, made: { ...what, times: ALWAYS } });
    return knob;
  };
  return [
    fault("silent", "Hex silent", "no answer at all", { kind: { type: "hang" } }),
    fault("down", "Hex down", "502 from its front door", {
      kind: { type: "status", status: 502, body: "<html><body>Bad gateway</body></html>" },
    }),
    fault("wrong-host", "Wrong host", "a web page answers instead of the API", { kind: { type: "html" } }),
    fault("rate-limited", "Rate limited", "429, come back in 30 seconds", {
      kind: { type: "rateLimited", retryAfter: 30 },
    }),
    fault("nameless", "Identity withheld", "as for a workspace token without Users: Read; everything else works", {
      kind: { type: "status", status: 403, body: { code: "FORBIDDEN", message: 'Missing the scope "Users: Read"' } },
      endpoint: "me",
    }),
    fault(
      "answers-lost",
      "Answers to a start lost",
      "the bot does not hear that the run began; run something to see it",
      {
        kind: { type: "reset" },
        endpoint: "runProject",
        afterEffect: true,
      },
    ),
    fault("slow", "Hex slow", "every answer takes 3 seconds of the demo's time", { kind: { type: "slow", ms: 3_000 } }),
  ] as const;
}

/** Affects the runs that begin while it is on. The report that hangs has its own switch. */
function endless({ workspace }: SimulatedHex, { hangs }: Reports): Switch {
  const ending = workspace.projects.filter((project) => !project.run.neverEnds && project !== hangs);
  return toggle("never-ends", "Runs never end", "if they start from now on; run something to see it", (on) => {
    for (const project of ending) project.run.neverEnds = on;
  });
}
