// The proxy between the bot and the internet, in the same variables that other programs use.

import { variable } from "./schema.js";

/** The address of a proxy, with a user and password if it needs them; `undefined` for none. */
export const proxyUrl = variable((value, fail) => {
  if (value === undefined) return undefined;
  // As in curl, a proxy without a scheme is plain http.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const example = "http://proxy.example.com:3128";
  if (/\s/.test(value) || !URL.canParse(text)) {
    return fail(`is not the address of a proxy; set it to one such as ${example}, or remove it`);
  }
  const { protocol, href, username, password } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:") {
    return fail(
      `is neither an http nor an https proxy, and the bot supports no others; set it to one such as ${example}`,
    );
  }
  if (!isDecodable(username) || !isDecodable(password)) {
    return fail("has a % in its user or password that encodes nothing; write each % there as %25");
  }
  return href;
});

/** Hosts to reach without the proxy, such as `localhost,.example.com`; `*` for all. */
export const noProxy = variable((value) => value);

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
