// Writing messages and commands, going from place to place, and the Hex side's switches.

import { within } from "./forms.js";
import { element, type Screen } from "./live.js";

export function listenToComposer(screen: Screen): void {
  document.addEventListener("submit", (event) => {
    if (!within(event.target, "#composer")) return;
    event.preventDefault();
    const field = words();
    const text = field?.value.trim() ?? "";
    if (field) field.value = "";
    showHints();
    if (text !== "") void send(screen, text);
  });
  document.addEventListener("input", (event) => {
    if (within(event.target, "#words")) showHints();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && within(event.target, "#composer")) element("hints").hidden = true;
  });
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.id === "person") become(screen, event.target.value);
  });
  document.addEventListener("click", (event) => clicked(screen, event.target));
}

function clicked(screen: Screen, target: EventTarget | null): void {
  const value = (name: string) => within(target, `[data-${name}]`)?.getAttribute(`data-${name}`) ?? null;
  const place = value("place");
  if (place !== null) screen.look({ place, thread: null });
  const thread = value("thread");
  if (thread !== null) screen.look({ thread });
  if (within(target, "#close-thread")) screen.look({ thread: null });
  const fill = value("fill");
  if (fill !== null) write(screen, fill);
  const ready = value("send");
  if (ready !== null) void send(screen, ready);
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

/** A command works in a channel; on the Home tab there is nobody to send it to. */
async function send(screen: Screen, text: string): Promise<void> {
  const { person, place } = screen.viewer;
  const somewhere = place === "home" ? (document.body.dataset.first ?? place) : place;
  if (somewhere !== place) screen.look({ place: somewhere, thread: null });
  await screen.do({ do: "type", person, place: somewhere, text });
}

function write(screen: Screen, text: string): void {
  if (screen.viewer.place === "home") screen.look({ place: document.body.dataset.first ?? "", thread: null });
  const field = words();
  if (!field) return;
  field.value = text;
  field.focus();
  showHints();
}

/** Somebody of another workspace does not see every place. */
function become(screen: Screen, person: string): void {
  screen.look({ person, place: document.body.dataset.first ?? "", thread: null });
}

function words(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("#words");
}

/** The commands that what is typed so far may become. */
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
