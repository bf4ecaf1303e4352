// Who is there, where each person can go, and what they may see.

import { stringAt } from "../slack/json.js";
import type { ApiCall, Channel, Person, SlackMessage } from "../slack/server.js";
import type { Choice } from "./controls.js";
import type { Stage } from "./stage.js";

/** What drawing a message needs: the names behind mentions, and the people and channels that menus offer. */
export interface Around {
  names: Names;
  people: readonly Choice[];
  channels: readonly Choice[];
  /** The bot's user id. */
  bot: string;
  /** The app's shortcuts on messages. */
  shortcuts: readonly Choice[];
}

/** What drawing a text needs: names by id, and the time that decides what "today" is (epoch ms). */
export interface Names {
  now: number;
  users: ReadonlyMap<string, string>;
  channels: ReadonlyMap<string, string>;
}

export function personOf({ slack }: Stage, id: string): Person {
  return Object.values(slack.people).find((one) => one.id === id) ?? slack.people.ada;
}

/** Where somebody can go: the public channels of their own workspace, the channels that they are in, and the app itself. */
export function placesOf({ slack }: Stage, person: Person): Channel[] {
  const isHere = person.teamId === slack.teamId;
  const rooms = Object.values(slack.channels).filter(
    (channel) => channel.members.has(person.id) || (isHere && !channel.private),
  );
  return isHere ? [...rooms, slack.dm(person)] : rooms;
}

export function aroundOf({ slack, clock }: Stage, person: Person): Around {
  const people = Object.values(slack.people).map(({ id, realName }) => ({ value: id, text: realName }));
  const rooms = Object.values(slack.channels);
  const offered = rooms.filter((room) => !room.archived && (!room.private || room.members.has(person.id)));
  const names = {
    now: clock.now(),
    users: new Map([...people.map(({ value, text }) => [value, text] as const), [slack.botUserId, "Hex"]]),
    channels: new Map(rooms.map(({ id, name }) => [id, name] as const)),
  };
  const shortcuts = slack.shortcuts
    .filter(({ type }) => type === "message")
    .map(({ callback_id, name }) => ({ value: callback_id, text: name }));
  const channels = offered.map(({ id, name }) => ({ value: id, text: name }));
  return { names, people, channels, bot: slack.botUserId, shortcuts };
}

/** Whether people can write there. */
export function canWrite({ messagesTab, readOnlyMessages }: Stage["slack"], channel: Channel): boolean {
  if (channel.archived) return false;
  return !channel.id.startsWith("D") || (messagesTab && !readOnlyMessages);
}

export function visibleTo(person: Person, message: SlackMessage): boolean {
  return !message.deleted && message.unseen !== true && (message.user === null || message.user === person.id);
}

/** The messages that Slack refused and that would have been here. */
export function refusals({ slack }: Stage, place: string): ApiCall[] {
  const isMessage = (call: ApiCall) => /^(chat\.|views\.|response_url$|ack$)/.test(call.method);
  return slack.calls.filter((call) => !call.answer.ok && isMessage(call) && whereOf(slack, call) === place);
}

function whereOf(slack: Stage["slack"], call: ApiCall): string {
  const wanted = call.channel ?? stringAt(call.args, "channel") ?? "";
  const person = Object.values(slack.people).find((one) => one.id === wanted);
  return person ? slack.dm(person).id : wanted;
}
