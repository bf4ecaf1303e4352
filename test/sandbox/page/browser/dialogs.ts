// Dialogs: the question before a dangerous button, and the app's modals.

import { entriesIn, within } from "./forms.js";
import { element, type Screen } from "./live.js";

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
      // To what is to be mended, for those who see neither the colour nor the place.
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

/** Asks the question that a button brings (JSON of Slack's confirmation dialog). */
export function confirmed(json: string): Promise<boolean> {
  const question: { title: string; text: string; confirm: string; deny: string; style?: string } = JSON.parse(json);
  const dialog = document.querySelector<HTMLDialogElement>("#confirm");
  if (!dialog) return Promise.resolve(false);
  element("confirm-title").textContent = question.title;
  element("confirm-text").textContent = question.text;
  element("confirm-deny").textContent = question.deny;
  const yes = element("confirm-yes");
  yes.textContent = question.confirm;
  yes.className = `button ${question.style ?? "primary"}`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true });
  });
}
