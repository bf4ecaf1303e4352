// Signed HTTP requests to the app, as Slack sends them.

import { createHmac } from "node:crypto";
import { request } from "node:http";

export interface Delivered {
  status: number;
  contentType: string;
  body: string;
}

export class DeliveryTimeout extends Error {}

/** The X-Slack-Signature of a body. */
export function sign(signingSecret: string, timestampSeconds: number | string, rawBody: string): string {
  return `v0=${createHmac("sha256", signingSecret).update(`v0:${timestampSeconds}:${rawBody}`).digest("hex")}`;
}

/** The headers of a genuine request. `now`: Slack's time, epoch ms. */
export function signedHeaders(
  signingSecret: string,
  body: string,
  contentType: string,
  now: number,
): Record<string, string> {
  const timestamp = Math.floor(now / 1000);
  return {
    "content-type": contentType,
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "x-slack-request-timestamp": String(timestamp),
    "x-slack-signature": sign(signingSecret, timestamp, body),
  };
}

export const formType = "application/x-www-form-urlencoded";

/** POSTs on a new connection. `timeoutMs`: real milliseconds. Rejects when there is no answer. */
export function deliver(
  url: string,
  message: { body: string; headers: Record<string, string | string[]>; timeoutMs?: number },
): Promise<Delivered> {
  return new Promise((resolve, reject) => {
    const timeoutMs = message.timeoutMs ?? 3_000;
    const length = String(Buffer.byteLength(message.body));
    const headers = { ...message.headers, "content-length": length, connection: "close" };
    const outgoing = request(url, { method: "POST", headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += String(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, contentType: response.headers["content-type"] ?? "", body });
      });
    });
    const timer = setTimeout(
      () => outgoing.destroy(new DeliveryTimeout(`No answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    outgoing.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end(message.body);
  });
}
