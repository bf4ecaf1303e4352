// The app's modals.

import { entriesIn, within } from "./forms.js";
import type { Screen } from "./live.js";

export function listenToDialogs(screen: Screen): void {
  screen.onChange(() => {
    for (const modal of document.querySelectorAll<HTMLDialogElement>("dialog[data-modal]:not([open])"))
      modal.showModal();
  });
  document.addEventListener("submit", (event) => {
    const form = within(event.target, "[data-submit]");
    if (!form) return;
    event.preventDefault();
    void screen.do({ do: "submit", view: form.dataset.submit ?? "", entries: entriesIn(form) }).then(({ errors }) => {
      // Moves the focus to what must be corrected, for people who can't see its colour or its place.
      const [first] = Object.keys(errors ?? {});
      if (first) form.querySelector<HTMLElement>(`[data-field="${CSS.escape(first)}"] [data-action]`)?.focus();
    });
  });
  document.addEventListener("click", (event) => {
    const view = within(event.target, "[data-close]")?.dataset.close;
    if (view !== undefined) void screen.do({ do: "close", view });
  });
  // Escape.
  document.addEventListener(
    "cancel",
    (event) => {
      const view = within(event.target, "[data-modal]")?.dataset.modal;
      if (view === undefined) return;
      event.preventDefault();
      void screen.do({ do: "close", view });
    },
    true,
  );
}
