// Where the focus is, and where it goes when the page replaces what has it.

/** A control and the piece of the page that it is in. */
export interface Held {
  control: Element | null;
  piece: HTMLElement | null;
}

/** What has the focus. */
export function heldNow(): Held {
  return heldBy(document.activeElement);
}

export function heldBy(control: Element | null): Held {
  return { control, piece: control?.closest<HTMLElement>("[data-key]") ?? null };
}

/** Moves the focus to what replaced a control, or otherwise to the piece that contained it. */
export function refocus({ control, piece }: Held): void {
  const name = control?.getAttribute("data-focus");
  const again = name ? document.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name)}"]`) : null;
  const next = again ?? sameAction(control, piece) ?? piece;
  if (next !== null && next === piece) piece.tabIndex = -1;
  next?.focus();
}

/** The button of a message that has more or fewer blocks now: Slack gives these new ids whenever a message changes. */
function sameAction(control: Element | null, piece: HTMLElement | null): HTMLElement | null {
  if (!control?.hasAttribute("data-action")) return null;
  const isSame = (name: string) => (other: Element) => other.getAttribute(name) === control.getAttribute(name);
  const others = [...(piece?.querySelectorAll<HTMLElement>("[data-action]") ?? [])].filter(isSame("data-action"));
  // The only one may mean something else by now, such as the page after the next one.
  return others.find(isSame("data-value")) ?? (others.length === 1 ? others[0] : null) ?? null;
}
