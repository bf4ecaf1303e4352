// What a person may give to name a project or a run: an id, or a link from the address bar.

export type ProjectRef =
  | { kind: "id"; projectId: string }
  | { kind: "run"; projectId: string; runId: string }
  /** A link into another Hex than the one that the bot works with. */
  | { kind: "other_host"; host: string }
  /** A link with a title in it and no id; `words`: those of the title. */
  | { kind: "link_without_id"; words: string[] }
  | { kind: "not_an_id" };

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const WHOLE_UUID = new RegExp(`^${UUID}$`, "i");
const UUIDS = new RegExp(`(?<![0-9a-z])${UUID}(?![0-9a-z])`, "gi");

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
  const [projectId, runId] = (`${url.pathname}${url.search}`.match(UUIDS) ?? []).map((id) => id.toLowerCase());
  if (projectId === undefined) return { kind: "link_without_id", words: titleWords(url.pathname) };
  if (runId !== undefined && runId !== projectId) return { kind: "run", projectId, runId };
  return { kind: "id", projectId };
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
  const slug = parts[parts.findIndex((part) => part === "hex" || part === "app") + 1] ?? "";
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
