// Links that Hex answers with, before anybody is offered to open them.

/** Longer ones are cut off or refused somewhere on their way, in Slack first of all. In characters. */
const LONGEST = 2_000;

/** The link if it leads to this Hex, else null: another host, another scheme, or credentials in it. `origin`: Hex's. */
export function ownLink(url: string, origin: string): string | null {
  if (url.length > LONGEST || !URL.canParse(url)) return null;
  const { origin: there, username, password, href } = new URL(url);
  return there === origin && username === "" && password === "" && href.length <= LONGEST ? href : null;
}
