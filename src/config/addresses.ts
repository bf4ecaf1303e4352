// Where Hex, Slack and Hex's status page are.

import { z } from "zod";
import { variable } from "./schema.js";
import { DEFAULTS } from "./variables.js";

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** A URL without credentials, over https or to this machine. https is assumed when there is no scheme. */
function webAddress(example: string) {
  return variable((value, fail) => (value === undefined ? undefined : readAddress(value, example, fail)));
}

function readAddress(value: string, example: string, fail: (problem: string) => never): URL {
  const hasScheme = /^(?:[a-z][a-z0-9+.-]*:\/\/|https?:)/i.test(value);
  const text = hasScheme ? value : `https://${value}`;
  if (/\s/.test(value) || !URL.canParse(text)) return fail(`is not a URL; set it to one such as ${example}`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return fail(`contains a user name or password; remove everything before the @, as in ${example}`);
  }
  const isLoopback = LOOPBACK.has(url.hostname);
  if (!hasScheme && !isLoopback && !url.hostname.includes(".")) {
    return fail(`is not a URL; set it to one such as ${example}`);
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    return fail(`is not https; begin it with https:// (plain http is allowed only for 127.0.0.1, localhost and [::1])`);
  }
  return url;
}

/** Where Hex is, and the workspace as in Hex's links if its path was pasted too. */
export const hexAddress = webAddress(DEFAULTS.hexOrigin).transform((url) => ({
  origin: url?.origin ?? DEFAULTS.hexOrigin,
  workspace: url === undefined ? null : workspaceOf(url.pathname),
}));

/** First parts of paths that are pages of Hex and not workspaces. */
const PAGES: ReadonlySet<string> = new Set(["api", "home", "link", "login", "logout", "signup", "settings"]);

function workspaceOf(pathname: string): string | null {
  const [first = "", second] = pathname.split("/").filter((part) => part !== "");
  if (!/^[\w-]{1,100}$/.test(first) || PAGES.has(first.toLowerCase())) return null;
  // A link without its workspace. A workspace that is itself called so comes alone or before a kind.
  const isKind = first === "hex" || first === "app";
  return isKind && second !== undefined && second !== "hex" && second !== "app" && second !== "home" ? null : first;
}

export const slackApiUrl = webAddress(DEFAULTS.slackApiUrl).transform((url) => {
  if (!url) return DEFAULTS.slackApiUrl;
  // Slack's own hosts have nothing at their root, so a host alone can only mean its API.
  const isSlackRoot = url.pathname === "/" && /^slack(-gov)?\.com$/.test(url.hostname);
  const path = isSlackRoot ? "/api/" : url.pathname;
  return `${url.origin}${path.endsWith("/") ? path : `${path}/`}`;
});

/** Where events are sent, without the path of the API if it was pasted too, and without a slash at the end. */
export const pagerDutyUrl = webAddress(DEFAULTS.pagerDutyUrl).transform((url) =>
  url === undefined
    ? DEFAULTS.pagerDutyUrl
    : `${url.origin}${url.pathname.replace(/\/+$/, "").replace(/(\/v2)?\/enqueue$/, "")}`,
);

/** An origin has its summary where Statuspage puts it. `null` when switched off. */
export const hexStatusUrl = variable((value, fail): URL | null => {
  if (value === undefined) return new URL(DEFAULTS.hexStatusUrl);
  return value.toLowerCase() === "off" ? null : readAddress(value, `${DEFAULTS.hexStatusUrl}, or to off`, fail);
}).transform((url, context): string | null => {
  if (url === null) return null;
  if (url.pathname === "/") return new URL("/api/v2/summary.json", url).href;
  if (url.pathname.endsWith("/summary.json")) return url.href;
  const message = `is neither an origin nor a summary.json; set it to one such as ${DEFAULTS.hexStatusUrl}, or to off`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});
