// What somebody typed to name a project, on its way through the buttons of the projects to choose from.

import { z } from "zod";
import { carriedSchema, NOTHING_CARRIED, packed } from "./carried.js";

/** What the project is wanted for: to run it, to see its runs, or to cancel one of them. */
export const PURPOSES = ["run", "runs", "cancel"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** `text`: the name as it was typed. `carried`: what a run is to be started with. */
export const choiceSchema = z.object({
  purpose: z.enum(PURPOSES).default("run"),
  text: z.string(),
  carried: carriedSchema.default(NOTHING_CARRIED),
});
export type Choice = z.output<typeof choiceSchema>;

/** In place of a choice that is too long for a button's value: it is kept in the store under the button's nonce. */
export const KEPT = "kept";
const inButton = z.union([choiceSchema, z.literal(KEPT)]);
export type ChoiceInButton = z.output<typeof inButton>;

/** The value of a button that takes one of the projects. `nonce`: the same in all buttons of one rendering. */
export const chosenSchema = z.object({ nonce: z.string(), project: z.string(), choice: inButton });
export type Chosen = z.output<typeof chosenSchema>;
/** The value of a button that asks for others. `passed`: the ids of those that were shown already. */
export const othersSchema = z.object({ nonce: z.string(), passed: z.array(z.string()), choice: inButton });

/** Longest choice in a button's value, in characters of the message's JSON: five of them leave room for the projects. */
const LONGEST = 700;

/** Whether a button can carry it. */
export function fitsButton(choice: Choice): boolean {
  return JSON.stringify(JSON.stringify(inValue(choice))).length <= LONGEST;
}

/** As it goes into a button's value. What holds for most choices is left out. */
export function inValue({ purpose, text, carried }: Choice): z.input<typeof choiceSchema> {
  return { purpose: purpose === "run" ? undefined : purpose, text, carried: packed(carried) };
}
