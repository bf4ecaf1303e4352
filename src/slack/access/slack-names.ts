// Whether the people, user groups and channels that the rules name exist in Slack.

import type { WebClient } from "@slack/web-api";
import type { PolicyName } from "../../access/policy.js";
import {
  type NameFindings,
  type NameKind,
  NOTHING_FOUND,
  together,
  type UncheckedNames,
  type UnmatchedName,
  type WhyUnmatched,
} from "../../access/unmatched-name.js";
import type { Clock } from "../../lib/clock.js";
import { closest } from "../../lib/closest.js";
import { DAY, HOUR } from "../../lib/time.js";
import { asSlackFailure, NO_CHANNEL, NO_GROUPS, NO_PERSON, type SlackFailure } from "../connection/failures.js";
import type { Installation } from "../connection/members.js";
import { isFromElsewhere } from "../connection/people.js";
import { accountState, conversationState, readAnswer, userGroups } from "../connection/read-answer.js";
import type { SlackRefusals } from "../connection/refusals.js";
import { MOST_WORKSPACES } from "../connection/user-groups.js";

export interface SlackNamesOptions {
  slack: WebClient;
  slackRefusals: Pick<SlackRefusals, "now">;
  clock: Clock;
  /** Where the bot belongs. The user groups of its `workspaces` count: Slack has to be told of these. */
  home: Installation;
  /** The pause between two requests, in ms, so that those for somebody who waits are not held up. */
  pauseMs: number;
}

/** How many people, and how many channels, are asked about at a time. Of the latter, Slack tells about fifty a minute. */
const MOST_AT_A_TIME = 100;
/** How long an answer counts, in ms: a little less than until the next daily check. */
const KNOWN_MS = DAY - HOUR;

interface Group {
  id: string;
  handle: string | null;
  isOn: boolean;
}

/** `why` is `null` for what exists. */
interface Verdict {
  why: WhyUnmatched | null;
  /** By the monotonic clock, in ms. */
  at: number;
}

/** A kind of name about which Slack is asked one by one. */
interface Asked {
  kind: Extract<NameKind, "person" | "channel">;
  /** Without it, Slack does not say. */
  scope: string;
  /** Resolves to why the name matches nobody. Rejects with a WebClient's error. */
  ask: (id: string) => Promise<WhyUnmatched | null>;
  /** What Slack's refusals of a name mean. For any other, it has not said. */
  refusals: Readonly<Record<string, WhyUnmatched | null>>;
}

export class SlackNames {
  /** By id, since people and channels have different ones. */
  readonly #verdicts = new Map<string, Verdict>();

  constructor(private readonly options: SlackNamesOptions) {}

  /** Takes as long as the pauses between the requests. What `signal` leaves out is not looked up. Rejects only for a mistake in the bot. */
  async check(names: readonly PolicyName[], signal: AbortSignal): Promise<NameFindings> {
    const of = (kind: NameKind) => names.filter((name) => name.kind === kind);
    this.#forgetOthers(names);
    return together(
      await this.#groups(of("group")),
      await this.#oneByOne(of("person"), this.#people, signal),
      // Slack tells the bot about no direct messages but its own.
      await this.#oneByOne(
        of("channel").filter(({ text }) => text.startsWith("C")),
        this.#channels,
        signal,
      ),
    );
  }

  readonly #people: Asked = {
    kind: "person",
    scope: "users:read",
    ask: async (user) => {
      const answer = await this.options.slack.users.info({ user });
      const { user: account } = readAnswer("users.info", accountState, answer);
      if (account.deleted) return "left";
      if (account.is_bot) return "bot";
      return isFromElsewhere(account, this.options.home) ? "stranger" : null;
    },
    refusals: { [NO_PERSON]: "unknown" },
  };

  readonly #channels: Asked = {
    kind: "channel",
    scope: "channels:read",
    ask: async (channel) => {
      const answer = await this.options.slack.conversations.info({ channel });
      return readAnswer("conversations.info", conversationState, answer).channel.is_archived ? "archived" : null;
    },
    refusals: { [NO_CHANNEL]: "unknown" },
  };

  /** All groups come in one answer for each workspace. */
  async #groups(names: readonly PolicyName[]): Promise<NameFindings> {
    if (names.length === 0) return NOTHING_FOUND;
    if (!this.#isGranted("usergroups:read")) return unchecked("group", names.length, SCOPE("usergroups:read"));
    const groups = await this.#allGroups();
    if (groups instanceof Error) return unchecked("group", names.length, whyNot(groups, "usergroups:read"));
    const byId = new Map(groups.map((group) => [group.id, group]));
    const unknown = names.filter(({ text }) => !byId.has(text));
    const switchedOff = names.flatMap((name): UnmatchedName[] => {
      const known = byId.get(name.text);
      if (known === undefined || known.isOn) return [];
      return [{ name, why: "switched_off", meant: { text: known.id, label: known.handle } }];
    });
    return together({ unmatched: switchedOff, unchecked: [] }, this.#inNoWorkspace(unknown, groups));
  }

  /** A group that was not found may be in a workspace that was not asked about. */
  #inNoWorkspace(names: readonly PolicyName[], groups: readonly Group[]): NameFindings {
    if (names.length > 0 && this.options.home.workspaces.length > MOST_WORKSPACES)
      return unchecked("group", names.length, { kind: "workspaces", most: MOST_WORKSPACES });
    const unmatched = names.map((name): UnmatchedName => ({ name, why: "unknown", meant: nearestGroup(name, groups) }));
    return { unmatched, unchecked: [] };
  }

  async #allGroups(): Promise<Group[] | SlackFailure> {
    const { slack, home } = this.options;
    const { workspaces } = home;
    const teams = workspaces.length === 0 ? [{}] : workspaces.slice(0, MOST_WORKSPACES).map((team_id) => ({ team_id }));
    const found: Group[] = [];
    for (const team of teams) {
      try {
        const answer = await slack.usergroups.list({ include_disabled: true, ...team });
        for (const { id, handle, date_delete } of readAnswer("usergroups.list", userGroups, answer).usergroups) {
          found.push({ id, handle: handle === undefined ? null : `@${handle}`, isOn: (date_delete ?? 0) === 0 });
        }
      } catch (error) {
        const failure = asSlackFailure(error);
        if (failure.word !== NO_GROUPS) return failure;
      }
    }
    return found;
  }

  async #oneByOne(names: readonly PolicyName[], asked: Asked, signal: AbortSignal): Promise<NameFindings> {
    if (names.length === 0) return NOTHING_FOUND;
    if (!this.#isGranted(asked.scope)) return unchecked(asked.kind, names.length, SCOPE(asked.scope));
    const why = await this.#askAll(names, asked, signal);
    const open = names.filter(({ text }) => !this.#verdicts.has(text)).length;
    return together(
      {
        unmatched: names.flatMap((name): UnmatchedName[] => {
          const verdict = this.#verdicts.get(name.text)?.why ?? null;
          return verdict === null ? [] : [{ name, why: verdict, meant: null }];
        }),
        unchecked: [],
      },
      open === 0 ? NOTHING_FOUND : unchecked(asked.kind, open, why),
    );
  }

  /** Asks about those who were asked about longest ago. @returns why the others were not */
  async #askAll(names: readonly PolicyName[], asked: Asked, signal: AbortSignal): Promise<UncheckedNames["why"]> {
    const { clock, pauseMs } = this.options;
    const now = clock.monotonic();
    const askedAt = ({ text }: PolicyName) => this.#verdicts.get(text)?.at ?? Number.NEGATIVE_INFINITY;
    const due = names.filter((name) => now - askedAt(name) >= KNOWN_MS).sort((a, b) => askedAt(a) - askedAt(b));
    let missed: UncheckedNames["why"] | null = null;
    for (const { text } of due.slice(0, MOST_AT_A_TIME)) {
      if (signal.aborted) break;
      const failure = await this.#ask(text, asked);
      if (failure !== null) missed = whyNot(failure, asked.scope);
      // The others would be refused, too.
      if (failure?.kind === "rate_limited" || failure?.kind === "credentials") break;
      await clock.sleep(pauseMs, signal);
    }
    return missed ?? { kind: "later" };
  }

  /** @returns why Slack has not said */
  async #ask(id: string, { ask, refusals }: Asked): Promise<SlackFailure | null> {
    const note = (why: WhyUnmatched | null) => {
      this.#verdicts.set(id, { why, at: this.options.clock.monotonic() });
      return null;
    };
    try {
      return note(await ask(id));
    } catch (error) {
      const failure = asSlackFailure(error);
      const why = refusals[failure.word];
      return why === undefined ? failure : note(why);
    }
  }

  #forgetOthers(names: readonly PolicyName[]): void {
    const named = new Set(names.map(({ text }) => text));
    for (const id of [...this.#verdicts.keys()]) if (!named.has(id)) this.#verdicts.delete(id);
  }

  /** While Slack has not said which scopes the app has, it is asked. */
  #isGranted(scope: string): boolean {
    return this.options.slackRefusals.now().granted?.includes(scope) ?? true;
  }
}

const SCOPE = (scope: string) => ({ kind: "scope", scope }) as const;

function unchecked(kind: NameKind, count: number, why: UncheckedNames["why"]): NameFindings {
  return { unmatched: [], unchecked: [{ kind, count, why }] };
}

function whyNot({ word }: SlackFailure, scope: string): UncheckedNames["why"] {
  return word === "missing_scope" ? SCOPE(scope) : { kind: "failed" };
}

/** The group whose id is nearly the same, or whose handle is nearly the name that the file has for it. */
function nearestGroup({ text, alias }: PolicyName, groups: readonly Group[]): UnmatchedName["meant"] {
  const usable = groups.filter(({ isOn }) => isOn);
  const id = closest(
    text,
    usable.map((group) => group.id.toLowerCase()),
  );
  const handle =
    alias === null
      ? null
      : closest(
          `@${alias}`,
          usable.flatMap((group) => group.handle?.toLowerCase() ?? []),
        );
  const found =
    usable.find((group) => group.id.toLowerCase() === id) ??
    usable.find((group) => handle !== null && group.handle?.toLowerCase() === handle);
  return found === undefined ? null : { text: found.id, label: found.handle };
}
