// What the connection check from a terminal says.

import type { HexError } from "./hex/errors.js";
import { type Connection, failuresOf, type Proof } from "./hex/prober.js";
import type { Me } from "./hex/schema.js";
import { missingScope, remedyFor } from "./remedies/hex.js";

/** For people: what works, and each failure with its remedy, over several lines. */
export function connectionLines(found: Connection): string {
  const { host, error, me, tokenKind, read, run, projects, latencyMs } = found;
  const remedies = failuresOf(found).flatMap((failure) => ["", ...remedyLines(failure)]);
  if (error !== null) return [`Not connected to Hex at ${host}`, ...remedies, ""].join("\n");
  const missing = missingScope(me);
  const who = me?.user ? `${me.user.email}${me.user.role ? ` (${me.user.role})` : ""}` : kindWords(tokenKind);
  return [
    `Connected to Hex at ${host} in ${latencyMs ?? "?"} ms`,
    `  Token          ${me?.user ? "personal, of " : ""}${who}${me?.withheld ? ", alive" : ""}`,
    `  Expires        ${missing ? `not known: the token needs the scope "${missing}" for that` : (expiryOf(me)?.slice(0, 10) ?? "never")}`,
    `  Read projects  ${proofWord(read)}`,
    `  Run projects   ${proofWord(run)}`,
    `  Projects       ${projects ? `${projects.total}${projects.complete ? "" : "+"}, ${projects.published} of them published` : "not read"}`,
    ...remedies,
    "",
  ].join("\n");
}

/** For scripts, as a value that can be written as JSON. Times in ms, or in ISO 8601 (UTC). */
export function connectionFacts(found: Connection) {
  const { host, error, me, tokenKind, read, run, projects, latencyMs } = found;
  const missing = missingScope(me);
  const failures = failuresOf(found).map(({ facts }) => ({
    kind: facts.kind,
    operation: facts.operation,
    status: facts.status ?? null,
    detail: facts.detail ?? null,
    traceId: facts.traceId ?? null,
    ...remedyFor(facts),
  }));
  return {
    ok: failures.length === 0,
    connected: error === null,
    host,
    latencyMs,
    token: me && {
      kind: tokenKind,
      user: me.user,
      expiresAt: expiryOf(me),
      // The scope that the token needs for Hex to say more about it.
      ...(missing === null ? {} : { missingScope: missing }),
    },
    scopes: { readProjects: read.state, runProjects: run.state },
    projects,
    failures,
  };
}

function kindWords(kind: Connection["tokenKind"]): string {
  return kind === null ? "owner not known" : `a ${kind} token`;
}

/** When the token expires, in ISO 8601 (UTC), or that this is not known; `null` for never. */
function expiryOf(me: Me | null): string | null {
  if (me === null || me.expiresAt === "unknown") return "not known";
  return me.expiresAt === null ? null : new Date(me.expiresAt).toISOString();
}

function proofWord(proof: Proof): string {
  if (proof.state === "proven" || proof.state === "missing") return proof.state;
  const hasNothingToRun = proof.state === "unproven" && proof.why === "no_published_project";
  return hasNothingToRun ? "not proven: publish a project so that the bot can try a dry run" : "not proven";
}

function remedyLines({ facts }: HexError): string[] {
  const { what, causes, todo } = remedyFor(facts);
  const list = (heading: string, items: readonly string[]) => [heading, ...items.map((item) => `  - ${item}`)];
  const said = facts.detail ? [`Hex says: ${facts.detail}`] : [];
  const trace = facts.traceId ? [`Hex trace id: ${facts.traceId}`] : [];
  return [what, ...said, ...list("Likely:", causes), ...list("What to do:", todo), ...trace];
}
