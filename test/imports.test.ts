// Which folder may import which. Biome's noImportCycles finds the cycles between files.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

/** Source files by the files of this project that they import. */
const graph = new Map(
  files.map((file) => {
    const source = readFileSync(join(SRC, file), "utf8");
    const imports = [...source.matchAll(/(?:from|import\(?)\s*"(\.[^"]+)\.js"/g)].map(([, path]) =>
      normalize(relative(SRC, join(SRC, dirname(file), `${path}.ts`))),
    );
    return [file, imports];
  }),
);

const BELOW_SLACK = [
  "audit",
  "access",
  "paging",
  "attention",
  "follow",
  "outages",
  "runs",
  "catalog",
  "remedies",
  "hex",
  "store",
  "config",
  "log",
  "lib",
];

/** What each folder, and each file beside the folders, may import besides itself. */
const ALLOWED: Record<string, string[]> = {
  lib: [],
  store: ["lib"],
  config: ["store", "log", "lib"],
  log: ["lib"],
  hex: ["lib"],
  access: ["hex", "lib"],
  remedies: ["access", "hex", "store", "lib"],
  catalog: ["hex", "store", "lib"],
  runs: ["access", "hex", "store", "lib"],
  outages: ["hex", "store", "lib"],
  audit: ["access", "runs", "store", "log", "lib"],
  attention: ["store", "lib"],
  follow: ["runs", "catalog", "hex", "store", "lib"],
  http: ["outages", "hex", "store", "lib"],
  paging: ["attention", "follow", "outages", "remedies", "hex", "store", "lib"],
  slack: BELOW_SLACK,
  "user-agent.ts": [],
  app: ["user-agent.ts", "slack", "http", ...BELOW_SLACK],
  "startup-failure.ts": ["slack", "access", "remedies", "store"],
  "stop-signals.ts": ["lib"],
  "stop-printing.ts": ["remedies"],
  "export-audit.ts": ["node-version.ts", "stop-printing.ts", "audit", "config", "hex", "store", "remedies"],
  "policy-command": ["user-agent.ts", "slack", "catalog", "access", "config", "hex", "log", "lib"],
  "policy.ts": ["node-version.ts", "stop-printing.ts", "policy-command", "remedies", "access", "config", "hex", "lib"],
  "connection-report.ts": ["hex", "remedies"],
  "verify.ts": ["node-version.ts", "connection-report.ts", "user-agent.ts", "remedies", "config", "hex", "lib"],
  "start.ts": ["app", "startup-failure.ts", "stop-signals.ts", "config", "log", "lib"],
  "node-version.ts": [],
  "main.ts": ["node-version.ts", "start.ts"],
};
const folderOf = (file: string) => (file.includes("/") ? (file.split("/")[0] ?? file) : file);

describe("arrows", () => {
  test.each(Object.entries(ALLOWED))("%s/ imports only %j", (folder, allowed) => {
    const wrong = [...graph].flatMap(([file, imports]) =>
      folderOf(file) === folder
        ? imports.filter((to) => ![folder, ...allowed].includes(folderOf(to))).map((to) => `${file} -> ${to}`)
        : [],
    );
    expect(wrong).toEqual([]);
  });

  test("every folder, and every file beside them, has its rule", () => {
    expect([...new Set(files.map(folderOf))].sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  test("nothing is allowed that nobody needs", () => {
    const needed = (folder: string) =>
      [...graph].flatMap(([file, to]) => (folderOf(file) === folder ? to.map(folderOf) : []));
    const idle = Object.entries(ALLOWED).flatMap(([folder, allowed]) =>
      allowed.filter((to) => !needed(folder).includes(to)).map((to) => `${folder} -> ${to}`),
    );
    expect(idle).toEqual([]);
  });

  test("two folders never import each other", () => {
    const reaches = (from: string, to: string) => (ALLOWED[from] ?? []).includes(to);
    const folders = Object.keys(ALLOWED);
    const pairs = folders.flatMap((one) => folders.filter((other) => reaches(one, other) && reaches(other, one)));
    expect(pairs).toEqual([]);
  });

  test("the picture in docs/architecture.md leads from each folder to all that it may import", () => {
    const page = readFileSync(join(SRC, "../docs/architecture.md"), "utf8");
    const picture = /flowchart TD\n([^`]+)/.exec(page)?.[1] ?? "";
    const arrows = [...picture.matchAll(/^ *(\w+)(?:\[[^\]]*\])? --> (\w+)/gm)].map(([, from = "", to = ""]) => [
      from,
      to,
    ]);
    const drawn = new Set(arrows.flat());
    const leadsTo = (from: string): Set<string> => {
      const found = new Set([from]);
      for (const one of found) for (const [begin, end = ""] of arrows) if (begin === one) found.add(end);
      return found;
    };
    // Every folder may use lib/, as the page says below the picture.
    const missing = Object.entries(ALLOWED)
      .filter(([from]) => drawn.has(from))
      .flatMap(([from, allowed]) =>
        allowed.filter((to) => to !== "lib" && drawn.has(to) && !leadsTo(from).has(to)).map((to) => `${from} -> ${to}`),
      );
    expect(drawn.size).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });

  test("hex/ knows no product: neither the bot nor Slack, nor a variable or a command", () => {
    const named = /\bbot\b|Slack|\b(HEX_(API|WORKSPACE|STATUS|BOT|REQUESTS|PROBE|ALERT)\w*)|`\/hex /;
    const wrong = files
      .filter((file) => file.startsWith("hex/"))
      .filter((file) => named.test(readFileSync(join(SRC, file), "utf8")));
    expect(wrong).toEqual([]);
  });

  test("messages are data in, data out: no client, store or Bolt in them", () => {
    const wrong = files
      .filter((file) => file.startsWith("slack/messages/"))
      .filter((file) =>
        /from "(@slack\/(bolt|web-api)|node:|.*(?<!remedies)\/store\.js)/.test(readFileSync(join(SRC, file), "utf8")),
      );
    expect(wrong).toEqual([]);
  });
});
