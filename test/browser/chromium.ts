// The browser for the tests and the pictures, if there is one.

import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const { CHROMIUM_PATH } = process.env;

/** The size of a window, in px. */
export const VIEWPORT = { width: 1360, height: 900 };

/** null where there is none. */
export const chromiumPath = (CHROMIUM_PATH ? [CHROMIUM_PATH] : PLACES).find((path) => existsSync(path)) ?? null;

/** What to say where tests are skipped for want of a browser. */
export const NO_CHROMIUM = `No Chromium at ${CHROMIUM_PATH ?? PLACES.join(" or ")}: install one (on Debian: apt-get install chromium) or set CHROMIUM_PATH.`;

export function launch(): Promise<Browser> {
  if (chromiumPath === null) throw new Error(NO_CHROMIUM);
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A window without tabs yet. Times are shown in UTC. */
export function openWindow(browser: Browser, { sharpness = 1 }: { sharpness?: 1 | 2 } = {}): Promise<BrowserContext> {
  return browser.newContext({ viewport: VIEWPORT, deviceScaleFactor: sharpness, timezoneId: "UTC" });
}

/** An empty tab that fails when the scripts of its page do. `timeoutMs`: for each thing that is waited for in it. */
export async function openTab(window: BrowserContext, timeoutMs: number): Promise<Page> {
  const tab = await window.newPage();
  tab.setDefaultTimeout(timeoutMs);
  tab.on("pageerror", (error) => {
    throw error;
  });
  return tab;
}
