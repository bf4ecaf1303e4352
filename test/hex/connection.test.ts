// The probe and the list of projects, over the wire.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Catalog, projectUrl, searchProjects, sortProjects } from "../../src/hex/catalog.js";
import { Prober } from "../../src/hex/connection.js";
import { CALL, soon, startWire, type Wire } from "./wire.js";

const DAY = 86_400_000;
let wire: Wire;
let catalog: Catalog;
let prober: Prober;
beforeEach(async () => {
  wire = await startWire();
  catalog = new Catalog(wire.client, wire.clock);
  prober = new Prober(wire.client, catalog, wire.clock);
});
afterEach(() => wire.stop());

describe("catalog", () => {
  test("published first, newest first; no components, archived or trashed projects", async () => {
    const { workspace } = wire.hex;
    const now = wire.clock.now();
    workspace.addProject({ title: "old", publishedAt: now - 9 * DAY });
    workspace.addProject({ title: "draft", published: false });
    workspace.addProject({ title: "new", publishedAt: now - DAY });
    workspace.addProject({ title: "component", type: "COMPONENT" });
    workspace.addProject({ title: "archived", archived: true });
    workspace.addProject({ title: "trashed", trashed: true });
    const { projects, complete } = await catalog.list(CALL, 0);
    expect(projects.map((project) => project.title)).toEqual(["new", "old", "draft"]);
    expect(complete).toBe(true);
    expect(sortProjects(projects.toReversed())).toEqual(projects);
  });

  test("those who ask at the same time share one reading, and it is kept", async () => {
    wire.hex.workspace.addProject();
    await Promise.all([catalog.list(CALL, 60_000), catalog.list(CALL, 60_000)]);
    await catalog.list(CALL, 60_000);
    expect(wire.hex.requests).toHaveLength(1);
    wire.clock.advance(60_001);
    await catalog.list(CALL, 60_000);
    expect(wire.hex.requests).toHaveLength(2);
  });

  test("search: every word, in title, description, category or owner, whatever the case", async () => {
    const { workspace } = wire.hex;
    workspace.addProject({
      title: "Revenue",
      description: "by Region",
      categories: ["Finance"],
      ownerEmail: "o@x.test",
    });
    const { projects } = await catalog.list(CALL, 0);
    for (const words of [["REVENUE"], ["region", "fin"], ["o@x"], []])
      expect(searchProjects(projects, words)).toHaveLength(1);
    expect(searchProjects(projects, ["revenue", "zebra"])).toEqual([]);
  });

  test("links: the app of what is published, the editor of what is not", () => {
    expect(projectUrl("https://h.test", { id: "a", lastPublishedAt: 1 })).toBe("https://h.test/app/a");
    expect(projectUrl("https://h.test", { id: "a/b", lastPublishedAt: null })).toBe("https://h.test/hex/a%2Fb");
  });
});

describe("probe", () => {
  test("both scopes proven, and the proof of running kept for ten minutes", async () => {
    wire.hex.workspace.addProject();
    for (let i = 0; i < 3; i++) {
      expect(await prober.probe(CALL)).toMatchObject({
        error: null,
        read: { state: "proven" },
        run: { state: "proven" },
      });
    }
    expect(wire.hex.requests.filter((request) => request.endpoint === "runProject")).toHaveLength(1);
    expect(wire.hex.workspace.runs).toEqual([]);
  });

  test("a scope that is missing, and there again", async () => {
    wire.hex.workspace.addProject();
    wire.hex.workspace.setScopes(wire.token, ["read"]);
    expect((await prober.probe(CALL)).run).toMatchObject({ state: "missing", error: { kind: "scope" } });
    wire.hex.workspace.setScopes(wire.token, ["read", "run"]);
    expect((await prober.probe(CALL)).run).toEqual({ state: "proven" });
  });

  test("one project that refuses for a reason of its own disproves nothing", async () => {
    wire.hex.workspace.addProject();
    wire.hex.workspace.addProject();
    wire.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status: 422 } });
    expect((await prober.probe(CALL)).run).toEqual({ state: "proven" });
  });

  test("nothing published: running is not proven", async () => {
    wire.hex.workspace.addProject({ published: false });
    expect((await prober.probe(CALL)).run).toEqual({ state: "unproven", why: "no_published_project" });
  });

  test("a fault that has nothing to do with a scope is no missing scope", async () => {
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
    expect((await soon(wire.clock, prober.probe({ ...CALL, patienceMs: 3_000 }))).error?.kind).toBe("timeout");
    expect(wire.clock.now() - from).toBeLessThan(10_000);
  });
});
