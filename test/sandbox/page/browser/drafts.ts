// The field to write in keeps what each person has begun in each place.

import type { Screen } from "./live.js";

/** What each person has begun to write in each place. */
export class Drafts {
  readonly #texts = new Map<string, string>();
  /** Whose text is shown. */
  #shown = "";

  constructor(private readonly screen: Screen) {
    screen.onChange(() => this.#change());
  }

  /** Puts the text into the field that is shown, as soon as there is one. */
  put(text: string): void {
    const { person, place } = this.screen.viewer;
    this.#texts.set(keyOf(person, place), text);
    const field = words();
    if (field && this.#shown === keyOf(person, place) && field.value !== text) field.value = text;
  }

  /** Unless something else has been begun in the meantime. */
  giveBack(person: string, place: string, text: string): void {
    const key = keyOf(person, place);
    if (this.#texts.get(key)) return;
    this.#texts.set(key, text);
    const field = words();
    if (field && this.#shown === key) field.value = text;
  }

  #change(): void {
    const { person, place } = this.screen.viewer;
    const key = keyOf(person, place);
    const field = words();
    if (field === null || document.querySelector<HTMLElement>("#composer")?.dataset.to !== place) this.#shown = "";
    else if (this.#shown !== key) {
      this.#shown = key;
      field.value = this.#texts.get(key) ?? "";
    }
  }
}

function keyOf(person: string, place: string): string {
  return `${person} ${place}`;
}

/** `null` where nobody can write. */
export function words(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("#words");
}
