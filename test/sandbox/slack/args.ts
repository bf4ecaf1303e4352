// The token and the arguments of a Web API request: a form with JSON in some fields, or a JSON body.

import type { IncomingMessage } from "node:http";
import { isRecord, type Json, parseJson } from "./json.js";
import { Refusal } from "./refusal.js";

export interface ApiRequest {
  token: string | undefined;
  args: Json;
  /** Set when the body could not be read. */
  broken?: "invalid_json" | "invalid_form_data";
}

const jsonFields: ReadonlySet<string> = new Set(["attachments", "blocks", "metadata", "view"]);
const booleanFields: ReadonlySet<string> = new Set([
  "link_names",
  "mrkdwn",
  "prevent_creation",
  "reply_broadcast",
  "return_im",
  "unfurl_links",
  "unfurl_media",
]);

export function apiRequest(request: IncomingMessage, query: URLSearchParams, body: string): ApiRequest {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim();
  if (type === "application/json") {
    const parsed = body === "" ? {} : parseJson(body);
    if (!isRecord(parsed)) return { token: bearer, args: {}, broken: "invalid_json" };
    const { token: _ignored, ...args } = parsed;
    return { token: bearer, args };
  }
  if (body !== "" && type !== "application/x-www-form-urlencoded") {
    return { token: bearer, args: {}, broken: "invalid_form_data" };
  }
  const fields = Object.fromEntries([...query, ...new URLSearchParams(body)]);
  const { token, ...rest } = fields;
  const args = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, decoded(key, value)]));
  return { token: bearer ?? token, args };
}

function decoded(key: string, value: string): unknown {
  if (jsonFields.has(key)) return parseJson(value) ?? value;
  if (booleanFields.has(key)) return value === "true" || value === "1";
  return value;
}

/** The value of a required argument, which must be a string. */
export function required(args: Json, key: string): string {
  const value = args[key];
  if (typeof value === "string" && value !== "") return value;
  throw new Refusal("invalid_arguments", {
    response_metadata: { messages: [`[ERROR] missing required field: ${key}`] },
  });
}
