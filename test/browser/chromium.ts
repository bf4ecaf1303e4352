// The browser for the tests and the pictures, if there is one.

import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const { CHROMIUM_PATH } = process.env;

/** For a whole test, and for each thing that it waits for: on a busy machine one of them may take nearly all of it. In ms. */
export const LIMIT_MS = 90_000;

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

/** A page in a window of its own that fails when its scripts do. Times are shown in UTC. */
export async function openPage(
  browser: Browser,
  url: string,
  { look = "light", sharpness = 1 }: { look?: "light" | "dark"; sharpness?: 1 | 2 } = {},
): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: 1360, height: 900 },
    colorScheme: look,
    deviceScaleFactor: sharpness,
    timezoneId: "UTC",
  });
  page.setDefaultTimeout(LIMIT_MS);
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(url);
  return page;
}
