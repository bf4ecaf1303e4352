// Checks links in Hex's answers before anybody is offered to open them.

/** In characters. Longer links would be cut off or refused where they are shown. */
const LONGEST = 2_000;

/** Where Hex itself runs. A server that stands in for it, or a proxy before it, may pass on such links. */
const HEX = /^https:\/\/(\w[\w-]*\.)*hex\.tech$/;

/**
 * The link if it leads to the Hex at `origin` or to one of Hex's own hosts; `null` for another host or scheme, or with credentials in
 * it.
 */
export function ownLink(url: string, origin: string): string | null {
  if (url.length > LONGEST || !URL.canParse(url)) return null;
  const { origin: there, username, password, href } = new URL(url);
  return (there === origin || HEX.test(there)) && username === "" && password === "" && href.length <= LONGEST
    ? href
    : null;
}
