// Serves the page: the document, its scripts and styles, the live changes, and what the browser asks for. It listens on 127.0.0.1
// and answers only requests from its own page.

import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { transformSync } from "rolldown/utils";
import { closeServer, listen } from "../local-server.js";
import { readBody } from "../slack/http.js";
import { parseJson } from "../slack/json.js";
import { perform } from "./deeds.js";
import { Live } from "./live.js";
import { shell } from "./shell.js";
import type { Stage } from "./stage.js";
import { deedSchema } from "./wire.js";

export interface PageServer {
  /** Such as "http://127.0.0.1:4000". */
  url: string;
  stop(): Promise<void>;
}

/** `port`: 0 takes any free one. Rejects with the operating system's error if it cannot listen on the port. */
export async function startPage(stage: Stage, port: number): Promise<PageServer> {
  const complaints = new Map<string, Readonly<Record<string, string>>>();
  const live = new Live(stage, complaints);
  const files = staticFiles(stage);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) reply(response, 500, "text/plain", String(error));
    });
  });
  const ownPort = await listen(server, port).catch((error: unknown) => {
    live.close();
    throw error;
  });
  const url = `http://127.0.0.1:${ownPort}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    if (!isOwn(request, url)) return reply(response, 403, "text/plain", "Only the page itself may ask this.");
    if (request.method === "POST" && pathname === "/do") return performed(request, response);
    if (request.method !== "GET") return reply(response, 405, "text/plain", "This method is not allowed.");
    if (pathname === "/live") {
      const text = (key: string) => searchParams.get(key) ?? "";
      return live.watch({ person: text("person"), place: text("place"), thread: text("thread") || null }, response);
    }
    const file = files.get(pathname);
    if (file) reply(response, 200, file.type, file.read());
    else reply(response, 404, "text/plain", "Not found");
  }

  async function performed(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const deed = deedSchema.safeParse(parseJson(await readBody(request)));
    if (!deed.success) return reply(response, 400, "text/plain", "This page can't do that.");
    const outcome = await perform(stage, deed.data);
    if (outcome.view !== undefined) complaints.set(outcome.view, outcome.errors ?? {});
    live.changed();
    reply(response, 200, "application/json", JSON.stringify(outcome));
  }

  return {
    url,
    async stop() {
      live.close();
      await closeServer(server);
    },
  };
}

/** Another page in the same browser must not be able to press buttons here. */
function isOwn({ headers }: IncomingMessage, url: string): boolean {
  const own = [new URL(url).host, new URL(url).host.replace("127.0.0.1", "localhost")];
  const { host = "", origin } = headers;
  return own.includes(host) && (origin === undefined || own.includes(origin.replace("http://", "")));
}

interface StaticFile {
  type: string;
  read: () => string;
}

function staticFiles(stage: Stage): ReadonlyMap<string, StaticFile> {
  const here = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");
  const library = createRequire(import.meta.url).resolve("slack-blocks-to-jsx/dist/style.css");
  return new Map<string, StaticFile>([
    ["/", { type: "text/html; charset=utf-8", read: () => shell(stage) }],
    ["/page.css", { type: "text/css; charset=utf-8", read: () => here("page.css") }],
    [
      "/blocks.css",
      { type: "text/css; charset=utf-8", read: () => `@layer library {${readFileSync(library, "utf8")}}` },
    ],
    ...readdirSync(join(import.meta.dirname, "browser"))
      .filter((name) => name.endsWith(".ts"))
      .map((name): [string, StaticFile] => [
        `/browser/${name.replace(/ts$/, "js")}`,
        { type: "text/javascript; charset=utf-8", read: () => script(name, here(`browser/${name}`)) },
      ]),
  ]);
}

/** Removes the types. Browsers can read the rest. */
function script(name: string, source: string): string {
  return transformSync(name, source, { target: "es2023", tsconfig: false }).code;
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}
