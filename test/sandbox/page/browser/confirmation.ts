// The question before a dangerous button.

import { element } from "./live.js";

/** Asks the question that comes with a button (Slack's confirmation dialog as JSON). */
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
