// The form that the tests fill in, with its project picked.

import type { OpenForm } from "../sandbox/slack/open-form.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";

/** As `/hex run` opens it, with the project that is found by "revenue". */
export async function openRevenueForm(person: PersonInSlack): Promise<OpenForm> {
  const form = await person.openForm(() => person.command("run"));
  await form.pick("Project", "revenue");
  await form.shows("Hex does not list");
  return form;
}
