// POST /api/METHOD: checks who is asking and whether they may, answers, and applies faults.

import type { ApiRequest } from "./args.js";
import type { Core } from "./core.js";
import { faultAnswer } from "./faults.js";
import { faultOutcome, type Outcome, tooMany } from "./http.js";
import { type Method, methods, type TokenKind } from "./methods.js";
import { Refusal, TooFast } from "./refusal.js";
import type { ApiAnswer } from "./types.js";

export function callMethod(core: Core, name: string, request: ApiRequest): Outcome {
  const fault = core.faults.take(name, request.args);
  const at = core.clock.now();
  const log = (answer: ApiAnswer, genuine: boolean) =>
    core.calls.add({ at, method: name, args: request.args, answer }, genuine);
  if (fault) {
    if (fault.afterEffect) genuine(core, name, request);
    log(faultAnswer(fault.kind), false);
    return faultOutcome(fault.kind, 200);
  }
  const { answer, retryAfter } = genuine(core, name, request);
  log(answer, true);
  if (retryAfter !== undefined) return tooMany(retryAfter);
  const scope = methods.get(name)?.scope;
  const { appToken, otherApp } = core.identity;
  // An app token has a scope of its own.
  const isOfApp = request.token === appToken || request.token === otherApp.appToken;
  const headers = {
    "x-oauth-scopes": isOfApp ? "connections:write" : [...core.app.scopes].join(","),
    ...(scope === undefined ? {} : { "x-accepted-oauth-scopes": scope }),
  };
  return { status: 200, headers, body: answer };
}

/** The answer that the real Slack would give, with its effect. `retryAfter` in seconds. */
function genuine(core: Core, name: string, request: ApiRequest): { answer: ApiAnswer; retryAfter?: number } {
  try {
    const method = methods.get(name);
    if (!method) throw new Refusal("unknown_method", { req_method: name });
    const token = authenticated(core, request, method);
    if (request.broken) throw new Refusal(request.broken);
    if (method.scope !== undefined && !core.app.scopes.has(method.scope)) {
      throw new Refusal("missing_scope", { needed: method.scope, provided: [...core.app.scopes].join(",") });
    }
    if (method.perMinute !== undefined) core.limits.count(name, method.perMinute);
    return { answer: { ok: true, ...method.run(core, request.args, token) } };
  } catch (error) {
    if (error instanceof Refusal) return { answer: { ok: false, error: error.code, ...error.extra } };
    if (error instanceof TooFast) {
      return { answer: { ok: false, error: "ratelimited" }, retryAfter: error.retryAfterSeconds };
    }
    throw error;
  }
}

function authenticated(core: Core, request: ApiRequest, method: Method): TokenKind {
  const { botToken, appToken, otherApp, revoked } = core.identity;
  if (request.token === undefined || request.token === "") throw new Refusal("not_authed");
  const word = revoked.get(request.token);
  if (word !== undefined) throw new Refusal(word);
  const ofApps = [appToken, otherApp.appToken];
  if (request.token !== botToken && !ofApps.includes(request.token)) throw new Refusal("invalid_auth");
  if (core.app.isRemoved && request.token === botToken) throw new Refusal("account_inactive");
  const kind = ofApps.includes(request.token) ? "app" : "bot";
  const wanted = method.token ?? "bot";
  if (wanted !== "any" && wanted !== kind) throw new Refusal("not_allowed_token_type");
  return request.token === otherApp.appToken ? "other_app" : kind;
}
