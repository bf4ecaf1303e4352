// A test in a browser. All tests of a worker share one window: Chromium needs about a second of CPU time for each.

import { test } from "vitest";
import { OnScreen } from "../demo/person.js";
import { launch, openTab, openWindow, VIEWPORT } from "./chromium.js";

/** For each thing that a test waits for, in ms: nearly all of the test's own limit, and then it says what was missing. */
export const PATIENCE_MS = 180_000;

/** Gives a test `visit`, which shows a page in a tab and answers the person who looks at it. */
export const browserTest = test
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it what a fixture needs
  .extend("window", { scope: "worker" }, async ({}, { onCleanup }) => {
    const browser = await launch();
    onCleanup(() => browser.close());
    // Vitest itself was killed: nobody will clean up.
    process.once("disconnect", () => browser.close());
    const window = await openWindow(browser);
    // Without a tab the window would close between two tests.
    return { window, tab: await openTab(window, PATIENCE_MS) };
  })
  .extend("visit", async ({ window: { window, tab }, task }, { onCleanup }) => {
    const people: OnScreen[] = [];
    onCleanup(async () => {
      for (const [index, person] of people.entries()) {
        if (task.result?.state === "fail") await person.keepPicture(`failed ${task.name} ${index + 1}`);
        if (person.page !== tab) await person.page.close();
      }
      // As a new tab would be.
      await tab.mouse.up();
      await tab.goto("about:blank");
      await tab.emulateMedia({ colorScheme: "light" });
      await tab.setViewportSize(VIEWPORT);
    });
    return async (url: string): Promise<OnScreen> => {
      const page = people.length === 0 ? tab : await openTab(window, PATIENCE_MS);
      const person = new OnScreen(page);
      people.push(person);
      await page.goto(url);
      return person;
    };
  });
