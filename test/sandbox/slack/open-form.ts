// A modal that somebody has open: what it shows, and how it is filled in, submitted and closed.

import { elementsOf, isExternal, optionsOf } from "./elements.js";
import { fieldsOf } from "./inputs.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import { type Meanwhile, until } from "./meanwhile.js";
import { textsOf } from "./messages.js";
import type { Channel, ClickOptions, FillOptions, Interaction, LocalSlack, SlackView, Submission } from "./types.js";

/** Texts, dates, ids, the texts or values of options, or a channel. [] empties an input. */
export type Filling = string | Channel | readonly string[];

export class OpenForm {
  readonly id: string;
  /** The answer to the last submission. */
  #last: Submission = { interaction: null, errors: {}, trouble: null };

  constructor(
    readonly slack: LocalSlack,
    view: SlackView,
    readonly meanwhile: Meanwhile = (work) => work,
  ) {
    this.id = view.id;
  }

  /** The current version, or the last one before it was closed. */
  get view(): SlackView {
    const view = this.slack.views.find(({ id }) => id === this.id);
    if (!view) throw new Error(`There is no view ${this.id}.`);
    return view;
  }

  get isOpen(): boolean {
    return this.view.open;
  }

  get title(): string {
    return [...textsOf(this.view.view.title)].join("");
  }

  /** Everything that can be read in it: labels, hints, texts and buttons, a line each. */
  get text(): string {
    return [...textsOf(this.#blocks)].join("\n");
  }

  /** The labels of the inputs, from top to bottom. */
  get labels(): string[] {
    return this.#blocks.filter(({ type }) => type === "input").flatMap(({ label }) => stringAt(label, "text") ?? []);
  }

  /** The content of an input, which is named by its label, block_id or action_id. */
  value(name: string): readonly string[] {
    const { blockId, actionId } = this.#field(name);
    const found = this.view.inputs.find((one) => one.blockId === blockId && one.actionId === actionId);
    return found?.chosen ?? [];
  }

  /** The error below an input since the last submission. */
  errorAt(name: string): string | undefined {
    return this.#last.errors[this.#field(name).blockId];
  }

  /** What Slack says about the last submission as a whole: "We had some trouble connecting. Try again?" */
  get trouble(): string | null {
    return this.#last.trouble;
  }

  /** Types and chooses. Resolves with what the app heard about it immediately. `enter`: presses Enter at the end of a text. */
  fill(fillings: Readonly<Record<string, Filling>>, options: FillOptions = {}): Promise<Interaction[]> {
    const entries = Object.entries(fillings).map(([name, filling]) => {
      const { blockId, actionId, element } = this.#field(name);
      return { blockId, actionId, chosen: this.#chosen(element, filling) };
    });
    return this.meanwhile(this.slack.fill(this.view, entries, options));
  }

  /** The texts of the options that a picker shows while its search field contains `query`. */
  async search(name: string, query: string): Promise<string[]> {
    const { blockId, actionId } = this.#field(name);
    const { options } = await this.meanwhile(this.slack.search(this.view, { blockId, actionId }, query));
    return options.map(({ text }) => stringAt(text, "text") ?? "");
  }

  /** Types into a picker and chooses the option with this text, or the first one. */
  async pick(name: string, query: string, text?: string): Promise<Interaction[]> {
    const [first] = await this.search(name, query);
    const wanted = text ?? first;
    if (wanted === undefined) throw new Error(`The picker "${name}" shows nothing for "${query}".`);
    return this.fill({ [name]: wanted });
  }

  /** Presses a button in the form, by its text or action_id. */
  press(name: string, options: Omit<ClickOptions, "user"> = {}): Promise<Interaction> {
    const found = pressable(this.#blocks, name);
    return this.meanwhile(this.slack.clickView(this.view, found?.actionId ?? name, { ...found?.options, ...options }));
  }

  /** Fills in `fillings` and submits the form. */
  async submit(fillings: Readonly<Record<string, Filling>> = {}): Promise<Submission> {
    await this.fill(fillings);
    this.#last = await this.meanwhile(this.slack.submit(this.view));
    return this.#last;
  }

  /** `all`: also closes the modals below it. */
  close(options: { all?: boolean } = {}): Promise<void> {
    return this.meanwhile(this.slack.closeView(this.view, options));
  }

  /** Waits until it shows `text`. */
  async shows(text: string | RegExp): Promise<void> {
    const isThere = () => (typeof text === "string" ? this.text.includes(text) : text.test(this.text)) || undefined;
    await this.meanwhile(until(this.slack, isThere, () => `The form says:\n${this.text}`));
  }

  get #blocks(): Json[] {
    return recordsAt(this.view.view, "blocks");
  }

  #field(name: string): { blockId: string; actionId: string; element: Json } {
    const fields = [...fieldsOf(this.#blocks)].map(({ blockId, element }) => {
      const block = this.#blocks.find((one) => one.block_id === blockId);
      const texts = [block?.label, element.placeholder, block?.text].map((part) => stringAt(part, "text"));
      const label = texts.find((text) => text !== undefined) ?? "";
      return { blockId, actionId: String(element.action_id), element, label };
    });
    const [found, another] = fields.filter((field) => [field.label, field.blockId, field.actionId].includes(name));
    if (found && !another) return found;
    const present = fields.map(({ label, blockId, actionId }) => `- ${label} (${blockId}/${actionId})`).join("\n");
    throw new Error(`${found ? "Several inputs are" : "No input is"} called "${name}". There are:\n${present}`);
  }

  #chosen(element: Json, filling: Filling): string[] {
    const given = typeof filling === "string" ? [filling] : "id" in filling ? [filling.id] : [...filling];
    const input = this.view.inputs.find(({ actionId }) => actionId === element.action_id);
    const options = isExternal(element) ? (input?.offered ?? []) : optionsOf(element);
    return given.map((one) => {
      const option = options.find(({ value, text }) => value === one || stringAt(text, "text") === one);
      return stringAt(option, "value") ?? one;
    });
  }
}

/** The one button with this text, or undefined if there is none. Then the name is an action_id. */
export function pressable(
  blocks: readonly unknown[],
  name: string,
): { actionId: string; options: { blockId: string; value?: string } } | undefined {
  const found = [...elementsOf(blocks)].filter(
    ({ element }) => element.type === "button" && isRecord(element.text) && element.text.text === name,
  );
  const [first, second] = found;
  if (second) throw new Error(`${found.length} buttons are called "${name}".`);
  if (!first) return undefined;
  const value = stringAt(first.element, "value");
  const options = value === undefined ? {} : { value };
  return { actionId: String(first.element.action_id), options: { ...options, blockId: first.blockId } };
}
