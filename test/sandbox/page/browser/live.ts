// What the person sees: asks the server for it, and applies every change without disturbing what the person is using.

import type { Deed, Outcome, Update, Viewer } from "../wire.js";
import { type Held, heldNow, refocus } from "./focus.js";

/** The key under which a tab remembers what has been seen in this demo. */
const SEEN = `seen ${document.body.dataset.demo}`;

export class Screen {
  #viewer: Viewer;
  #events: EventSource | null = null;
  /** Whose place the page already shows. */
  #shown = "";
  /** How far the person has read in each place: the ts of its latest message. */
  readonly #seen = keptSeen();
  readonly #listeners: (() => void)[] = [];
  /** What had the focus when there was no modal. */
  #underneath: Held | null = null;

  constructor() {
    const kept = new URLSearchParams(location.hash.slice(1));
    const [ada] = peopleOf(document.body.dataset.people);
    this.#viewer = {
      person: kept.get("person") ?? ada ?? "",
      place: kept.get("place") ?? document.body.dataset.first ?? "",
      thread: kept.get("thread"),
    };
    // A browser has only six connections per host, and a hidden tab needs none.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#events?.close();
      else this.#watch();
    });
  }

  get viewer(): Viewer {
    return this.#viewer;
  }

  /** Calls `listener` after every change in what is shown. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Shows something else, or what somebody else sees. */
  look(change: Partial<Viewer>): void {
    const before = this.#viewer;
    const { person, place, thread } = { ...before, ...change };
    this.#viewer = { person, place, thread };
    if (person !== before.person || place !== before.place) this.#say(null);
    history.replaceState(null, "", `#${this.#query()}`);
    // A thread takes space from the messages. If the person was at their end, they stay there.
    const wasAtEnd = isAtEnd();
    element("thread").hidden = thread === null;
    if (wasAtEnd) toEnd();
    const select = document.querySelector<HTMLSelectElement>("#person");
    if (select) select.value = person;
    if (!document.hidden) this.#watch();
    if (place === "home") void this.do({ do: "home", person });
  }

  /** Asks the server to send what is to be seen, from now on. */
  #watch(): void {
    this.#events?.close();
    const events = new EventSource(`/live?${this.#query()}`);
    events.onmessage = ({ data }) => this.#show(JSON.parse(data));
    events.onopen = () => {
      // The server is back, so the earlier error no longer matters.
      if (!element("connection").hidden) this.#say(null);
      element("connection").hidden = true;
    };
    events.onerror = () => {
      element("connection").hidden = false;
    };
    this.#events = events;
  }

  #query(): URLSearchParams {
    const { person, place, thread } = this.#viewer;
    return new URLSearchParams({ person, place, ...(thread === null ? {} : { thread }) });
  }

  /** Asks the server to do something. If that fails, shows the failure as Slack would. */
  async do(deed: Deed): Promise<Outcome> {
    // What was typed before a button was pressed must arrive before the click.
    const outcome = await (deed.do === "search" ? ask(deed) : this.#inOrder(deed));
    this.#say(outcome.problem);
    return outcome;
  }

  #latest: Promise<unknown> = Promise.resolve();

  #inOrder(deed: Deed): Promise<Outcome> {
    const next = this.#latest.then(() => ask(deed));
    this.#latest = next;
    return next;
  }

  #say(problem: string | null): void {
    const line = element("problem");
    line.hidden = problem === null;
    line.textContent = problem;
  }

  #show({ regions }: Update): void {
    const here = `${this.#viewer.person} ${this.#viewer.place}`;
    const isArriving = here !== this.#shown;
    this.#shown = here;
    // Earlier messages can be read, but screen readers do not announce them.
    element("messages").setAttribute("aria-busy", String(isArriving));
    const wasAtEnd = isAtEnd();
    const held = heldNow();
    if (!held.control?.closest("dialog")) this.#underneath = held;
    for (const { id, order, changed } of regions) {
      const region = document.querySelector<HTMLElement>(`[data-region="${id}"]`);
      if (region) patch(region, order, changed);
    }
    if (held.control !== document.activeElement) {
      refocus(held);
      // A modal has closed, and what it was opened from was replaced meanwhile.
      if (this.#underneath !== null && document.activeElement === document.body) refocus(this.#underneath);
    }
    if (isArriving || wasAtEnd) toEnd();
    this.#markUnread();
    for (const listener of this.#listeners) listener();
  }

  #markUnread(): void {
    for (const place of document.querySelectorAll<HTMLElement>("[data-region=places] [data-place]")) {
      const { place: id = "", latest = "0" } = place.dataset;
      const key = `${this.#viewer.person} ${id}`;
      if (id === this.#viewer.place || !this.#seen.has(key)) this.#seen.set(key, latest);
      const isNew = latest > (this.#seen.get(key) ?? "0");
      place.classList.toggle("unread", isNew);
      place.toggleAttribute("data-unread", isNew);
    }
    sessionStorage.setItem(SEEN, JSON.stringify([...this.#seen]));
  }
}

function isAtEnd(): boolean {
  const { scrollHeight, scrollTop, clientHeight } = element("scroll");
  return scrollHeight - scrollTop - clientHeight < 60;
}

/** Scrolls to the latest message. */
export function toEnd(): void {
  const log = element("scroll");
  log.scrollTop = log.scrollHeight;
}

/** Makes a region contain these pieces in this order. Only what has changed is replaced. */
function patch(region: HTMLElement, order: readonly string[], changed: Readonly<Record<string, string>>): void {
  const wanted = new Set(order);
  const present = new Map<string, HTMLElement>();
  for (const child of [...region.children]) {
    const key = child.getAttribute("data-key");
    if (child instanceof HTMLElement && key !== null && wanted.has(key)) present.set(key, child);
    else {
      // When a dialog closes, it returns the focus to where it was.
      child.querySelector("dialog")?.close();
      child.remove();
    }
  }
  const tag = region.matches("ol, ul") ? "li" : "div";
  let next = region.firstElementChild;
  for (const key of order) {
    const known = present.get(key);
    const piece = known ?? document.createElement(tag);
    if (!known) piece.dataset.key = key;
    const html = changed[key];
    if (html !== undefined) redraw(piece, html);
    if (piece === next) next = next.nextElementSibling;
    else region.insertBefore(piece, next);
  }
}

const drawn = new WeakMap<HTMLElement, string>();

/** Replaces the content of a piece. What the person has entered in a dialog, holds down or has selected stays. */
function redraw(piece: HTMLElement, html: string): void {
  // After a change of place, the server sends everything again.
  if (drawn.get(piece) === html) return;
  drawn.set(piece, html);
  const kept = new Map(controlsIn(piece).map((control) => [control.dataset.focus, contentOf(control)]));
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  liken(piece, wanted.content);
  for (const control of controlsIn(piece)) {
    const content = kept.get(control.dataset.focus);
    if (content !== undefined) putInto(control, content);
  }
}

/** Gives one node the content of another, and touches only what differs. */
function liken(node: ParentNode, wanted: ParentNode): void {
  const before = [...node.childNodes];
  const after = [...wanted.childNodes];
  for (const [index, next] of after.entries()) {
    const present = before[index];
    if (present === undefined) node.append(next);
    else if (present instanceof Text && next instanceof Text) {
      if (present.data !== next.data) present.data = next.data;
    } else if (present instanceof Element && next instanceof Element && isKept(present, next)) {
      likenAttributes(present, next);
      liken(present, next);
    } else present.replaceWith(next);
  }
  for (const left of before.slice(after.length)) left.remove();
}

/** A control with another name is a different control. */
function isKept(present: Element, next: Element): boolean {
  return present.tagName === next.tagName && present.getAttribute("data-focus") === next.getAttribute("data-focus");
}

function likenAttributes(present: Element, next: Element): void {
  for (const name of present.getAttributeNames()) {
    // An open dialog stays open.
    if (name !== "open" && !next.hasAttribute(name)) present.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (present.getAttribute(name) !== value) present.setAttribute(name, value);
  }
}

type FormControl = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function controlsIn(piece: HTMLElement): FormControl[] {
  return [...piece.querySelectorAll<FormControl>("dialog :is(input, textarea, select)[data-focus]")];
}

function contentOf(control: FormControl): string[] {
  if (control instanceof HTMLSelectElement) return [...control.selectedOptions].map((option) => option.value);
  return isTick(control) ? [String(control.checked)] : [control.value];
}

function putInto(control: FormControl, content: readonly string[]): void {
  if (control instanceof HTMLSelectElement) {
    for (const option of control.options) option.selected = content.includes(option.value);
  } else if (isTick(control)) control.checked = content[0] === "true";
  else control.value = content[0] ?? "";
}

function isTick(control: HTMLInputElement | HTMLTextAreaElement): control is HTMLInputElement {
  return control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio");
}

async function ask(deed: Deed): Promise<Outcome> {
  try {
    const response = await fetch("/do", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(deed),
    });
    if (!response.ok) return { problem: await response.text() };
    const outcome: Outcome = await response.json();
    return outcome;
  } catch {
    return { problem: "The demo does not answer. Is it still running?" };
  }
}

/** What this tab's person had seen before the page was reloaded. */
function keptSeen(): Map<string, string> {
  const kept: unknown = JSON.parse(sessionStorage.getItem(SEEN) ?? "[]");
  const pairs = Array.isArray(kept) ? kept.filter(Array.isArray) : [];
  return new Map(pairs.map(([key, ts]) => [String(key), String(ts)]));
}

function peopleOf(json: string | undefined): string[] {
  const people: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(people) ? people.map(String) : [];
}

/** An element that the document always has. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found;
}
