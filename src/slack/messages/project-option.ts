// A project as an option of a picker.

import type { PlainTextOption } from "@slack/types";
import type { Project } from "../../hex/schema.js";
import { LIMITS } from "./limits.js";
import { dotted, plainDate } from "./mrkdwn.js";
import { textObject } from "./views.js";

/** Longest id of a project that an option, and a form's block_ids, have room for. Hex's have 36 characters. */
export const MAX_PROJECT_ID = LIMITS.optionValue;

/** What is known of it; of one that is not in the catalog, its id and title. */
export type ProjectShown = Pick<Project, "id" | "title"> & Partial<Project>;

/** Its title, and who owns it and when it was last published. */
export function projectOption({ id, title, owner, creator, lastPublishedAt }: ProjectShown): PlainTextOption {
  const details = dotted(
    owner?.email ?? creator?.email ?? null,
    lastPublishedAt == null ? null : `published ${plainDate(lastPublishedAt).slice(0, "2026-11-02".length)}`,
  );
  return {
    text: textObject(title.trim() || id, LIMITS.optionText),
    value: id,
    ...(details === "" ? {} : { description: textObject(details, LIMITS.optionText) }),
  };
}
