// What somebody typed to name a project, carried by the buttons of the projects to choose from.

import { z } from "zod";
import { LEVELS } from "../../follow/watch.js";
import { idSchema } from "../../hex/ids.js";
import { carriedSchema, NOTHING_CARRIED, packed } from "./carried.js";
import { LIMITS } from "./limits.js";

/** What the project is for: to run it, to see its runs, to cancel one of them, or to watch it. */
export const PURPOSES = ["run", "runs", "cancel", "watch"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** `text` is the name as it was typed; `carried` is what to start a run with; `level` and `page` are what a watch tells. */
export const choiceSchema = z.object({
  purpose: z.enum(PURPOSES).default("run"),
  text: z.string(),
  carried: carriedSchema.default(NOTHING_CARRIED),
  level: z.enum(LEVELS).default("trouble"),
  page: z.boolean().default(false),
});
export type Choice = z.output<typeof choiceSchema>;

/** A choice of a project for a purpose to which nothing else belongs. */
export function plainChoice(purpose: "runs" | "cancel", text: string): Choice {
  return choiceSchema.parse({ purpose, text });
}

/** Stands in for a choice that is too long for a button's value. The choice itself is stored under the button's nonce. */
export const KEPT = "kept";
const inButton = z.union([choiceSchema, z.literal(KEPT)]);
export type ChoiceInButton = z.output<typeof inButton>;

/** The value of a button that picks a project. `nonce` is the same in all buttons of one rendering. */
export const chosenSchema = z.object({ nonce: z.string(), project: idSchema, choice: inButton });
export type Chosen = z.output<typeof chosenSchema>;
/** The value of a button that asks for other projects. `passed` holds the ids of those already shown. */
export const othersSchema = z.object({ nonce: z.string(), passed: z.array(z.string()), choice: inButton });

/** Whether the choice fits into a button's value. */
export function fitsButton(choice: Choice): boolean {
  return JSON.stringify(JSON.stringify(inValue(choice))).length <= LIMITS.choiceInButton;
}

/** The form that goes into a button's value. Whatever has its default is left out. */
export function inValue({ purpose, text, carried, level, page }: Choice): z.input<typeof choiceSchema> {
  return {
    purpose: purpose === "run" ? undefined : purpose,
    text,
    carried: packed(carried),
    level: level === "trouble" ? undefined : level,
    page: page || undefined,
  };
}
