// The form that the tests fill in, with its project chosen.

import type { OpenForm } from "../sandbox/slack/open-form.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";

/** The form that `/hex run` opens, with the project that "revenue" finds. */
export async function openRevenueForm(person: PersonInSlack): Promise<OpenForm> {
  const form = await person.openForm(() => person.command("run"));
  await form.pick("Project", "revenue");
  await form.shows("Hex does not list");
  return form;
}
