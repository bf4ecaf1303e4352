// Scenarios in which the bot is killed, on either store. Those of a group follow each other on one fleet: the process that took over
// in one of them is killed in the next.

import { afterAll, expect, test } from "vitest";
import {
  isStart,
  type Project,
  type RecordedRequest,
  type Run,
  type RunBehaviour,
  type SimulatedHex,
} from "../sandbox/hex/server.js";
import { type LocalSlack, type Person, type SlackMessage, visibleText } from "../sandbox/slack/server.js";
import { Fleet, type LocalPostgres, type Replica, type StoreKind } from "./fleet.js";

export const STORES: StoreKind[] = ["sqlite", "postgres"];

export interface Stage {
  fleet: Fleet;
  bot: Replica;
  hex: SimulatedHex;
  slack: LocalSlack;
  project: (run?: Partial<RunBehaviour>) => Project;
  /** Resolves once Hex is asked something in this scenario. */
  asked: (match: (request: RecordedRequest) => boolean) => Promise<unknown>;
  /** The requests to start a run, the runs in Hex, and the cards of this scenario. */
  starts: () => RecordedRequest[];
  runs: () => readonly Run[];
  cards: () => SlackMessage[];
  /** All messages that the bot has posted in this scenario, those in threads too. */
  posts: () => SlackMessage[];
  /** Ends this scenario's runs that never end by themselves. */
  complete: () => void;
  /** This scenario's messages between the bot and a person. */
  direct: (person: Person) => SlackMessage[];
  cardShows: (text: string) => Promise<SlackMessage>;
  /** Exactly one card is there, and it is true. */
  expectOneCard: (text: string) => void;
}

export interface ScenarioOptions {
  /** How many times as fast as the machine's clocks. */
  speed: number;
  /** Variables beside the usual ones. */
  env?: Record<string, string>;
}

let databases = 0;

/** @returns begins a group of scenarios on a store, and returns how to add one to it */
export function scenarioGroups(postgres: Pick<LocalPostgres, "database">, { speed, env = {} }: ScenarioOptions) {
  return (kind: StoreKind) => scenarioGroup(() => newFleet(kind));

  async function newFleet(kind: StoreKind): Promise<Fleet> {
    return Fleet.start(kind === "sqlite" ? null : await postgres.database(`crash${databases++}`), speed, env);
  }
}

function scenarioGroup(newFleet: () => Promise<Fleet>) {
  let fleet: Fleet | null = null;
  afterAll(() => fleet?.stop());

  /** What the scenarios before have left is there already, and is none of this one's business. */
  async function stage(): Promise<Stage> {
    fleet ??= await newFleet();
    const all = fleet;
    const { hex, slack } = all;
    for (const { faults } of [hex, slack]) faults.clear();
    const requested = hex.requests.length;
    const ran = hex.workspace.runs.length;
    const written = new Set(slack.messages);
    const cards = () => all.cards.filter((card) => !written.has(card));
    return {
      fleet: all,
      hex,
      slack,
      bot: all.replicas.find(({ isAlive }) => isAlive) ?? (await all.add()),
      project: (run = {}) =>
        hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 2_000, runningMs: 16_000, ...run } }),
      asked: (match) => hex.waitFor(match, requested),
      starts: () => hex.requests.slice(requested).filter(isStart),
      runs: () => hex.workspace.runs.slice(ran),
      cards,
      posts: () => slack.messages.filter((one) => !written.has(one) && one.via === "postMessage"),
      complete() {
        for (const { id } of hex.workspace.runs.slice(ran)) hex.workspace.finishRun(id, "COMPLETED");
      },
      direct: (person) => slack.messages.filter((one) => !written.has(one) && one.channel === slack.dm(person).id),
      cardShows: (text) => all.cardShows(text, cards),
      expectOneCard(text) {
        expect(slack.refused).toEqual([]);
        expect(cards().map((card) => visibleText(card).includes(text))).toEqual([true]);
      },
    };
  }

  return (name: string, play: (stage: Stage) => Promise<void>) =>
    test.sequential(name, async ({ onTestFailed }) => {
      // Whatever state it is in, the next scenario begins anew.
      onTestFailed(async () => {
        await fleet?.stop();
        fleet = null;
      });
      await play(await stage());
    });
}
