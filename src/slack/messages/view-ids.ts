// The callback_ids of modals and shortcuts.

export const VIEWS = { runForm: "run_form" } as const;
export type ViewId = (typeof VIEWS)[keyof typeof VIEWS];

/** The same as in the manifest. */
export const SHORTCUTS = { runProject: "run_project" } as const;
export type ShortcutId = (typeof SHORTCUTS)[keyof typeof SHORTCUTS];
