// The secrets in a configuration, which the log must never show.

import { unescape as decoded } from "node:querystring";
import type { Proxies } from "../lib/network.js";
import type { Config } from "./config.js";

/** All of them. */
export function secretsOf(config: Config): string[] {
  const { botToken, mode } = config.slack;
  return [
    botToken,
    mode.kind === "socket" ? mode.appToken : mode.signingSecret,
    config.hex.token,
    ...(config.paging === null ? [] : [config.paging.routingKey]),
    ...(config.store.kind === "shared" ? databaseSecrets(config.store.url) : []),
    ...proxySecrets(config.proxies),
  ];
}

/** The proxy's user and password as written in its address, and as sent to the proxy. A user without a password is a token. */
function proxySecrets(proxies: Proxies | null): string[] {
  return [proxies?.https, proxies?.http].flatMap((address) => {
    if (!address) return [];
    const { username, password } = new URL(address);
    if (password === "")
      return username === "" ? [] : [username, decodeURIComponent(username), `${decodeURIComponent(username)}:`];
    const decoded = decodeURIComponent(password);
    return [`${username}:${password}`, password, decoded, `${decodeURIComponent(username)}:${decoded}`];
  });
}

/** The whole URL, and its password as written there and as sent to the database. */
export function databaseSecrets(url: string): string[] {
  const inQuery = [...url.matchAll(/[?&][^=&]*password=([^&#]+)/gi)].map(([, value = ""]) => value);
  const spellings = [new URL(url).password, ...inQuery].flatMap((password) => [password, decoded(password)]);
  return [url, ...spellings, ...inQuery.map((value) => decoded(value.replaceAll("+", " ")))];
}
