// What was typed after the title in `/hex run`, carried by the buttons of the projects to choose from.

import { z } from "zod";
import { optionsSchema, PLAIN_OPTIONS } from "../../runs/run.js";

/** What to start a run with, and whether it is only a dry run. A button's value leaves out whatever has its default. */
export const carriedSchema = z.object({
  inputs: optionsSchema.shape.inputs.default({}),
  fresh: z.boolean().default(false),
  publish: z.boolean().default(false),
  view: z.string().nullable().default(null),
  dryRun: z.boolean().default(false),
});
export type Carried = z.output<typeof carriedSchema>;

/** Stands in for what does not fit into a button's value. */
export const TOO_LONG = "too_long";

/** What is carried when nothing was typed after the title. */
export const NOTHING_CARRIED: Carried = { ...PLAIN_OPTIONS, dryRun: false };

/** What a button's value carries; `undefined` when there is nothing to carry. */
export type CarriedInButton = z.input<typeof carriedSchema> | typeof TOO_LONG | undefined;

/** The form that goes into a button's value; `undefined` when there is nothing to carry. */
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
