// What may be shown at the moment in the conversations that are told of projects.

import { type Answer, anyOf } from "../../access/answer.js";
import { isAmongShown, type Shown, type ShownTo } from "../access/audience.js";

/** Whether a project may be shown in a conversation; `null`: not known now. A conversation that was not asked about is shown nothing. */
export type ShownNow = (channel: string, projectId: string) => Answer;

/** A conversation, and the person who wants it to be told. `setBy`: `null` when nobody wants that any more. */
export interface ToldPlace {
  channel: string;
  setBy: string | null;
}

/** Asks once about each conversation and person. Where somebody wants it to be told, only they count: they may not use the bot any more. */
export async function shownNow(shownTo: ShownTo, told: readonly ToldPlace[]): Promise<ShownNow> {
  const wishers = new Map<string, Set<string>>();
  for (const { channel, setBy } of told) {
    const here = wishers.get(channel) ?? new Set();
    wishers.set(channel, setBy === null ? here : here.add(setBy));
  }
  const shown = new Map<string, Shown[]>();
  await Promise.all(
    [...wishers].map(async ([channel, people]) => {
      const readers = people.size === 0 ? [null] : [...people];
      shown.set(channel, await Promise.all(readers.map((person) => shownTo({ channel, person }))));
    }),
  );
  return (channel, projectId) => anyOf(shown.get(channel) ?? [], (one) => isAmongShown(one, projectId));
}
