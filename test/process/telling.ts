// What the tests of messages about watched projects share: which messages there are, and which of them say that they are repeats.

import type { LocalSlack, SlackMessage } from "../sandbox/slack/server.js";
import { visibleText } from "../sandbox/slack/server.js";
import type { Channel, Person } from "../sandbox/slack/types.js";
import { type Fleet, type Replica, until } from "./fleet.js";
import type { Stage } from "./scenarios.js";

/** Slack takes the message, and its answer never comes. */
export const UNANSWERED = {
  method: "chat.postMessage",
  kind: { type: "hang" },
  afterEffect: true,
  times: 1,
} as const;

export const inChannel = (messages: readonly SlackMessage[]) =>
  messages.filter(({ threadTs }) => threadTs === undefined);
export const inThreads = (messages: readonly SlackMessage[]) =>
  messages.filter(({ threadTs }) => threadTs !== undefined);
export const shows = (words: string | RegExp) => (message: SlackMessage) =>
  new RegExp(words).test(visibleText(message));
export const isRepeat = shows("may be here more than once");
export const once = (messages: readonly SlackMessage[]) => messages.filter((one) => !isRepeat(one));

/** Types a command, as Ada in #data unless told, and waits for its answer. */
export async function ask(slack: LocalSlack, words: string, options: { channel?: Channel; user?: Person } = {}) {
  const { id } = await slack.command(words, options);
  await until(
    () => slack.messages.some(({ responseUrlOf }) => responseUrlOf === id),
    () => `no answer to ${words}`,
  );
}

export function leads({ log, isAlive }: Replica): boolean {
  return isAlive && log.lastIndexOf("leader: begins") > log.lastIndexOf("leader: stops");
}

/** Waits for something to happen. If it does not, what was posted and logged tells why. */
export function happening(fleet: Fleet, posts: () => readonly SlackMessage[]) {
  const story = () =>
    [...posts().map(visibleText), ...fleet.replicas.slice(-3).map(({ log }) => log.slice(-2_000))].join("\n---\n");
  return (what: () => boolean) => until(what, story);
}

/** What was posted in a scenario. */
export function seenIn({ fleet, posts }: Stage) {
  return {
    messages: () => inChannel(posts()),
    replies: () => inThreads(posts()),
    happens: happening(fleet, posts),
  };
}
