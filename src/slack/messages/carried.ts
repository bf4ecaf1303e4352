// What was typed behind the title in `/hex run`, on its way through the buttons of the projects to choose from.

import { z } from "zod";
import { optionsSchema, PLAIN_OPTIONS } from "../../runs/run.js";

/** What a run is started with, and whether it is only to be tried. What holds for most runs is left out in a button's value. */
export const carriedSchema = z.object({
  inputs: optionsSchema.shape.inputs.default({}),
  fresh: z.boolean().default(false),
  publish: z.boolean().default(false),
  view: z.string().nullable().default(null),
  dryRun: z.boolean().default(false),
});
export type Carried = z.output<typeof carriedSchema>;

/** In place of what a button's value cannot hold. */
export const TOO_LONG = "too_long";

/** What is carried when nothing was typed. */
export const NOTHING_CARRIED: Carried = { ...PLAIN_OPTIONS, dryRun: false };

/** As it stands in a button's value; undefined when there is nothing to carry. */
export function packed({ inputs, fresh, publish, view, dryRun }: Carried): z.input<typeof carriedSchema> | undefined {
  const wanted = {
    inputs: Object.keys(inputs).length > 0 ? inputs : undefined,
    fresh: fresh || undefined,
    publish: publish || undefined,
    view: view ?? undefined,
    dryRun: dryRun || undefined,
  };
  return Object.values(wanted).some((value) => value !== undefined) ? wanted : undefined;
}
