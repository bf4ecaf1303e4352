// Checks links in Hex's answers before anybody is offered to open them.

/** In characters. Longer links would be cut off or refused where they are shown. */
const LONGEST = 2_000;

/** The link if it leads to this Hex; `null` for another host or scheme, or with credentials in it. `origin` is Hex's. */
export function ownLink(url: string, origin: string): string | null {
  if (url.length > LONGEST || !URL.canParse(url)) return null;
  const { origin: there, username, password, href } = new URL(url);
  return there === origin && username === "" && password === "" && href.length <= LONGEST ? href : null;
}
