// Starts and stops the local Slack: one HTTP server on 127.0.0.1 for the Web API, response_url and Socket Mode.

import { createServer, type IncomingMessage, type Server } from "node:http";
import { apiRequest } from "./args.js";
import { Core } from "./core.js";
import { type Outcome, readBody, send } from "./http.js";
import { Interactions } from "./interactions.js";
import { ResponseUrls } from "./response-url.js";
import { SocketMode } from "./socket-mode.js";
import type { LocalSlack, Person, SlackOptions } from "./types.js";
import { callMethod } from "./web-api.js";

export { type Delivered, deliver, sign, signedHeaders } from "./delivery.js";
export { pings, unknownMarks, visibleText } from "./messages.js";
export type * from "./types.js";

const waitMs = 20_000;

export async function startSlack(options: SlackOptions): Promise<LocalSlack> {
  const core = new Core(options);
  const responseUrls = new ResponseUrls(core);
  const socket = new SocketMode(core);
  const interactions = new Interactions(core, responseUrls, socket);
  const server = createServer((request, response) => {
    answer(core, responseUrls, request).then(
      (outcome) => send(response, outcome),
      (error: unknown) => send(response, { status: 500, body: String(error) }),
    );
  });
  server.on("upgrade", (request, connection, head) => socket.upgrade(request, connection, head));
  core.origin = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`;
  return localSlack(core, interactions, socket, async () => {
    socket.close();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
}

async function answer(core: Core, responseUrls: ResponseUrls, request: IncomingMessage): Promise<Outcome> {
  const url = new URL(request.url ?? "/", core.origin);
  const body = await readBody(request);
  const method = /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1];
  if (method !== undefined) return callMethod(core, method, apiRequest(request, url.searchParams, body));
  const response = request.method === "POST" ? responseUrls.use(url.pathname, body) : undefined;
  return response ?? { status: 404, body: "Not found" };
}

/** Resolves with the port. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("The server has no port."));
      else resolve(address.port);
    });
  });
}

function localSlack(core: Core, interactions: Interactions, socket: SocketMode, stop: () => Promise<void>): LocalSlack {
  const { directory, log, calls, identity } = core;
  const id = (user: Person | string) => (typeof user === "string" ? user : user.id);
  return {
    apiUrl: `${core.origin}/api/`,
    botToken: identity.botToken,
    appToken: identity.appToken,
    signingSecret: identity.signingSecret,
    teamId: identity.teamId,
    botUserId: identity.botUserId,
    botId: identity.botId,
    appId: identity.appId,
    people: directory.people,
    channels: directory.channels,
    scopes: core.scopes,
    get messagesTab() {
      return core.messagesTab;
    },
    set messagesTab(isOn) {
      core.messagesTab = isOn;
    },
    limits: core.limits,
    messages: log.all,
    views: core.views.all,
    calls: calls.all,
    refused: calls.refused,
    faults: core.faults,
    socket,
    invite: (channel, user) => directory.roomOf(channel).members.add(id(user)),
    kick: (channel, user) => directory.roomOf(channel).members.delete(id(user)),
    archive: (channel) => {
      directory.roomOf(channel).archived = true;
    },
    delete: (message) => log.remove(message.channel, message.ts),
    forget: () => {
      calls.forget();
      log.forget();
    },
    forgetCalls: (before) => calls.forget(before),
    restore: (messages) => {
      for (const message of messages) log.restore(message);
    },
    dm: (person) => directory.dm(person),
    say: (person, channel, text) =>
      log.post({ channel: directory.roomOf(channel).id, author: person.id, via: "person", text, blocks: [] }),
    waitForMessage: (match) => log.waitFor(match, waitMs),
    waitForCall: (match, from = 0) => calls.waitFor(match, from, waitMs),
    get eventsUrl() {
      return interactions.eventsUrl;
    },
    set eventsUrl(url) {
      interactions.eventsUrl = url;
    },
    command: async (text, options = {}) => interactions.command(text, options),
    click: async (message, actionId, options = {}) => interactions.click(message, actionId, options),
    clickView: async (view, actionId, options = {}) => interactions.clickView(view, actionId, options),
    submit: async (view, entries, options = {}) => interactions.submit(view, entries, options),
    closeView: async (view) => interactions.closeView(view),
    openHome: async (person) => interactions.openHome(person),
    events: core.events,
    onChange: (listener) => {
      const ends = [log.watch, calls.watch, core.views.watch].map((watch) => watch.subscribe(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    sendInteraction: async (payload, options = {}) => interactions.raw(payload, options),
    sendExactly: async (type, payload, options = {}) => interactions.exact(type, payload, options),
    redeliver: async (interaction, options = {}) => interactions.redeliver(interaction, options),
    stop,
  };
}
