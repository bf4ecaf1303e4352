// Writing messages and commands, going from place to place, and the switches of the Hex side.

import { Drafts, words } from "./drafts.js";
import { within } from "./forms.js";
import { element, type Screen, toEnd } from "./live.js";

export function listenToComposer(screen: Screen): void {
  const drafts = new Drafts(screen);
  document.addEventListener("submit", (event) => {
    const reply = within(event.target, "#reply");
    if (reply) {
      event.preventDefault();
      void answer(screen, reply.dataset.to ?? "");
    }
    if (!within(event.target, "#composer")) return;
    event.preventDefault();
    const text = words()?.value.trim() ?? "";
    drafts.put("");
    showHints();
    if (text !== "") void send(screen, drafts, text);
  });
  document.addEventListener("input", (event) => {
    if (!within(event.target, "#words")) return;
    drafts.put(words()?.value ?? "");
    showHints();
  });
  document.addEventListener("keydown", (event) => {
    if (within(event.target, "#composer")) steer(event);
    else if (event.key === "Escape" && !within(event.target, "dialog")) closeThread(screen);
  });
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.id === "person") become(screen, event.target.value);
  });
  document.addEventListener("click", (event) => clicked(screen, drafts, event.target));
}

function clicked(screen: Screen, drafts: Drafts, target: EventTarget | null): void {
  if (!within(target, "#composer")) putHintsAway();
  const value = (name: string) => within(target, `[data-${name}]`)?.getAttribute(`data-${name}`) ?? null;
  const place = value("place");
  if (place !== null) screen.look({ place, thread: null });
  const thread = value("thread");
  if (thread !== null) {
    screen.look({ thread });
    element("close-thread").focus();
    if (within(target, ".tools")) focusReply(screen, thread);
  }
  const shortcut = within(target, "[data-shortcut]");
  if (shortcut) {
    const { shortcut: callbackId = "", on } = shortcut.dataset;
    const menu = shortcut.closest("details");
    menu?.removeAttribute("open");
    // The focus returns here from the modal that the shortcut opens.
    menu?.querySelector("summary")?.focus();
    const { person, place: from } = screen.viewer;
    void screen.do({ do: "shortcut", person, place: from, callbackId, ...(on === undefined ? {} : { ts: on }) });
  }
  if (within(target, "#close-thread")) closeThread(screen);
  const fill = value("fill");
  if (fill !== null) write(screen, drafts, fill);
  const ready = value("send");
  if (ready !== null) void send(screen, drafts, ready);
  const invited = value("invite");
  if (invited !== null) void screen.do({ do: "invite", place: invited });
  const toggle = within(target, "[data-switch]");
  if (toggle) {
    const on = toggle.getAttribute("aria-checked") !== "true";
    void screen.do({ do: "switch", id: toggle.dataset.switch ?? "", on });
  }
  const run = value("cancel-in-hex");
  if (run !== null) void screen.do({ do: "cancel_in_hex", run });
}

/** Text that is not accepted comes back to be corrected. */
async function send(screen: Screen, drafts: Drafts, text: string): Promise<void> {
  goWhereOneCanWrite(screen);
  toEnd();
  const { person, place } = screen.viewer;
  const { problem } = await screen.do({ do: "type", person, place, text });
  if (problem !== null) drafts.giveBack(person, place, text);
}

/** Moves the focus to the reply field as soon as it is there. */
function focusReply(screen: Screen, thread: string): void {
  let isWanted = true;
  screen.onChange(() => {
    const line = document.querySelector<HTMLElement>(`[data-focus="reply:${CSS.escape(thread)}"]`);
    if (!isWanted || !line) return;
    isWanted = false;
    line.focus();
  });
}

/** Sends the reply. If it is not accepted, it stays in the field. */
async function answer(screen: Screen, thread: string): Promise<void> {
  const line = document.querySelector<HTMLInputElement>("#reply-words");
  const text = line?.value.trim() ?? "";
  if (!line || text === "") return;
  line.value = "";
  const { person, place } = screen.viewer;
  const { problem } = await screen.do({ do: "type", person, place, text, thread });
  if (problem !== null && line.value === "") line.value = text;
}

function write(screen: Screen, drafts: Drafts, text: string): void {
  goWhereOneCanWrite(screen);
  drafts.put(text);
  words()?.focus();
  showHints();
}

/** On the Home tab there is nobody to write to, and in an archived channel nobody can write. */
function goWhereOneCanWrite(screen: Screen): void {
  if (words() === null) screen.look({ place: document.body.dataset.first ?? "", thread: null });
}

function closeThread(screen: Screen): void {
  const { thread } = screen.viewer;
  if (thread === null) return;
  screen.look({ thread: null });
  document.querySelector<HTMLElement>(`[data-focus="thread:${CSS.escape(thread)}"]`)?.focus();
}

/** The arrow keys move between the field and the commands above it. Escape hides the commands. */
function steer(event: KeyboardEvent): void {
  const hints = [...document.querySelectorAll<HTMLElement>("#hints:not([hidden]) li:not([hidden]) button")];
  const stops: (HTMLElement | null)[] = [...hints, words()];
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
  if (event.key === "Escape") {
    putHintsAway();
    words()?.focus();
  } else if (step !== 0 && hints.length > 0) {
    event.preventDefault();
    const focused = document.activeElement;
    const now = focused instanceof HTMLElement ? stops.indexOf(focused) : -1;
    stops[Math.max(0, now + step)]?.focus();
  }
}

/** Somebody from another workspace does not see every place. */
function become(screen: Screen, person: string): void {
  screen.look({ person, place: document.body.dataset.first ?? "", thread: null });
}

function putHintsAway(): void {
  const list = document.querySelector<HTMLElement>("#hints");
  if (list) list.hidden = true;
}

/** The commands that begin with what is typed so far. */
function showHints(): void {
  const list = document.querySelector<HTMLElement>("#hints");
  const typed = words()?.value.replace(/^\s+/, "") ?? "";
  if (!list) return;
  let offered = 0;
  for (const item of list.querySelectorAll<HTMLElement>("[data-fill]")) {
    const fits = typed.startsWith("/") && (item.dataset.fill ?? "").startsWith(typed) && item.dataset.fill !== typed;
    if (item.parentElement) item.parentElement.hidden = !fits;
    if (fits) offered += 1;
  }
  list.hidden = offered === 0;
}
