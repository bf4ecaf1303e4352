// Who has an e-mail address in Slack. Answers are kept, because the same owners are asked about again and again.

import { keepLatest } from "../../lib/keep-latest.js";
import { DAY, HOUR, MINUTE } from "../../lib/time.js";
import { asSlackFailure, NOBODY } from "./failures.js";
import type { AskingOptions } from "./people.js";
import { personFound, readAnswer } from "./read-answer.js";

/** How long (ms) an answer is kept: somebody, nobody, and no answer at all. */
const KNOWN_MS = DAY;
const NOBODY_MS = HOUR;
const FAILED_MS = MINUTE / 2;
/** How many answers are kept. */
const MOST = 1_000;

/** Who has an address. */
export interface PersonByEmail {
  /** A person's id; `null` when Slack knows nobody with the address, or only somebody deactivated, or does not say. */
  id: string | null;
  /** Whether Slack has said so. `not_yet`: it may soon say something else. `never`: the app lacks the scope. */
  said: "yes" | "not_yet" | "never";
}

interface Answer extends PersonByEmail {
  /** When Slack was asked, by the monotonic clock, in ms. */
  at: number;
}

export class PeopleByEmail {
  /** By the address in lower case, oldest first. */
  readonly #answers = new Map<string, Answer>();
  readonly #underWay = new Map<string, Promise<PersonByEmail>>();

  constructor(private readonly options: AskingOptions) {}

  /**
   * Needs the optional scope `users:read.email`, and asks nothing without it. Never rejects because of Slack.
   * @returns a person's id, or null when Slack knows nobody with the address, or only somebody deactivated, or does not answer
   */
  async idOf(email: string): Promise<string | null> {
    return (await this.of(email)).id;
  }

  /**
   * The same, and whether Slack has said so.
   * @param nobodyMs for how long (ms) Slack's answer that it knows nobody with the address counts
   */
  async of(email: string, nobodyMs = NOBODY_MS): Promise<PersonByEmail> {
    const { slackRefusals, clock } = this.options;
    if (slackRefusals.now().declinedScopes.includes("users:read.email")) return { id: null, said: "never" };
    const address = email.trim().toLowerCase();
    const known = this.#answers.get(address);
    if (known !== undefined && clock.monotonic() < known.at + keptMs(known, nobodyMs)) return known;
    const asked = this.#underWay.get(address) ?? this.#ask(address).finally(() => this.#underWay.delete(address));
    this.#underWay.set(address, asked);
    return asked;
  }

  async #ask(email: string): Promise<PersonByEmail> {
    const { slack, log } = this.options;
    try {
      const answer = readAnswer("users.lookupByEmail", personFound, await slack.users.lookupByEmail({ email }));
      return this.#keep(email, { id: answer.user.id, said: "yes" });
    } catch (error) {
      const failure = asSlackFailure(error);
      if (failure.word === NOBODY) return this.#keep(email, { id: null, said: "yes" });
      log.warn({ failure: failure.facts }, "Slack does not say who a project's owner is: %s", failure.word);
      return this.#keep(email, { id: null, said: "not_yet" });
    }
  }

  #keep(email: string, found: PersonByEmail): PersonByEmail {
    keepLatest(this.#answers, email, { ...found, at: this.options.clock.monotonic() }, MOST);
    return found;
  }
}

function keptMs({ id, said }: PersonByEmail, nobodyMs: number): number {
  if (said !== "yes") return FAILED_MS;
  return id === null ? nobodyMs : KNOWN_MS;
}
