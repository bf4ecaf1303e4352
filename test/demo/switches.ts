// What a person on call fears, each as a switch on the simulated Hex.

import type { Endpoint, Fault, FaultKind, SimulatedHex } from "../sandbox/hex/server.js";
import type { Switch } from "../sandbox/page/stage.js";
import type { LocalStatusPage } from "../sandbox/status-page.js";

const ALWAYS = Number.POSITIVE_INFINITY;
const DAY = 24 * 60 * 60_000;
const INCIDENT = { name: "Elevated API errors", status: "identified", impact: "major" };

/** `token`: the one that the bot has. `expiresAt`: when it expires of itself, epoch ms. */
export function switchesFor(
  hex: SimulatedHex,
  statusPage: LocalStatusPage,
  token: string,
  expiresAt: number,
  now: () => number,
): Switch[] {
  const { workspace } = hex;
  const kernels = workspace.kernelsBusy;
  return [
    toggle("token-expired", "Token expired", "401 to every request", (on) =>
      workspace.setExpiry(token, on ? now() - 60_000 : expiresAt),
    ),
    toggle("scope-missing", "Scopes missing", "the token may neither read nor run projects", (on) =>
      workspace.setScopes(token, on ? [] : ["read", "run"]),
    ),
    fault(hex, "wrong-host", "Wrong host", "a web page answers instead of the API", { type: "html" }),
    fault(hex, "rate-limited", "Rate limited", "429, come back in 30 seconds", { type: "rateLimited", retryAfter: 30 }),
    fault(hex, "slow", "Hex slow", "every answer takes 3 seconds", { type: "slow", ms: 3_000 }),
    fault(hex, "silent", "Hex silent", "no answer at all", { type: "hang" }),
    fault(hex, "down", "Hex down", "502 from its front door", {
      type: "status",
      status: 502,
      body: "<html><body>Bad gateway</body></html>",
    }),
    fault(
      hex,
      "answers-lost",
      "Answers to a start lost",
      "the run starts, but nobody hears of it",
      { type: "reset" },
      "runProject",
    ),
    toggle("hex-reports", "Hex admits an incident", "on its public status page", (on) => {
      statusPage.answer = { type: "summary", ...(on ? { indicator: "major", incidents: [INCIDENT] } : {}) };
    }),
    toggle("expires-soon", "Token expires soon", "in two days", (on) =>
      workspace.setExpiry(token, on ? now() + 2 * DAY : expiresAt),
    ),
    toggle("kernels-full", "No kernel free", "all 25 are in use", (on) => {
      workspace.kernelsBusy = on ? workspace.kernelLimit : kernels;
    }),
    endless(hex),
  ];
}

function toggle(id: string, name: string, effect: string, set: (on: boolean) => void): Switch {
  let isOn = false;
  return {
    ...{ id, name, effect },
    get on() {
      return isOn;
    },
    set(on) {
      if (on === isOn) return;
      isOn = on;
      set(on);
    },
  };
}

function fault(
  hex: SimulatedHex,
  id: string,
  name: string,
  effect: string,
  kind: FaultKind,
  endpoint?: Endpoint,
): Switch {
  const made: Fault = { kind, times: ALWAYS, ...(endpoint ? { endpoint, afterEffect: true } : {}) };
  return toggle(id, name, effect, (on) => (on ? hex.faults.add(made) : hex.faults.remove(made)));
}

/** Runs that begin while it is on. */
function endless({ workspace }: SimulatedHex): Switch {
  const ending = workspace.projects.filter((project) => !project.run.neverEnds);
  return toggle("never-ends", "Runs never end", "those that start from now on", (on) => {
    for (const project of ending) project.run.neverEnds = on;
  });
}
