// Every link, anchor and path that the documents name leads somewhere. Addresses outside the repository are not visited.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
/** What git ignores, and git itself. */
const OTHERS = new Set(["node_modules", "dist", "data", ".git", ".screens", ".stryker-tmp", "reports"]);
const documents = filesIn(ROOT).filter((file) => file.endsWith(".md"));
/** Where people are sent to a document from elsewhere: messages, settings, comments. */
const MENTIONING = [".env.example", "manifest.yml", "package.json", "src", "deploy", ".github"];
const mentioning = MENTIONING.flatMap((name) =>
  name.includes(".") && !name.startsWith(".g") ? [name] : filesIn(join(ROOT, name)),
);

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (OTHERS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [relative(ROOT, path)];
  });
}

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const withoutCode = (text: string) => text.replace(/^ *```[\s\S]*?^ *```$/gm, "");

/** The anchors that GitHub makes of a document's headings. */
function anchorsOf(file: string): string[] {
  const headings = [...withoutCode(read(file)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
  return headings.map((anchor, index) => {
    const before = headings.slice(0, index).filter((other) => other === anchor).length;
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** What is wrong with a link, as it stands in a file; null when it leads somewhere. */
function wrongWith(link: string, file: string): string | null {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : relative(ROOT, join(ROOT, dirname(file), path));
  if (!existsSync(join(ROOT, target))) return `${file}: ${link}: there is no ${target}`;
  if (anchor === undefined || anchorsOf(target).includes(anchor)) return null;
  return `${file}: ${link}: ${target} has no heading with this anchor`;
}

describe.each(documents)("%s", (file) => {
  const text = withoutCode(read(file));

  test("every link leads somewhere", () => {
    const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const others = [...text.matchAll(/(?:^\[[^\]]+\]: |(?:href|src)=")([^"\s]+)/gm)].map(([, link = ""]) => link);
    const links = [...inline, ...others].filter((link) => !/^(?:https?|mailto):/.test(link));
    expect(links.flatMap((link) => wrongWith(link, file) ?? [])).toEqual([]);
  });

  test("every path in code exists", () => {
    const paths = [...text.matchAll(/`((?:src|test|docs|deploy|scripts|\.ci|\.github)\/[\w./-]+)`/g)];
    const named = paths.map(([, path = ""]) => path);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test("every page that a message, a setting or a comment names exists", () => {
  const wrong = mentioning.flatMap((file) =>
    [...read(file).matchAll(/\bdocs\/[\w-]+\.md(?:#[\w-]+)?/g)].flatMap(
      ([link]) => wrongWith(link, "README.md")?.concat(` (${file})`) ?? [],
    ),
  );
  expect(wrong).toEqual([]);
});
