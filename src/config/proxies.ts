// The proxy that stands between the bot and the internet, as other programs are told of it too.

import { variable } from "./schema.js";

/** The address of a proxy, with its user and password if it wants them; undefined: none. */
export const proxyUrl = variable((value, fail) => {
  if (value === undefined) return undefined;
  // As curl takes it: a proxy without a scheme is plain http.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const example = "http://proxy.example.com:3128";
  if (/\s/.test(value) || !URL.canParse(text)) {
    return fail(`is not the address of a proxy; set it to one such as ${example}, or remove it`);
  }
  const { protocol, href, username, password } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:") {
    return fail(`is neither an http nor an https proxy, and the bot takes no other; set it to one such as ${example}`);
  }
  if (!isDecodable(username) || !isDecodable(password)) {
    return fail("has a % in its user or password that encodes nothing; write each % in them as %25");
  }
  return href;
});

/** Hosts that are reached without the proxy, such as `localhost,.example.com`; `*`: all. */
export const noProxy = variable((value) => value);

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
