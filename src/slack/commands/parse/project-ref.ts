// What a person may give to name a project or a run: an id, or a link from the address bar.

/** What a word names. */
export type ProjectRef =
  | { kind: "id"; projectId: string }
  | { kind: "run"; projectId: string; runId: string }
  /** A link into another Hex than the one that the bot works with. */
  | { kind: "other_host"; host: string }
  /** A link with a title in it and no project's id; `words`: those of the title; `runId`: when the link is to a run. */
  | { kind: "link_without_id"; words: string[]; runId: string | null }
  | { kind: "not_an_id" };

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const WHOLE_UUID = new RegExp(`^${UUID}$`, "i");
const UUIDS = new RegExp(`(?<![0-9a-z])${UUID}(?![0-9a-z])`, "gi");
const RUN_SEGMENT = /\/runs?\/$/i;
const RUN_PARAMETER = /^run(_?id)?$/i;

/** `hexOrigin`: where the bot's Hex is, such as `https://app.hex.tech`. Ids of any UUID version, in lower case. */
export function parseProjectRef(typed: string, hexOrigin: string): ProjectRef {
  const word = typed
    .trim()
    .replace(/^[<(]+/, "")
    .replace(/[.,;:)>\]]+$/, "");
  if (WHOLE_UUID.test(word)) return { kind: "id", projectId: word.toLowerCase() };
  const url = urlOf(word, hexOrigin);
  if (url === null) return { kind: "not_an_id" };
  if (url.host !== new URL(hexOrigin).host) return { kind: "other_host", host: url.host };
  const { projectId, runId } = idsOf(url);
  if (projectId === null) return { kind: "link_without_id", words: titleWords(url.pathname), runId };
  return runId === null ? { kind: "id", projectId } : { kind: "run", projectId, runId };
}

/** The project's id is in the path, and not behind `/runs/`; the run's is another one in the path, or in `?run=`. */
function idsOf(url: URL): { projectId: string | null; runId: string | null } {
  const inPath = [...url.pathname.matchAll(UUIDS)].map(({ 0: id, index }) => ({
    id: id.toLowerCase(),
    ofRun: RUN_SEGMENT.test(url.pathname.slice(0, index)),
  }));
  const inQuery = [...url.searchParams]
    .filter(([name, value]) => RUN_PARAMETER.test(name) && WHOLE_UUID.test(value))
    .map(([, value]) => value.toLowerCase());
  const projectId = inPath.find(({ ofRun }) => !ofRun)?.id ?? null;
  const runId = [...inPath.map(({ id }) => id), ...inQuery].find((id) => id !== projectId) ?? null;
  return { projectId, runId };
}

/** Also without a scheme, as browsers show addresses. */
function urlOf(word: string, hexOrigin: string): URL | null {
  const bare = /^[\w-]+(\.[\w-]+)+(:\d+)?\//.test(word) || word.startsWith(`${new URL(hexOrigin).host}/`);
  const text = bare ? `https://${word}` : word;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  return new URL(text);
}

/** From `/acme/hex/Weekly-Revenue-032xYz…/draft`: the title's words, without the short id at their end. */
function titleWords(pathname: string): string[] {
  const parts = pathname.split("/");
  const slug = parts[parts.findLastIndex((part) => part === "hex" || part === "app") + 1] ?? "";
  const words = decoded(slug)
    .split(/[-_\s]+/)
    .filter((word) => word !== "");
  const last = words.at(-1) ?? "";
  return last.length >= 16 ? words.slice(0, -1) : words;
}

function decoded(slug: string): string {
  try {
    return decodeURIComponent(slug);
  } catch {
    return slug;
  }
}
