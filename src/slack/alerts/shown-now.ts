// What may be shown at the moment in the conversations that are told of projects.

import type { ShownProjects, ShownTo } from "../access/audience.js";

/** Whether a project may be shown in a conversation. A conversation that was not asked about is shown nothing. */
export type ShownNow = (channel: string, projectId: string) => boolean;

/** A conversation, and whoever wants it to be told. `setBy`: `null` when nobody wants that any more. */
export interface ToldPlace {
  channel: string;
  setBy: string | null;
}

/** Asks about each conversation once. */
export async function shownNow(shownTo: ShownTo, told: readonly ToldPlace[]): Promise<ShownNow> {
  const places = new Map(told.map((place) => [`${place.channel} ${place.setBy}`, place]));
  const shown = new Map<string, ShownProjects[]>();
  await Promise.all(
    [...places.values()].map(async ({ channel, setBy }) => {
      const projects = await shownTo({ channel, person: setBy });
      shown.set(channel, [...(shown.get(channel) ?? []), projects]);
    }),
  );
  return (channel, projectId) => shown.get(channel)?.some((projects) => projects.has(projectId)) ?? false;
}
