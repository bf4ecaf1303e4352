// Messages of the local Slack as a web page, close to how Slack shows them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { type Block, Message } from "slack-blocks-to-jsx";
import type { SlackMessage } from "../sandbox/slack/server.js";

export interface Scene {
  messages: readonly SlackMessage[];
  /** Names by Slack user id. */
  people: Readonly<Record<string, string>>;
}

const STYLE = readFileSync(createRequire(import.meta.url).resolve("slack-blocks-to-jsx/dist/style.css"), "utf8");
const LOGO =
  "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 36 36'><rect width='36' height='36' rx='8' fill='%23473982'/><path d='M18 7l9.5 5.5v11L18 29l-9.5-5.5v-11z' fill='none' stroke='white' stroke-width='3'/></svg>";

/** A page with the messages one below the other. */
export function page({ messages, people }: Scene): string {
  const users = Object.entries(people).map(([id, name]) => ({ id, name, avatar: "" }));
  const data = { users, channels: [], user_groups: [] };
  const rendered = messages.map((message) => {
    const note = message.ephemeral ? '<div class="only">Only visible to you</div>' : "";
    const blocks: Block[] = JSON.parse(JSON.stringify(message.blocks));
    const time = new Date(Number(message.ts.split(".")[0]) * 1_000);
    const props = { blocks, name: "Hex", logo: LOGO, time, theme: "light" as const, data };
    return `<div class="message">${note}${renderToStaticMarkup(createElement(Message, props))}</div>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Messages</title><style>${STYLE}
    body { margin: 0; padding: 20px 24px; width: 680px; background: #fff; font-family: Lato, "Helvetica Neue", Arial, sans-serif; }
    .message + .message { margin-top: 22px; }
    .only { margin: 0 0 2px 44px; font-size: 12px; color: #616061; }
  </style>${rendered.join("")}`;
}
