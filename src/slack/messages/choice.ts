// What somebody typed to name a project, carried by the buttons of the projects to choose from.

import { z } from "zod";
import { LEVELS } from "../../follow/watch.js";
import { idSchema } from "../../hex/ids.js";
import { carriedSchema, NOTHING_CARRIED, packed } from "./carried.js";
import { LIMITS } from "./limits.js";

const text = z.string();
/** To run it. Old buttons do not say so. `carried` is what to start the run with. */
export const runChoiceSchema = z.object({
  purpose: z.literal("run").default("run"),
  text,
  carried: carriedSchema.default(NOTHING_CARRIED),
});
/** To watch it. `level` and `page` are what the watch tells. */
export const watchChoiceSchema = z.object({
  purpose: z.literal("watch"),
  text,
  level: z.enum(LEVELS).default("trouble"),
  page: z.boolean().default(false),
});
/** To see its runs, or to cancel one of them. */
export const listChoiceSchema = z.object({ purpose: z.enum(["runs", "cancel"]), text });

/** `text` is the name as it was typed, and `purpose` is what the project is for. */
export const choiceSchema = z.union([runChoiceSchema, watchChoiceSchema, listChoiceSchema]);
export type Choice = z.output<typeof choiceSchema>;
export type Purpose = Choice["purpose"];

/** Stands in for a choice that is too long for a button's value. The choice itself is stored under the button's nonce. */
export const KEPT = "kept";
const inButton = z.union([choiceSchema, z.literal(KEPT)]);

/** The value of a button that picks a project. `nonce` is the same in all buttons of one rendering. */
export const chosenSchema = z.object({ nonce: z.string(), project: idSchema, choice: inButton });
export type Chosen = z.output<typeof chosenSchema>;
/** The value of a button that asks for other projects. `passed` holds the ids of those already shown. */
export const othersSchema = z.object({ nonce: z.string(), passed: z.array(z.string()), choice: inButton });

/** Whether the choice fits into a button's value. */
export function fitsButton(choice: Choice): boolean {
  return JSON.stringify(JSON.stringify(inValue(choice))).length <= LIMITS.choiceInButton;
}

/** The form that goes into a button's value, without defaults. */
export function inValue(choice: Choice): z.input<typeof choiceSchema> {
  return choice.purpose === "run" ? { text: choice.text, carried: packed(choice.carried) } : choice;
}
