// The house's arrows: slack -> runs, catalog -> hex, wired in app.ts alone, and no cycles.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

/** Source files by the files of this project that they import. */
const graph = new Map(
  files.map((file) => {
    const source = readFileSync(join(SRC, file), "utf8");
    const imports = [...source.matchAll(/(?:from|import\()\s*"(\.[^"]+)\.js"/g)].map(([, path]) =>
      normalize(relative(SRC, join(SRC, dirname(file), `${path}.ts`))),
    );
    return [file, imports];
  }),
);

/** What each folder may import besides itself. */
const ALLOWED: Record<string, string[]> = {
  lib: ["clock.ts"],
  hex: ["lib", "clock.ts"],
  store: ["lib", "clock.ts"],
  catalog: ["hex", "store", "lib", "clock.ts", "rounds.ts"],
  runs: ["hex", "store", "lib", "clock.ts", "rounds.ts"],
  health: ["hex", "runs", "store", "lib", "clock.ts", "rounds.ts"],
  slack: ["health", "runs", "catalog", "hex", "store", "lib", "clock.ts", "rounds.ts", "log.ts", "log", "config.ts"],
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

  test("app.ts is imported by main.ts alone", () => {
    expect([...graph].filter(([, imports]) => imports.includes("app.ts")).map(([file]) => file)).toEqual(["main.ts"]);
  });

  test("messages are data in, data out: no client, store or Bolt in them", () => {
    const wrong = files
      .filter((file) => file.startsWith("slack/messages/"))
      .filter((file) =>
        /from "(@slack\/(bolt|web-api)|node:|.*\/store\.js)/.test(readFileSync(join(SRC, file), "utf8")),
      );
    expect(wrong).toEqual([]);
  });

  test("no file leads back to itself, types aside", () => {
    const runtime = new Map(
      files.map((file) => {
        const source = readFileSync(join(SRC, file), "utf8").replace(/import type [^;]+;/g, "");
        return [
          file,
          (graph.get(file) ?? []).filter((to) => source.includes(`${to.split("/").at(-1)?.replace(/\.ts$/, "")}.js"`)),
        ];
      }),
    );
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      else if (path.length < 40)
        for (const next of runtime.get(file) ?? []) if (!done.has(next)) visit(next, [...path, file]);
      done.add(file);
    };
    const done = new Set<string>();
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
