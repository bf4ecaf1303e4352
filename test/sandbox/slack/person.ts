// What a person does in Slack, in the words of somebody who looks over their shoulder.

import { recordsAt } from "./json.js";
import { type Meanwhile, until } from "./meanwhile.js";
import { OpenForm, pressable } from "./open-form.js";
import type {
  Channel,
  ClickOptions,
  CommandOptions,
  Interaction,
  LocalSlack,
  Person,
  ShortcutOptions,
  SlackMessage,
  SlackView,
  WriteOptions,
} from "./types.js";

export class PersonInSlack {
  /** `meanwhile`: what happens while this person waits for the app. */
  constructor(
    readonly slack: LocalSlack,
    readonly person: Person,
    readonly meanwhile: Meanwhile = (work) => work,
  ) {}

  get id(): string {
    return this.person.id;
  }

  command(text: string, options: Omit<CommandOptions, "user"> = {}): Promise<Interaction> {
    return this.meanwhile(this.slack.command(text, { ...options, user: this.person }));
  }

  write(channel: Channel, text: string, options: WriteOptions = {}): Promise<SlackMessage> {
    return this.meanwhile(this.slack.write(this.person, channel, text, options));
  }

  /** Types `@hex` and `words` in a channel or a thread. */
  mention(channel: Channel, words: string, options: WriteOptions = {}): Promise<SlackMessage> {
    return this.write(channel, words === "" ? "@hex" : `@hex ${words}`, options);
  }

  /** Writes a direct message to the bot. */
  dm(text: string, options: WriteOptions = {}): Promise<SlackMessage> {
    return this.write(this.slack.dm(this.person), text, options);
  }

  edit(message: SlackMessage, text: string): Promise<void> {
    return this.meanwhile(this.slack.edit(message, text));
  }

  /** The messages that this person sees, oldest first. */
  get sees(): SlackMessage[] {
    return this.slack.messages.filter(
      ({ user, deleted, unseen, channel }) =>
        !deleted && unseen !== true && (user === null || user === this.id) && this.#isIn(channel),
    );
  }

  /** Presses a button, by its text or action_id, or picks an option (`value`). */
  press(message: SlackMessage, name: string, options: Omit<ClickOptions, "user"> = {}): Promise<Interaction> {
    const found = pressable(message.blocks, name);
    return this.meanwhile(
      this.slack.click(message, found?.actionId ?? name, { ...found?.options, ...options, user: this.person }),
    );
  }

  /** Opens the Home tab. */
  openHome(): Promise<void> {
    return this.meanwhile(this.slack.openHome(this.person));
  }

  openMessages(): Promise<void> {
    return this.meanwhile(this.slack.openHome(this.person, "messages"));
  }

  /** The current Home tab, or undefined if the app has not published one. */
  get home(): SlackView | undefined {
    return this.slack.views.find(({ type, user }) => type === "home" && user === this.id);
  }

  /** Waits until the Home tab matches. */
  homeShows(fits: (view: SlackView) => boolean): Promise<SlackView> {
    const find = () => (this.home && fits(this.home) ? this.home : undefined);
    return this.meanwhile(until(this.slack, find, () => `The Home tab: ${JSON.stringify(this.home?.view ?? null)}`));
  }

  /** Presses a button of the Home tab, by its text or action_id. */
  pressHome(name: string, options: Omit<ClickOptions, "user"> = {}): Promise<Interaction> {
    if (!this.home) throw new Error("The app has published no Home tab.");
    const found = pressable(recordsAt(this.home.view, "blocks"), name);
    return this.meanwhile(this.slack.clickView(this.home, found?.actionId ?? name, { ...found?.options, ...options }));
  }

  shortcut(callbackId: string, options: Omit<ShortcutOptions, "user" | "on"> = {}): Promise<Interaction> {
    return this.meanwhile(this.slack.shortcut(callbackId, { ...options, user: this.person }));
  }

  messageShortcut(callbackId: string, on: SlackMessage): Promise<Interaction> {
    return this.meanwhile(this.slack.shortcut(callbackId, { on, user: this.person }));
  }

  /** Does something that opens a modal, and waits for the modal: `ada.openForm(() => ada.command("run"))`. */
  async openForm(act: () => Promise<unknown>): Promise<OpenForm> {
    const before = new Set(this.#modals().map(({ id }) => id));
    await act();
    const find = () => this.#modals().find(({ id }) => !before.has(id));
    const view = await this.meanwhile(until(this.slack, find, () => "No modal was opened."));
    return this.#form(view);
  }

  /** The modal on top, or undefined if none is open. */
  get form(): OpenForm | undefined {
    const top = this.#modals().at(-1);
    return top && this.#form(top);
  }

  #form(view: SlackView): OpenForm {
    return new OpenForm(this.slack, view, this.meanwhile);
  }

  #modals(): SlackView[] {
    return this.slack.views.filter(({ type, user, open }) => type === "modal" && user === this.id && open);
  }

  #isIn(channelId: string): boolean {
    const channel = Object.values(this.slack.channels).find(({ id }) => id === channelId);
    if (channel === undefined) return channelId === this.slack.dm(this.person).id;
    return !channel.private || channel.members.has(this.id);
  }
}
