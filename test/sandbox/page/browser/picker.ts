// Search fields for options that come from the app: typing asks for them, and the arrow keys and Enter choose one.

import { fill, press, within } from "./forms.js";
import type { Screen } from "./live.js";

/** How long nobody must have typed before the app is asked, in ms. */
const PAUSE_MS = 150;

export function listenToPickers(screen: Screen): void {
  let pause: number | undefined;
  const askSoon = (field: HTMLInputElement) => {
    clearTimeout(pause);
    pause = window.setTimeout(() => void search(screen, field), PAUSE_MS);
  };
  document.addEventListener("input", (event) => {
    const field = pickerOf(event.target);
    if (!field) return;
    // Enter must not choose from what an earlier search has found.
    say(field, "Loading…");
    askSoon(field);
  });
  document.addEventListener("focusin", (event) => {
    const field = pickerOf(event.target);
    // What is typed begins a new search, and is not added to what was chosen.
    field?.select();
    if (field?.dataset.least === "0" && field.value === "") askSoon(field);
  });
  document.addEventListener("focusout", (event) => {
    const field = pickerOf(event.target);
    if (field) leave(screen, field);
  });
  document.addEventListener(
    "keydown",
    (event) => {
      const field = pickerOf(event.target);
      if (field) steer(screen, field, event);
    },
    true,
  );
  document.addEventListener("mousedown", (event) => {
    const entered = pickerOf(event.target);
    if (entered && entered !== document.activeElement) {
      // The press would otherwise put the caret into the text that was selected on focus.
      event.preventDefault();
      entered.focus();
    }
    const option = within(event.target, ".picker [role=option]");
    const field = option?.closest(".picker")?.querySelector<HTMLInputElement>("input");
    if (!option || !field) return;
    // The field keeps the focus.
    event.preventDefault();
    choose(screen, field, option);
  });
}

function pickerOf(target: EventTarget | null): HTMLInputElement | null {
  return target instanceof HTMLInputElement && target.dataset.kind === "picker" ? target : null;
}

function listOf(field: HTMLInputElement): HTMLElement | null {
  return field.parentElement?.querySelector<HTMLElement>("[role=listbox]") ?? null;
}

async function search(screen: Screen, field: HTMLInputElement): Promise<void> {
  const query = field.value;
  if (query.length < Number(field.dataset.least)) return close(field);
  const { block: blockId = "", action: actionId = "" } = field.dataset;
  const holder = within(field, "[data-holder]")?.dataset.holder ?? "";
  const { person } = screen.viewer;
  const { options = [] } = await screen.do({ do: "search", person, holder, blockId, actionId, query });
  // In the meantime, something else was typed, or the person moved on.
  if (field.value === query && document.activeElement === field) show(field, options);
}

function show(field: HTMLInputElement, options: readonly { value: string; text: string; description: string }[]): void {
  const list = listOf(field);
  if (!list) return;
  if (options.length === 0) {
    say(field, "No results");
    return;
  }
  const items = options.map(({ value, text, description }, index) => {
    const item = document.createElement("span");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.id = `${list.id}/${index}`;
    item.dataset.value = value;
    item.dataset.text = text;
    const name = document.createElement("b");
    name.textContent = text;
    const more = document.createElement("small");
    more.textContent = description;
    item.append(name, " ", more);
    return item;
  });
  open(field, items);
  point(field, items[0]);
}

/** Shows a text instead of options. */
function say(field: HTMLInputElement, words: string): void {
  const line = document.createElement("span");
  line.textContent = words;
  open(field, [line]);
}

function open(field: HTMLInputElement, lines: readonly HTMLElement[]): void {
  const list = listOf(field);
  if (!list) return;
  list.replaceChildren(...lines);
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  field.removeAttribute("aria-activedescendant");
}

function steer(screen: Screen, field: HTMLInputElement, event: KeyboardEvent): void {
  const list = listOf(field);
  if (!list || list.hidden) return;
  const options = [...list.querySelectorAll<HTMLElement>("[role=option]")];
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step !== undefined) point(field, options[Math.min(Math.max(0, now + step), options.length - 1)]);
  else if (event.key === "Enter") {
    const option = options[now];
    if (option) choose(screen, field, option);
  } else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function point(field: HTMLInputElement, option: HTMLElement | undefined): void {
  for (const one of listOf(field)?.querySelectorAll("[role=option]") ?? []) one.setAttribute("aria-selected", "false");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

function choose(screen: Screen, field: HTMLInputElement, option: HTMLElement): void {
  const { value = "", text = "" } = option.dataset;
  field.value = text;
  field.dataset.chosen = value;
  field.dataset.text = text;
  field.select();
  close(field);
  tell(screen, field);
}

/** An empty field means that nothing is chosen. Any other text that is not chosen is removed. */
function leave(screen: Screen, field: HTMLInputElement): void {
  close(field);
  if (field.value === "" && field.dataset.chosen !== "") {
    field.dataset.chosen = "";
    field.dataset.text = "";
    if (field.dataset.acts === undefined) fill(screen, field);
  } else field.value = field.dataset.text ?? "";
}

function tell(screen: Screen, field: HTMLInputElement): void {
  if (field.dataset.acts === undefined) fill(screen, field);
  else void press(screen, field, { chosen: [field.dataset.chosen ?? ""] });
}

function close(field: HTMLInputElement): void {
  const list = listOf(field);
  if (list) list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}
