// The people and channels of the workspace, who is in which channel, and where the bot may write.

import type { Identity } from "./identity.js";
import { isRecord, type Json } from "./json.js";
import { Refusal } from "./refusal.js";
import type { Channel, Person } from "./types.js";

export interface Room extends Channel {
  archived: boolean;
  /** It belongs to a workspace of the organization by now in which the app is not installed. */
  isElsewhere?: true;
  readonly members: Set<string>;
  /** The person at the other end of a direct message channel. */
  readonly im?: Person;
}

/** The only group of people that can be mentioned together. */
const USER_GROUP = { id: "S0DATATEAM1", handle: "@data-team" };

export class Directory {
  readonly people: { readonly ada: Person; readonly grace: Person; readonly stranger: Person };
  readonly channels: {
    readonly general: Room;
    readonly data: Room;
    readonly secret: Room;
    readonly team: Room;
    readonly archived: Room;
  };
  /** Another app's bot, which may write where it is a member. */
  readonly otherBot: Person;
  /** Whoever created the workspace: every workspace has an owner. They do nothing, so the names of people do not find them. */
  readonly primaryOwner: Person;
  /** More people of the workspace, who do nothing, either. */
  readonly others: Person[] = [];
  /** The ids of people who were deactivated. */
  readonly deactivated = new Set<string>();
  /** By a person's id. Whoever is not here is an ordinary member. */
  readonly roles = new Map<string, "guest" | "admin">();
  /** The people in each user group, by the group's id. */
  readonly groups: Map<string, Set<string>>;
  /** The groups that are switched off, and what people call a group, without the @, by its id. */
  readonly groupsOff = new Set<string>();
  /** Only paid plans have user groups. */
  hasGroups = true;
  /** The ids of people of whom the bot may know nothing. */
  readonly unseen = new Set<string>();
  readonly groupHandles = new Map([[USER_GROUP.id, USER_GROUP.handle.slice(1)]]);
  /** The workspace of a group. Whichever is not here belongs to the bot's own. */
  readonly groupTeams = new Map<string, string>();
  readonly #rooms = new Map<string, Room>();

  constructor(readonly identity: Identity) {
    const ada = {
      id: "U0ADALOVELA",
      teamId: identity.teamId,
      name: "ada",
      realName: "Ada Lovelace",
      tz: "Europe/Berlin",
      email: "ada@acme.test",
    };
    const grace = {
      id: "U0GRACEHOPP",
      teamId: identity.teamId,
      name: "grace",
      realName: "Grace Hopper",
      tz: "America/New_York",
      email: "grace@acme.test",
    };
    const stranger = {
      id: "U0STRANGER1",
      teamId: "T0OTHERTEAM",
      name: "stranger",
      realName: "Sam Stranger",
      email: "sam@other.test",
    };
    this.people = { ada, grace, stranger };
    this.primaryOwner = { id: "U0OWNERLADY", teamId: identity.teamId, name: "olive", realName: "Olive Owner" };
    this.groups = new Map([[USER_GROUP.id, new Set([ada.id])]]);
    const other = { id: "U0OTHERBOT1", teamId: identity.teamId, name: "otherbot", realName: "Other Bot" };
    this.otherBot = { ...other, botId: "B0OTHERBOT1" };
    const here = [ada.id, grace.id];
    const bot = identity.botUserId;
    this.channels = {
      general: this.#add("C0GENERAL01", "general", here),
      data: this.#add("C0DATATEAM1", "data", [...here, stranger.id, bot]),
      secret: this.#add("C0SECRET001", "secret", here, { private: true }),
      team: this.#add("C0TEAMROOM1", "team", [...here, bot], { private: true }),
      archived: this.#add("C0ARCHIVED1", "archived", [...here, bot], { archived: true }),
    };
  }

  room(id: string): Room | undefined {
    return this.#rooms.get(id);
  }

  /** The channel as the local Slack keeps it, for the one that a test holds. */
  roomOf(channel: Channel): Room {
    const room = this.#rooms.get(channel.id);
    if (!room) throw new Error(`There is no channel ${channel.id} (${channel.name}) in this workspace.`);
    return room;
  }

  person(id: string): Person | undefined {
    return this.everybody().find((person) => person.id === id);
  }

  /** Everybody whom Slack lists: the people of the workspace, with those who have left, and those who share a channel with it. */
  everybody(): Person[] {
    return [this.primaryOwner, ...Object.values(this.people), ...this.others];
  }

  dm(person: Person): Room {
    const id = `D${person.id.slice(1)}`;
    const members = [person.id, this.identity.botUserId];
    return this.#rooms.get(id) ?? this.#add(id, "directmessage", members, { private: true, im: person });
  }

  /** The direct messages of two people, of which the bot knows nothing. */
  dmBetween(one: Person, other: Person): Room {
    const id = `D${one.id.slice(1, 6)}${other.id.slice(1, 6)}`;
    return this.#rooms.get(id) ?? this.#add(id, "directmessage", [one.id, other.id], { private: true, im: other });
  }

  /** Whether people from another workspace are in it. */
  isShared(room: Room): boolean {
    return Object.values(this.people).some(
      ({ id, teamId }) => teamId !== this.identity.teamId && room.members.has(id) && room.im === undefined,
    );
  }

  /** Whether somebody belongs neither to the workspace nor to its organization. */
  isFromElsewhere({ teamId }: Person): boolean {
    const { teamId: home, organization } = this.identity;
    return teamId !== home && organization?.workspaces.includes(teamId) !== true;
  }

  /** Of people from elsewhere, Slack calls those strangers who share no channel with the bot. */
  isStranger(person: Person): boolean {
    const { botUserId: bot } = this.identity;
    return (
      this.isFromElsewhere(person) &&
      ![...this.#rooms.values()].some(
        ({ members, im }) => im === undefined && members.has(person.id) && members.has(bot),
      )
    );
  }

  /**
   * Whether an element that offers people or conversations offers `id` to `person` (a user id). Other elements offer everything.
   */
  offers(element: Json, person: string, id: string): boolean {
    switch (String(element.type).replace("multi_", "")) {
      case "users_select":
        return this.person(id) !== undefined;
      case "channels_select":
        return this.offered(person, { include: ["public"] }).some((room) => room.id === id);
      case "conversations_select":
        return this.offered(person, isRecord(element.filter) ? element.filter : {}).some((room) => room.id === id);
      default:
        return true;
    }
  }

  /** What a conversations_select offers to a person. `filter`: the element's. */
  offered(person: string, filter: Json = {}): Room[] {
    const include = Array.isArray(filter.include) ? filter.include : undefined;
    return [...this.#rooms.values()].filter((room) => {
      if (room.archived || (room.private && !room.members.has(person))) return false;
      if (filter.exclude_external_shared_channels === true && this.isShared(room)) return false;
      if (filter.exclude_bot_users === true && room.im && room.members.has(this.identity.botUserId)) return false;
      return include?.includes(room.im ? "im" : room.private ? "private" : "public") ?? true;
    });
  }

  /**
   * `#channel`, `@person`, `@here` or a group as Slack encodes it, or unchanged if nothing has that name. `named`: it includes a
   * person's name, as in commands.
   */
  mentioned(typed: string, named: boolean): string {
    if (/^@(here|channel|everyone)$/.test(typed)) return `<!${typed.slice(1)}>`;
    if (typed === USER_GROUP.handle) return `<!subteam^${USER_GROUP.id}|${USER_GROUP.handle}>`;
    const { botUserId } = this.identity;
    const people = [...Object.values(this.people), this.otherBot, { id: botUserId, name: "hex" }];
    const candidates = typed.startsWith("#") ? Object.values(this.channels) : people;
    const found = candidates.find(({ name }) => name === typed.slice(1));
    if (!found) return typed;
    return `<${typed.charAt(0)}${found.id}${named || typed.startsWith("#") ? `|${found.name}` : ""}>`;
  }

  /** The channel's name in payloads: Slack hides the names of private channels. */
  payloadName(room: Room): string {
    return room.im ? "directmessage" : room.private ? "privategroup" : room.name;
  }

  /** The channel that the bot knows by `id`. A private channel in which the bot is no member does not exist for it. */
  visible(id: string | undefined): Room {
    const room = id === undefined ? undefined : this.room(id);
    if (!room || (room.private && !room.members.has(this.identity.botUserId))) throw new Refusal("channel_not_found");
    if (room.isElsewhere) throw new Refusal("team_access_not_granted");
    return room;
  }

  /** The channel, if the bot may post there now. `id`: that of a channel, or of a person for the direct messages with them. */
  postable(id: string, scopes: ReadonlySet<string>): Room {
    const person = this.person(id);
    const room = person ? this.dm(person) : this.visible(id);
    if (room.archived) throw new Refusal("is_archived");
    if (!room.members.has(this.identity.botUserId) && !scopes.has("chat:write.public")) {
      throw new Refusal("not_in_channel");
    }
    return room;
  }

  #add(id: string, name: string, members: string[], more: { private?: boolean; archived?: boolean; im?: Person } = {}) {
    const room: Room = { id, name, private: false, archived: false, members: new Set(members), ...more };
    this.#rooms.set(id, room);
    return room;
  }
}
