// The controls in messages and views: their content, and what pressing them does.

import { confirmed } from "./confirmation.js";
import { heldBy, refocus } from "./focus.js";
import type { Screen } from "./live.js";

export interface Entry {
  blockId: string;
  actionId: string;
  chosen: string[];
}

export function listenToControls(screen: Screen): void {
  document.addEventListener("click", (event) => {
    const control = within(event.target, "[data-kind=button][data-action]");
    if (control) void press(screen, control, valueIn(control));
  });
  document.addEventListener("change", (event) => {
    const control = within(event.target, "[data-action]");
    if (!control || control.dataset.kind === "picker") return;
    if (control.dataset.acts === undefined) return fill(screen, control);
    const chosen = chosenIn(control);
    // If there can be several, none is also a choice.
    if (control.dataset.many !== undefined || (chosen[0] ?? "") !== "") void press(screen, control, { chosen });
  });
  document.addEventListener("keydown", (event) => {
    const menu = within(event.target, "select[data-acts]:not([multiple])");
    if (!(menu instanceof HTMLSelectElement) || !CHOOSES.test(event.key) || isShortcut(event)) return;
    event.preventDefault();
    menu.showPicker();
  });
}

/** Keys that choose something from a menu whose list is not shown: it would be acted on before anybody has seen the rest. */
const CHOOSES = /^(?:Arrow.+|Home|End|Page.+|\S)$/;

/** A letter that the browser or the system acts on, such as Ctrl-R. */
function isShortcut({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  return key.length === 1 && (ctrlKey || altKey || metaKey);
}

/** Sends the content of an input in a view, because the app may want to know immediately. */
export function fill(screen: Screen, control: HTMLElement): void {
  const [kind, ...rest] = (within(control, "[data-holder]")?.dataset.holder ?? "").split(":");
  if (kind !== "view") return;
  const { block: blockId = "", action: actionId = "" } = control.dataset;
  const chosen = chosenIn(control).filter((value) => value !== "");
  void screen.do({ do: "fill", view: rest.join(":"), blockId, actionId, chosen });
}

/** The content of all controls inside an element. */
export function entriesIn(root: Element): Entry[] {
  return [...root.querySelectorAll<HTMLElement>("[data-action]:not([data-kind=button])")].map((control) => ({
    blockId: control.dataset.block ?? "",
    actionId: control.dataset.action ?? "",
    chosen: chosenIn(control).filter((value) => value !== ""),
  }));
}

function chosenIn(control: HTMLElement): string[] {
  if (control.dataset.kind === "picker") return [control.dataset.chosen ?? ""];
  if (control instanceof HTMLSelectElement) return [...control.selectedOptions].map((option) => option.value);
  if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) return [control.value];
  return [...control.querySelectorAll<HTMLInputElement>("input:checked")].map((input) => input.value);
}

function valueIn(button: HTMLElement): { value?: string } {
  const { value } = button.dataset;
  return value === undefined ? {} : { value };
}

export async function press(
  screen: Screen,
  control: HTMLElement,
  used: { value?: string; chosen?: string[] },
): Promise<void> {
  const holder = within(control, "[data-holder]")?.dataset.holder ?? "";
  const [kind, ...rest] = holder.split(":");
  const question = control.dataset.confirm;
  if (question !== undefined) {
    const held = heldBy(control);
    const isMeant = await confirmed(question);
    // It may have disappeared while the question was open.
    if (!control.isConnected) refocus(held);
    if (!isMeant) return;
  }
  const { block: blockId = "", action: actionId = "" } = control.dataset;
  const what = { blockId, actionId, ...used };
  if (kind === "message") {
    const [place = "", ts = ""] = rest;
    await screen.do({ do: "press", person: screen.viewer.person, place, ts, ...what });
  } else await screen.do({ do: "press_in_view", view: rest.join(":"), ...what });
}

/** The element of an event that matches, or its nearest ancestor that does. */
export function within(target: EventTarget | null, selector: string): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(selector) : null;
}
