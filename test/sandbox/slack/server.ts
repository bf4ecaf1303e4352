// Starts and stops the local Slack: one HTTP server on 127.0.0.1 for the Web API, response_url and Socket Mode.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listen } from "../local-server.js";
import { apiRequest } from "./args.js";
import { Conversations } from "./conversations.js";
import { Core } from "./core.js";
import { Dispatch } from "./dispatch.js";
import { Events } from "./events.js";
import { type Outcome, readBody, send } from "./http.js";
import { newSecret } from "./identity.js";
import { Interactions } from "./interactions.js";
import { Modals } from "./modals.js";
import { ResponseUrls } from "./response-url.js";
import { SocketMode } from "./socket-mode.js";
import { Suggestions } from "./suggestions.js";
import type { LocalSlack, Person, SlackOptions } from "./types.js";
import { callMethod } from "./web-api.js";

export { type Delivered, deliver, sign, signedHeaders } from "./delivery.js";
export { firstManifest, manifest, readManifest } from "./manifest.js";
export { pings, unknownMarks, visibleText } from "./messages.js";
export { OpenForm } from "./open-form.js";
export { PersonInSlack } from "./person.js";
export type * from "./types.js";

const waitMs = 20_000;

export async function startSlack(options: SlackOptions): Promise<LocalSlack> {
  const core = new Core(options);
  const responseUrls = new ResponseUrls(core);
  const socket = new SocketMode(core);
  const dispatch = new Dispatch(core, socket);
  const suggestions = new Suggestions(core, dispatch);
  const events = new Events(core, dispatch);
  const app: Parts = {
    core,
    dispatch,
    suggestions,
    events,
    interactions: new Interactions(core, responseUrls, dispatch, suggestions),
    modals: new Modals(core, responseUrls, dispatch),
    conversations: new Conversations(core, events),
  };
  core.onOwnMessage = (message, before) => void app.conversations.own(message, before);
  const hanging = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(core, responseUrls, request).then(
      (outcome) => {
        if (outcome === "hang") hanging.add(response);
        send(response, outcome);
      },
      (error: unknown) => send(response, { status: 500, body: String(error) }),
    );
  });
  server.on("upgrade", (request, connection, head) => socket.upgrade(request, connection, head));
  core.origin = `http://127.0.0.1:${await listen(server, options.port)}`;
  const cutHanging = () => {
    for (const response of hanging) response.socket?.destroy();
    hanging.clear();
  };
  const stop = async () => {
    events.stop();
    socket.close();
    await closeServer(server);
  };
  return localSlack(app, cutHanging, stop);
}

async function answer(core: Core, responseUrls: ResponseUrls, request: IncomingMessage): Promise<Outcome> {
  const url = new URL(request.url ?? "/", core.origin);
  const body = await readBody(request);
  const method = /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1];
  if (method !== undefined) {
    await core.faults.whenFree(method);
    return callMethod(core, method, apiRequest(request, url.searchParams, body));
  }
  const response = request.method === "POST" ? responseUrls.use(url.pathname, body) : undefined;
  return response ?? { status: 404, body: "Not found" };
}

interface Parts {
  readonly core: Core;
  readonly dispatch: Dispatch;
  readonly suggestions: Suggestions;
  readonly events: Events;
  readonly interactions: Interactions;
  readonly modals: Modals;
  readonly conversations: Conversations;
}

function localSlack(parts: Parts, cutHanging: () => void, stop: () => Promise<void>): LocalSlack {
  const { core, dispatch, suggestions, events, interactions, modals, conversations } = parts;
  const { app, directory, log, calls, identity } = core;
  const id = (user: Person | string) => (typeof user === "string" ? user : user.id);
  return {
    apiUrl: `${core.origin}/api/`,
    get botToken() {
      return identity.botToken;
    },
    get appToken() {
      return identity.appToken;
    },
    get signingSecret() {
      return identity.signingSecret;
    },
    get secrets() {
      const { botToken, appToken, signingSecret, otherApp, revoked } = identity;
      return [botToken, appToken, signingSecret, otherApp.appToken, ...revoked.keys()];
    },
    renew: (kind, word = "invalid_auth", secret = newSecret(kind)) => {
      identity.revoked.set(identity[kind], word);
      identity[kind] = secret;
      return identity[kind];
    },
    otherApp: identity.otherApp,
    teamId: identity.teamId,
    botUserId: identity.botUserId,
    botId: identity.botId,
    appId: identity.appId,
    people: directory.people,
    channels: directory.channels,
    otherBot: directory.otherBot,
    roles: directory.roles,
    primaryOwner: directory.primaryOwner,
    others: directory.others,
    groups: directory.groups,
    groupsOff: directory.groupsOff,
    get hasGroups() {
      return directory.hasGroups;
    },
    set hasGroups(has) {
      directory.hasGroups = has;
    },
    unseen: directory.unseen,
    groupHandles: directory.groupHandles,
    groupTeams: directory.groupTeams,
    scopes: app.scopes,
    get takesDataTables() {
      return core.takesDataTables;
    },
    set takesDataTables(takes) {
      core.takesDataTables = takes;
    },
    get messagesTab() {
      return app.messagesTab;
    },
    set messagesTab(isOn) {
      app.messagesTab = isOn;
    },
    get readOnlyMessages() {
      return app.isReadOnly;
    },
    set readOnlyMessages(isReadOnly) {
      app.isReadOnly = isReadOnly;
    },
    get homeTab() {
      return app.homeTab;
    },
    set homeTab(isOn) {
      app.homeTab = isOn;
    },
    get shortcuts() {
      return app.shortcuts;
    },
    limits: core.limits,
    messages: log.all,
    views: core.views.all,
    troubles: core.troubles,
    takeTroubles: () => core.troubles.splice(0),
    calls: calls.all,
    refused: calls.refused,
    takeRefused: () => calls.refused.splice(0),
    faults: core.faults,
    socket: dispatch.socket,
    invite: (channel, user) => directory.roomOf(channel).members.add(id(user)),
    kick: (channel, user) => directory.roomOf(channel).members.delete(id(user)),
    deactivate: (person) => {
      directory.deactivated.add(person.id);
    },
    archive: (channel) => {
      directory.roomOf(channel).archived = true;
    },
    moveElsewhere: (channel) => {
      directory.roomOf(channel).isElsewhere = true;
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
    dmBetween: (one, other) => directory.dmBetween(one, other),
    say: (person, channel, text) =>
      log.post({ channel: directory.roomOf(channel).id, author: person.id, via: "person", text, blocks: [] }),
    waitForMessage: (match) => log.waitFor(match, waitMs),
    waitForCall: (match, from = 0) => calls.waitFor(match, from, waitMs),
    get eventsUrl() {
      return dispatch.eventsUrl;
    },
    set eventsUrl(url) {
      dispatch.eventsUrl = url;
    },
    get optionsUrl() {
      return suggestions.optionsUrl;
    },
    set optionsUrl(url) {
      suggestions.optionsUrl = url;
    },
    write: async (person, channel, text, options = {}) => conversations.write(person, channel, text, options),
    edit: async (message, text) => conversations.edit(message, text),
    install: (manifest, declined) => app.install(manifest, declined),
    uninstall: async () => conversations.uninstall(),
    sentEvents: events.sent,
    loseAcknowledgements: (count) => {
      events.toLose = count;
    },
    verifyEventsUrl: async () => dispatch.eventsUrl !== null && events.verify(dispatch.eventsUrl),
    shortcut: async (callbackId, options = {}) => interactions.shortcut(callbackId, options),
    search: async (holder, at, query, options = {}) => {
      const reader = "view" in holder ? directory.person(holder.user) : undefined;
      const user = options.user ?? reader ?? directory.people.ada;
      return suggestions.search(holder, at, query, { ...options, user });
    },
    command: async (text, options = {}) => interactions.command(text, options),
    click: async (message, actionId, options = {}) => interactions.click(message, actionId, options),
    clickView: async (view, actionId, options = {}) => modals.press(view, actionId, options),
    fill: async (view, entries, options = {}) => modals.fill(view, entries, options),
    submit: async (view, entries = [], options = {}) => modals.submit(view, entries, options),
    closeView: async (view, options = {}) => modals.close(view, options),
    openHome: async (person, tab = "home") => conversations.openHome(person, tab),
    events: app.events,
    onChange: (listener) => {
      const ends = [log.watch, calls.watch, core.views.watch].map((watch) => watch.subscribe(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    sendInteraction: async (payload, options = {}) => interactions.raw(payload, options),
    sendExactly: async (type, payload, options = {}) => interactions.exact(type, payload, options),
    redeliver: async (interaction, options = {}) => dispatch.again(interaction, options),
    cutHanging,
    stop,
  };
}
