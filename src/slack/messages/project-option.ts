// A project as an option in a picker.

import type { PlainTextOption } from "@slack/types";
import { ownerOrCreator, type ProjectNamed } from "../../hex/projects.js";
import type { Project } from "../../hex/schema.js";
import { textObject } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { dotted, plainDate } from "./mrkdwn.js";

/** The longest project id that fits into an option and a form's block_ids. Hex's ids have 36 characters. */
export const MAX_PROJECT_ID = LIMITS.optionValue;

/** What is known about a project; only its id and title if it is not in the catalog. */
export type ProjectShown = ProjectNamed & Partial<Project>;

/** Shows the project's title, its owner and when it was last published. */
export function projectOption(project: ProjectShown): PlainTextOption {
  const { id, title, lastPublishedAt } = project;
  const details = dotted(
    ownerOrCreator(project),
    lastPublishedAt == null ? null : `published ${plainDate(lastPublishedAt).slice(0, "2026-11-02".length)}`,
  );
  return {
    text: textObject(title.trim() || id, LIMITS.optionText),
    value: id,
    ...(details === "" ? {} : { description: textObject(details, LIMITS.optionText) }),
  };
}
