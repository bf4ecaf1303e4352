// What a screen reader calls the projects whose buttons are in one message.

import { ownerOrCreator } from "../../hex/projects.js";
import { folded } from "../../lib/spelling.js";
import { LIMITS } from "./limits.js";
import { shorten } from "./mrkdwn.js";
import type { ProjectShown } from "./project-option.js";
import { titleOf } from "./run-words.js";
import { tellingTitles } from "./telling-titles.js";

/** In characters. What a button does comes before the name. */
const MOST = LIMITS.buttonText - "Run with other inputs: ".length;
const MOST_OF_OWNER = 30;
const MOST_OF_ID = 40;

/** Their titles; with the owner where titles sound the same, and with the id where those have the same owner, too. */
export function spokenNames(projects: readonly ProjectShown[]): string[] {
  const titles = tellingTitles(projects.map(titleOf), MOST);
  const sounds = titles.map(folded);
  const owners = projects.map(ownerOf);
  return projects.map(({ id }, at) => {
    const [title = "", owner = null] = [titles[at], owners[at]];
    const twins = owners.filter((_, other) => other !== at && sounds[other] === sounds[at]);
    if (twins.length === 0) return title;
    const rest = owner === null || twins.includes(owner) ? shorten(id, MOST_OF_ID) : owner;
    return `${shorten(title, MOST - `, ${rest}`.length)}, ${rest}`;
  });
}

function ownerOf(project: ProjectShown): string | null {
  const owner = ownerOrCreator(project);
  return owner === null ? null : shorten(owner, MOST_OF_OWNER);
}
