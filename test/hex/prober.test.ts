// The probe and the list of projects, over the wire.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AllProjects } from "../../src/hex/all-projects.js";
import { HexError } from "../../src/hex/errors.js";
import { Prober } from "../../src/hex/prober.js";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

const DAY = 86_400_000;
let wire: Wire;
let projects: AllProjects;
let prober: Prober;
beforeEach(async () => {
  wire = await startWire();
  projects = new AllProjects(wire.client);
  prober = new Prober(wire.client, projects, wire.clock);
});
afterEach(() => wire.stop());

describe("all projects", () => {
  test("more projects than are read: says that there may be others", async () => {
    const page = (after: string | null) => ({ values: [], pagination: { after } });
    const answer = (body: unknown) =>
      wire.hex.faults.add({ kind: { type: "status", status: 200, body }, endpoint: "listProjects" });
    for (let i = 1; i <= 20; i++) answer(page(`cursor ${i}`));
    await projects.look(CALL);
    expect(projects.seen?.isWhole).toBe(false);
    for (let i = 1; i <= 20; i++) answer(page(i === 20 ? null : `cursor ${i}`));
    await projects.look(CALL);
    expect(projects.seen?.isWhole).toBe(true);
    expect(wire.hex.requests).toHaveLength(40);
  });

  test("listed projects only, most recently published first; a failed reading spoils nothing", async () => {
    const { workspace } = wire.hex;
    const now = wire.clock.now();
    workspace.addProject({ title: "old", publishedAt: now - 9 * DAY });
    workspace.addProject({ title: "draft", published: false });
    workspace.addProject({ title: "new", publishedAt: now - DAY });
    workspace.addProject({ title: "archived", archived: true });
    await projects.look(CALL);
    workspace.revokeToken(wire.token);
    expect((await failure(projects.look(CALL))).kind).toBe("unauthorized");
    expect(projects.seen?.projects.map(({ title }) => title)).toEqual(["new", "old", "draft"]);
  });
});

describe("probe", () => {
  const dryRuns = () => wire.hex.requests.filter((request) => request.endpoint === "runProject").length;

  test("both scopes proven, and the proof of running kept for ten minutes", async () => {
    wire.hex.workspace.addProject();
    for (let i = 0; i < 3; i++) {
      expect(await prober.probe(CALL)).toMatchObject({
        error: null,
        read: { state: "proven" },
        run: { state: "proven" },
      });
    }
    expect(dryRuns()).toBe(1);
    expect(wire.hex.workspace.runs).toEqual([]);
  });

  test("a scope that is missing and then granted", async () => {
    wire.hex.workspace.addProject();
    wire.hex.workspace.setScopes(wire.token, ["read"]);
    expect((await prober.probe(CALL)).run).toMatchObject({ state: "missing", error: { kind: "scope" } });
    wire.hex.workspace.setScopes(wire.token, ["read", "run"]);
    expect((await prober.probe(CALL)).run).toMatchObject({ state: "proven" });
  });

  test("one project that refuses for its own reason disproves nothing", async () => {
    wire.hex.workspace.addProject();
    wire.hex.workspace.addProject();
    wire.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status: 422 } });
    expect((await prober.probe(CALL)).run).toMatchObject({ state: "proven" });
  });

  test.each([
    ["says only Forbidden", "Forbidden", "proven", 2],
    ["names the project", "You do not have access to this project", "proven", 2],
    ["names the scope", 'The token lacks the scope "Run projects"', "missing", 1],
  ] as const)("a 403 on the first project that %s", async (_, message, state, trials) => {
    for (let i = 0; i < 2; i++) wire.hex.workspace.addProject();
    const body = { code: "FORBIDDEN", message };
    wire.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status: 403, body } });
    expect((await prober.probe(CALL)).run).toMatchObject({ state });
    expect(dryRuns()).toBe(trials);
  });

  test.each([
    ["not_found", { type: "status", status: 404 }, 3],
    ["not_published", { type: "status", status: 422, body: { reason: "Project must be published" } }, 3],
    ["request_refused", { type: "status", status: 400 }, 3],
    ["no_kernel", { type: "status", status: 503 }, 1],
    ["rate_limited", { type: "rateLimited" }, 1],
  ] as const)("%s on every dry run says nothing about the scope", async (kind, fault, trials) => {
    for (let i = 0; i < 5; i++) wire.hex.workspace.addProject();
    wire.hex.faults.add({ endpoint: "runProject", kind: fault, times: 9 });
    expect((await prober.probe(CALL)).run).toMatchObject({ state: "failed", error: { kind } });
    expect(dryRuns()).toBe(trials);
  });

  test("running is proven again after ten minutes, or when a run was refused", async () => {
    wire.hex.workspace.addProject();
    await prober.probe(CALL);
    wire.clock.advance(600_000 - 1);
    await prober.probe(CALL);
    expect(dryRuns()).toBe(1);
    wire.clock.advance(1);
    await prober.probe(CALL);
    expect(dryRuns()).toBe(2);
    prober.observe(new HexError({ kind: "scope", operation: "runProject", host: "h" }));
    wire.hex.workspace.setScopes(wire.token, ["read"]);
    expect((await prober.probe(CALL)).run.state).toBe("missing");
  });

  test("a token without any scope is alive but lacks both", async () => {
    wire.hex.workspace.setScopes(wire.token, []);
    expect(await prober.probe(CALL)).toMatchObject({
      error: null,
      tokenKind: "personal",
      projects: null,
      read: { state: "missing", error: { kind: "scope" } },
      run: { state: "unproven", why: "projects_unread" },
    });
  });

  test("a workspace token whose identity is withheld: alive, and both scopes are proven all the same", async () => {
    wire.hex.workspace.addProject();
    const client = wire.clientAt(wire.hex.origin, wire.hex.workspace.addToken({ kind: "workspace" }));
    const workspaceProber = new Prober(client, new AllProjects(client), wire.clock);
    for (let i = 0; i < 2; i++) {
      expect(await workspaceProber.probe(CALL)).toMatchObject({
        error: null,
        tokenKind: "workspace",
        me: { user: null, expiresAt: "unknown" },
        read: { state: "proven" },
        run: { state: "proven" },
      });
      workspaceProber.observe(wire.records.find(({ operation }) => operation === "me")?.error ?? null);
    }
    expect(dryRuns()).toBe(1);
  });

  test("what it reports about a healthy connection", async () => {
    wire.hex.workspace.addProject();
    wire.hex.workspace.addProject({ published: false });
    const probe = await prober.probe(CALL);
    expect(probe).toMatchObject({
      host: wire.client.host,
      me: { user: { email: "ada@example.com" } },
      projects: { total: 2, published: 1, complete: true },
    });
    expect(probe.latencyMs).not.toBeNull();
  });

  test.each([
    ["alive", null],
    ["dead", new HexError({ kind: "unauthorized", operation: "me", host: "h" })],
  ])("a limit of requests, Hex's or the bot's own, is no news of a connection that is %s", async (_, state) => {
    const since = wire.clock.now();
    prober.observe(state);
    wire.clock.advance(5_000);
    wire.budget.limited(120_000);
    const limited = await prober.probe(CALL);
    expect(limited).toMatchObject({ since, error: { kind: "rate_limited" }, me: null, read: { state: "unproven" } });
    expect(wire.hex.requests).toEqual([]);
    prober.observe(limited.error);
    wire.clock.advance(5_000);
    prober.observe(state);
    expect((await prober.probe(CALL)).since).toBe(since);
  });

  test("a revoked scope shows at once, however fresh the list of projects is", async () => {
    wire.hex.workspace.addProject();
    await prober.probe(CALL);
    wire.clock.advance(5_000);
    expect(await prober.probe(CALL)).toMatchObject({ read: { state: "proven" }, projects: { total: 1 } });
    wire.hex.workspace.setScopes(wire.token, []);
    wire.clock.advance(5_000);
    expect(await prober.probe(CALL)).toMatchObject({
      error: null,
      projects: null,
      read: { state: "missing", error: { kind: "scope" } },
      run: { state: "missing", error: { kind: "scope" } },
    });
  });

  test("nothing published: running is not proven", async () => {
    wire.hex.workspace.addProject({ published: false });
    expect((await prober.probe(CALL)).run).toEqual({ state: "unproven", why: "no_published_project" });
  });

  test("a fault that has nothing to do with scopes is not a missing scope", async () => {
    wire.hex.workspace.addProject();
    wire.hex.faults.add({ endpoint: "listProjects", kind: { type: "status", status: 500 }, times: 9 });
    expect((await soon(wire.clock, prober.probe(CALL))).read).toMatchObject({
      state: "failed",
      error: { kind: "hex_failed" },
    });
  });

  test("since when: from the first failure, also of other requests, until the first success", async () => {
    const since = wire.clock.now();
    prober.observe(null);
    wire.clock.advance(5_000);
    expect((await prober.probe(CALL)).since).toBe(since);
    wire.hex.workspace.revokeToken(wire.token);
    const probe = await prober.probe(CALL);
    expect(probe).toMatchObject({ error: { kind: "unauthorized" }, me: null });
    prober.observe(probe.error);
    wire.clock.advance(5_000);
    expect((await prober.probe(CALL)).since).toBe(since + 5_000);
  });

  test("never longer than the patience, however Hex hangs", async () => {
    wire.hex.faults.add({ kind: { type: "hang" }, times: 99 });
    const from = wire.clock.now();
    expect((await soon(wire.clock, prober.probe({ ...CALL, timeoutMs: 3_000 }))).error?.kind).toBe("timeout");
    expect(wire.clock.now() - from).toBeLessThan(10_000);
  });
});
