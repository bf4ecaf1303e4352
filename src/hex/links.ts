// Reads every form of a Hex link and of the ids in it, and writes links to projects. Source: links in public files and in
// third-party clients from 2022 to 2026. Hex documents none of them.

import { isUuid } from "./ids.js";

const UUID_LENGTH = 36;
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHORT_LENGTH = 22;
const SHORT = /^[0-9A-Za-z]{22}$/;
const LARGEST = (1n << 128n) - 1n;

/** The UUID, in lower case, that 22 characters of a link stand for; `null` when they stand for none. */
export function uuidOfShortId(short: string): string | null {
  if (!SHORT.test(short)) return null;
  let number = 0n;
  for (const character of short) number = number * 62n + BigInt(BASE62.indexOf(character));
  if (number > LARGEST) return null;
  const digits = number.toString(16).padStart(32, "0");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/** What a link or an id names. Ids are UUIDs in lower case. */
export type HexReference =
  | { kind: "project"; projectId: string }
  /** `isCertain`: false where the id may also be a session's, which looks the same. */
  | { kind: "run"; projectId: string; runId: string; isCertain: boolean }
  /** A link with a title in it and no project's id; `words`: those of the title. */
  | { kind: "no_id"; words: string[]; runId: string | null }
  /** A page of Hex that belongs to no project. */
  | { kind: "no_project"; page: HexPage }
  /** A link into another Hex, or to anywhere else. `host` with its port. */
  | { kind: "other_host"; host: string };

export type HexPage = "home" | "thread" | "collection" | "share_link" | "other";

/**
 * Reads an id in either form, or a link in any form, with or without its scheme. The caller must have removed characters that do
 * not belong to it. Never throws, and takes time proportional to the length.
 *
 * A word of 22 characters counts as an id when it stands for a UUID with a valid version and variant. By chance, that is true of
 * one in eight titles written as one word of 22 characters that begins with a digit from 0 to 7, and of no other title.
 *
 * @param origin where the client's own Hex is, such as `https://app.hex.tech`
 * @returns `null` for anything else
 */
export function readReference(text: string, origin: string): HexReference | null {
  const url = urlOf(text, origin);
  if (url === null) {
    const projectId = /[/?#]/.test(text) ? null : idAtEnd(text, true);
    return projectId === null ? null : { kind: "project", projectId };
  }
  if (hostOf(url) !== hostOf(new URL(origin))) return { kind: "other_host", host: url.host };
  return referenceOf(url);
}

/** The workspace of a Hex link, which is the first part of its path; `null` when there is none. */
export function workspaceOfLink(link: string, origin: string): string | null {
  const url = urlOf(link, origin);
  if (url === null || hostOf(url) !== hostOf(new URL(origin))) return null;
  const [workspace, kind] = pathOf(url);
  return workspace !== undefined && isKind(kind) ? workspace : null;
}

/** Where links to projects lead. */
export interface HexPlace {
  /** Such as `https://app.hex.tech`. */
  origin: string;
  /** The workspace's id, or its short name in links; `null` while it is not known and Hex has to find it. */
  workspace: string | null;
}

/** The address of a project in Hex: that of its published app, or of its notebook when it has no published app. */
export function projectUrl(
  { origin, workspace }: HexPlace,
  project: { id: string; lastPublishedAt?: number | null },
): string {
  const base = workspace === null ? origin : `${origin}/${encodeURIComponent(workspace)}`;
  const id = encodeURIComponent(project.id);
  const isDraft = project.lastPublishedAt === null;
  if (workspace === null) return `${base}/${isDraft ? "hex" : "app"}/${id}`;
  return isDraft ? `${base}/hex/${id}/draft/logic` : `${base}/app/${id}/latest`;
}

const KINDS = ["hex", "app"];
const PAGES: Record<string, HexPage> = {
  thread: "thread",
  threads: "thread",
  home: "home",
  collection: "collection",
  collections: "collection",
};

/** The position counts, because a workspace may itself be called `hex` or `app`. */
function referenceOf(url: URL): HexReference {
  const path = pathOf(url);
  const [first, second, third] = path;
  if (first === "api") return ofApi(path.slice(1));
  if (isKind(second) && third !== undefined) return ofProject(third, path.slice(3), url);
  if (isKind(first) && second !== undefined) return ofProject(second, path.slice(2), url);
  if (first === "link") return { kind: "no_project", page: "share_link" };
  if (second === undefined) return { kind: "no_project", page: "home" };
  const page = Object.hasOwn(PAGES, second) ? PAGES[second] : undefined;
  return { kind: "no_project", page: page ?? "other" };
}

/** `/api/v1/projects/{project}/runs/{run}`, as in answers of the API. */
function ofApi([version, projects, project, runs, run]: readonly string[]): HexReference {
  const projectId = version !== undefined && projects === "projects" ? idAtEnd(project ?? "") : null;
  if (projectId === null) return { kind: "no_project", page: "other" };
  const runId = runs === "runs" && run !== undefined ? idAtEnd(run) : null;
  return runId === null ? { kind: "project", projectId } : { kind: "run", projectId, runId, isCertain: true };
}

function ofProject(project: string, rest: readonly string[], url: URL): HexReference {
  const projectId = idAtEnd(project);
  const run = runOf(rest, url);
  if (projectId === null) return { kind: "no_id", words: titleWords(project), runId: run?.runId ?? null };
  return run === null || run.runId === projectId ? { kind: "project", projectId } : { kind: "run", projectId, ...run };
}

/**
 * The run's id is the last part of the path: after `run` or `runs`, or after a version number, where it may also be a session's
 * id. Older links have it in the query. Nothing else in the query counts, since it contains the ids of cells and views.
 */
function runOf(rest: readonly string[], url: URL): { runId: string; isCertain: boolean } | null {
  const [before, last] = rest.slice(-2);
  const inPath = last === undefined ? null : idAtEnd(last);
  if (inPath !== null) return { runId: inPath, isCertain: /^runs?$/i.test(before ?? "") };
  const [inQuery] = [...url.searchParams].filter(([name, value]) => /^run_?id$|^run$/i.test(name) && isUuid(value));
  return inQuery === undefined ? null : { runId: inQuery[1].toLowerCase(), isCertain: true };
}

function isKind(segment: string | undefined): boolean {
  return segment !== undefined && KINDS.includes(segment.toLowerCase());
}

/**
 * The id at the end of one part of a path, such as `Title-of-the-project-030UbtEpvL5rit3JLHGzSS`, or the id alone. The title before it
 * may be in any script and may be outdated, so it never counts. `isStrict` accepts only ids with the version and variant of a UUID.
 */
function idAtEnd(segment: string, isStrict = false): string | null {
  const long = segment.slice(-UUID_LENGTH);
  if (isUuid(long) && !/[0-9a-z]/i.test(segment.charAt(segment.length - UUID_LENGTH - 1))) return long.toLowerCase();
  if (/[0-9a-z]/i.test(segment.charAt(segment.length - SHORT_LENGTH - 1))) return null;
  const uuid = uuidOfShortId(segment.slice(-SHORT_LENGTH));
  return uuid === null || (isStrict && !VERSIONED.test(uuid)) ? null : uuid;
}
const VERSIONED = /^.{14}[1-8].{4}[89ab]/;

/** The title's words, without anything at the end that stands for an id. */
function titleWords(slug: string): string[] {
  const words = slug.split(/[-_\s]+/).filter((word) => word !== "");
  const last = words.at(-1) ?? "";
  return last.length >= 16 ? words.slice(0, -1) : words;
}

/** Also accepts an address without a scheme, as browsers show it, and a path alone. */
function urlOf(text: string, origin: string): URL | null {
  const isBare = /^[\w-]+(\.[\w-]+)+\.?(:\d+)?\//.test(text) || text.startsWith(`${new URL(origin).host}/`);
  const address = isBare ? `https://${text}` : text;
  const isLink = /^https?:\/\//i.test(address) || (text.startsWith("/") && /\/(hex|app)\//i.test(text));
  return isLink && URL.canParse(address, origin) ? new URL(address, origin) : null;
}

/** The host with its port. The dot at the end of a full DNS name does not make it a different host. */
function hostOf({ host }: URL): string {
  return host.replace(/\.(?=:|$)/, "");
}

function pathOf(url: URL): string[] {
  return url.pathname
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
