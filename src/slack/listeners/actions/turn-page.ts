// *Previous* and *Next* under a list of projects.

import { z } from "zod";
import { projectsPage } from "../../flows/list-projects.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { carriedSchema, NOTHING_CARRIED, TOO_LONG } from "../../messages/carried.js";
import { searchGoneMessage } from "../../messages/projects.js";
import { searchedSchema } from "../../messages/searched.js";
import { type Action, withValue } from "./action.js";

const pageValue = z.object({
  nonce: z.string().default(""),
  words: searchedSchema,
  page: z.number(),
  carried: z.union([carriedSchema, z.literal(TOO_LONG)]).default(NOTHING_CARRIED),
});

const press = withValue(pageValue, async (bot, click, at) => {
  const page = await projectsPage(bot, click, at);
  await (page === null ? click.respond(searchGoneMessage()) : click.replace(page));
});

export const previousPage: Action = { id: ACTIONS.projectsPrevious, deed: null, press };
export const nextPage: Action = { id: ACTIONS.projectsNext, deed: null, press };
