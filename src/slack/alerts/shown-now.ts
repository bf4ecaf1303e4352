// What may be shown at the moment in the conversations that are told of projects.

import { type Answer, anyOf } from "../../access/answer.js";
import { isAmongShown, type Shown, type ShownTo } from "../access/audience.js";

/** Whether a project may be shown in a conversation; `null`: not known now. A conversation that was not asked about is shown nothing. */
export type ShownNow = (channel: string, projectId: string) => Answer;

/** A conversation, and whoever wants it to be told. `setBy`: `null` when nobody wants that any more. */
export interface ToldPlace {
  channel: string;
  setBy: string | null;
}

/** Asks about each conversation once. */
export async function shownNow(shownTo: ShownTo, told: readonly ToldPlace[]): Promise<ShownNow> {
  const places = new Map(told.map((place) => [`${place.channel} ${place.setBy}`, place]));
  const shown = new Map<string, Shown[]>();
  await Promise.all(
    [...places.values()].map(async ({ channel, setBy }) => {
      const projects = await shownTo({ channel, person: setBy });
      shown.set(channel, [...(shown.get(channel) ?? []), projects]);
    }),
  );
  return (channel, projectId) => anyOf(shown.get(channel) ?? [], (one) => isAmongShown(one, projectId));
}
