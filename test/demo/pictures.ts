// `npm run pictures`: takes the pictures in the README and docs/ again, from the demo's page. Needs a Chromium (see chromium.ts).

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromiumPath, launch, NO_CHROMIUM, openTab, openWindow } from "../browser/chromium.js";
import { OnScreen } from "./person.js";

const OUT = join(import.meta.dirname, "pictures");
/** Fast enough not to wait, slow enough for a run to be seen running. */
const SPEED = 15;
/** For what takes long, such as a report that fails. */
const FAST = 60;
/** For each thing that a picture waits for, even on a busy machine. */
const PATIENCE_MS = 30_000;

if (chromiumPath === null) {
  process.stderr.write(`${NO_CHROMIUM}\n`);
  process.exit(1);
}
// Only now: it takes a while.
const { startDemo } = await import("./demo.js");
mkdirSync(OUT, { recursive: true });
async function save(target: { screenshot(options: { path: string }): Promise<unknown> }, name: string): Promise<void> {
  const path = join(OUT, `${name}.png`);
  await target.screenshot({ path });
  process.stdout.write(`${path}\n`);
}

const demo = await startDemo({ port: 0, speed: SPEED, keep: false });
const browser = await launch();
const window = await openWindow(browser, { sharpness: 2 });
try {
  const ada = new OnScreen(await openTab(window, PATIENCE_MS));
  await ada.page.goto(demo.url);
  const asked = (title: string) => ada.message(new RegExp(`${title}[\\s\\S]*Asked for by`));
  const [churn] = demo.hex.workspace.projects.filter((project) => project.title === "Churn forecast");
  const [sales] = demo.hex.workspace.projects.filter((project) => project.title === "Sales forecast");
  const [nightly] = demo.hex.workspace.projects.filter((project) => project.title === "Nightly warehouse checks");

  await ada.type(`/hex run ${churn?.id}`);
  await asked("Churn forecast").getByText("Errored", { exact: true }).waitFor();
  await ada.type(`/hex run ${nightly?.id} --fresh`);
  const running = asked("Nightly warehouse checks");
  await running.getByText("For 2 min").waitFor();
  await save(running, "card");

  await ada.type(`/hex run ${sales?.id} region="North America" days=30`);
  await asked("Sales forecast").getByRole("button", { name: "Run with changes" }).click();
  const form = ada.page.getByRole("dialog", { name: "Run a Hex project" });
  await form.getByRole("textbox", { name: "days" }).waitFor();
  // High enough for the whole form.
  await ada.page.setViewportSize({ width: 1360, height: 1200 });
  await form.getByRole("combobox", { name: "Project" }).focus();
  await ada.page.keyboard.type("forecast");
  await form.getByRole("option", { name: /^Sales forecast/, selected: true }).waitFor();
  await save(form, "form");
  await form.getByRole("button", { name: "Cancel" }).click();
  await ada.page.setViewportSize({ width: 1360, height: 900 });

  await ada.flip("Runs never end", true);
  await ada.become("Grace Hopper");
  await ada.type(`/hex run ${sales?.id} region="North America" days=30`);
  await asked("Sales forecast").getByText("Running", { exact: true }).waitFor();
  await ada.type("/hex status");
  await ada.message("Connected to Hex").waitFor();
  await ada.flip("Runs never end", false);
  await running.getByText("Completed", { exact: true }).waitFor();
  await ada.page.getByRole("heading", { name: "A simulated Hex" }).scrollIntoViewIfNeeded();
  await ada.page.mouse.move(0, 0);
  await save(ada.page, "demo");

  await ada.flip("Token expired", true);
  await ada.type("/hex status");
  const down = ada.message("Not connected to Hex");
  await down.waitFor();
  await save(down, "status-down");
} finally {
  await demo.stop();
}

const morning = await startDemo({ port: 0, speed: FAST, keep: false });
try {
  const ada = new OnScreen(await openTab(window, PATIENCE_MS));
  await ada.page.goto(morning.url);
  await ada.goTo("general");
  await ada.flip("Snowflake prod broken", true);
  const trouble = ada.message("2 watched projects are in trouble");
  await trouble.getByText("Likely: both use").waitFor();
  await trouble.getByRole("button", { name: "I'm on it" }).click();
  await trouble.getByText("@Ada Lovelace").first().waitFor();
  await ada.page.mouse.move(0, 0);
  await save(trouble, "trouble");
  await ada.flip("Snowflake prod broken", false);
  await ada.message("Back to green").waitFor();
  await ada.flip("Orders of the day fails", true);
  await ada.message(/Orders of the day\s+.*Failed/).waitFor();
  // Wide enough for all columns.
  await ada.page.setViewportSize({ width: 1760, height: 900 });
  await ada.type("/hex digest");
  const digest = ada.message("4 of 5 fresh");
  await digest.getByRole("table").waitFor();
  await save(digest, "digest");
} finally {
  await browser.close();
  await morning.stop();
}
