// The action_ids of all buttons. Messages that carry them stay in Slack forever, so a new meaning needs a new id.

export const ACTIONS = {
  cancelRun: "cancel_run",
  cancelHexRun: "cancel_hex_run",
  approveRun: "approve_run",
  declineRun: "decline_run",
  runAgain: "run_again",
  lookAgain: "look_again",
  tellMe: "tell_me",
  runProject: "run_project",
  openForm: "open_form",
  homeSearch: "home_search",
  openDraft: "open_draft",
  runProjectForm: "run_project_form",
  runWithChanges: "run_with_changes",
  formProject: "form_project",
  formTypedProject: "form_typed_project",
  projectsPrevious: "projects_previous",
  projectsNext: "projects_next",
  runChosen: "run_chosen_project",
  changeInputs: "change_inputs",
  showChosen: "show_chosen_project",
  otherProjects: "other_projects",
  cancelListed: "cancel_listed_run",
  watchChosen: "watch_chosen_project",
  unwatch: "unwatch",
  onIt: "on_it",
  silence: "silence",
  endSilence: "end_silence",
} as const;
export type ActionId = (typeof ACTIONS)[keyof typeof ACTIONS];

/** `null` for a button from another version of the bot. */
export function knownAction(actionId: string): ActionId | null {
  return Object.values(ACTIONS).find((id) => id === actionId) ?? null;
}
