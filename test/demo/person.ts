// What a person does on the demo's page, in the words of somebody who watches.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";

const SCREENS = join(import.meta.dirname, "../../.screens");

export class OnScreen {
  constructor(readonly page: Page) {}

  get messages(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  /** The newest message that contains a text. */
  message(text: string | RegExp): Locator {
    return this.messages.getByRole("article").filter({ hasText: text }).last();
  }

  /** The whole text of a message, as soon as it is there. `index`: from the top. */
  async read(index: number): Promise<string> {
    const message = this.messages.getByRole("article").nth(index);
    // biome-ignore lint/performance/useDomNodeTextContent: as a person reads it, line by line
    return message.innerText();
  }

  async type(words: string): Promise<void> {
    await this.page.getByRole("textbox", { name: /^Message to/ }).fill(words);
    await this.page.keyboard.press("Enter");
  }

  /** Presses a button and answers the question that follows. */
  async confirm(button: Locator, answer: string): Promise<void> {
    await button.click();
    await this.page.getByRole("dialog").getByRole("button", { name: answer }).click();
  }

  async become(name: string): Promise<void> {
    await this.page.getByLabel("You are").selectOption({ label: name });
  }

  async goTo(place: string): Promise<void> {
    await this.page.getByRole("navigation").getByRole("button", { name: place }).click();
  }

  async flip(name: string, on: boolean): Promise<void> {
    const knob = this.page.getByRole("switch", { name: new RegExp(`^${name}`) });
    await knob.click();
    await this.page.locator(`[role=switch][aria-checked=${on}]`, { hasText: name }).waitFor();
  }

  /** Takes a picture of the page when `SCREENS` is set. */
  async photograph(name: string): Promise<void> {
    if (process.env.SCREENS) await this.keepPicture(name);
  }

  /** Writes a picture of the page to a folder that git ignores. */
  async keepPicture(name: string): Promise<void> {
    mkdirSync(SCREENS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENS, `${name.replace(/[^\w.-]+/g, "-")}.png`) });
  }
}
