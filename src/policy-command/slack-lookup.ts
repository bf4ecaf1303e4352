// Looks up people, user groups and channels in Slack for a program in a terminal.

import { WebClient } from "@slack/web-api";
import type { PolicyName } from "../access/policy.js";
import type { NameFindings } from "../access/unmatched-name.js";
import type { Config } from "../config/config.js";
import type { Clock } from "../lib/clock.js";
import type { Network } from "../lib/network.js";
import { createLogger } from "../log/logger.js";
import { SlackNames } from "../slack/access/slack-names.js";
import type { SlackCall } from "../slack/connection/calls.js";
import { clientOptions } from "../slack/connection/connect.js";
import { identify, type SlackIdentity } from "../slack/connection/identity.js";
import { type AskingOptions, People, type PersonDetails } from "../slack/connection/people.js";
import { SlackRefusals } from "../slack/connection/refusals.js";
import { UserGroups } from "../slack/connection/user-groups.js";

/** The pause between two questions about names, in ms. */
const PAUSE_MS = 200;
/** The longest time for all of them, in ms. */
const NAMES_MS = 60_000;

export class SlackLookup {
  readonly #asking: AskingOptions;
  #identity: Promise<SlackIdentity> | null = null;
  #people: Promise<People> | null = null;
  #groups: Promise<UserGroups> | null = null;

  constructor(slack: Pick<Config["slack"], "botToken" | "apiUrl">, clock: Clock, network: Network) {
    const log = createLogger({ level: "warn", pretty: true, destination: 2, secrets: [slack.botToken] });
    const slackRefusals = new SlackRefusals(clock);
    const onCall = (call: SlackCall) => slackRefusals.observe(call);
    const options = clientOptions({ config: slack, log, onCall, network, botToken: null });
    this.#asking = { slack: new WebClient(slack.botToken, options), slackRefusals, clock, log };
  }

  /** Never rejects: what Slack does not say is not known. */
  async details(id: string): Promise<PersonDetails> {
    this.#people ??= this.#identify().then(
      (home) => new People({ ...this.#asking, home }),
      () => new People({ ...this.#asking, home: null }),
    );
    return (await this.#people).of(id);
  }

  /** The people in each of these groups, as far as Slack says. Never rejects because of Slack. */
  async members(groups: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    if (groups.length === 0) return new Map();
    this.#groups ??= this.#identify().then(
      ({ workspaces }) => new UserGroups({ ...this.#asking, workspaces }),
      () => new UserGroups({ ...this.#asking, workspaces: [] }),
    );
    return (await this.#groups).of(groups);
  }

  /** The names that match nobody in Slack. Rejects with a WebClient's error when Slack does not accept the token. */
  async names(names: readonly PolicyName[]): Promise<NameFindings> {
    const check = new SlackNames({ ...this.#asking, home: await this.#identify(), pauseMs: PAUSE_MS });
    return check.check(names, AbortSignal.timeout(NAMES_MS));
  }

  /** Which workspaces there are has to be known before Slack is asked about groups. */
  #identify(): Promise<SlackIdentity> {
    this.#identity ??= identify(this.#asking.slack);
    return this.#identity;
  }
}
