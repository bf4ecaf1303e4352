// Makes the README's pictures: the real bot tells a short story between the two peers, and a browser photographs it.
// `npm run pictures`. Needs a Chromium: CHROMIUM_PATH, or /usr/bin/chromium.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Bench } from "../wire/bench.js";
import { page, type Scene } from "./render.js";

/** The README shows these; the others are for looking at. */
const COMMITTED = ["card", "status-down"];
const OUT = import.meta.dirname;
const REST = join(OUT, "../../.screens");
const HOUR = 60 * 60_000;

async function tell(): Promise<Record<string, Scene>> {
  const bench = await Bench.start("socket");
  const { workspace } = bench.hex;
  const { ada, grace } = bench.slack.people;
  const people = { [ada.id]: "Ada", [grace.id]: "Grace" };
  const now = bench.clock.now();
  const revenue = workspace.addProject({
    title: "Weekly revenue by region",
    ownerEmail: "olga@acme.test",
    status: "Approved",
    publishedAt: now - 30 * HOUR,
    version: 12,
    inputs: { region: { dataType: "STRING" }, days: { dataType: "NUMBER" } },
    run: { pendingMs: 4_000, runningMs: 7 * 60_000 },
    schedules: [{ cadence: "WEEKLY", weekly: { timezone: "Europe/Berlin", hour: 6, minute: 30, dayOfWeek: "MONDAY" } }],
  });
  for (const hours of [24, 48, 72]) {
    workspace.startRun(revenue.id, { startedAt: now - hours * HOUR, durationMs: 5 * 60_000, outcome: "COMPLETED" });
  }
  const churn = workspace.addProject({
    title: "Churn forecast",
    ownerEmail: "grace@acme.test",
    publishedAt: now - 200 * HOUR,
    run: { pendingMs: 1_000, runningMs: 40_000, outcome: "ERRORED" },
  });
  workspace.addProject({
    title: "Pricing experiment",
    ownerEmail: "ada@acme.test",
    status: "In development",
    published: false,
  });

  await bench.ask("status");
  const status = bench.slack.messages.slice(-1);
  await bench.ask("projects");
  const projects = bench.slack.messages.slice(-1);
  await bench.slack.command(`run ${revenue.id} region="North America" days=30 --fresh`);
  const running = { ...(await bench.cardShows("For 2 min")) };
  await bench.slack.click(bench.card(), "cancel_run", { user: grace });
  const cancelled = { ...(await bench.cardShows("Cancelled")) };
  await bench.slack.command(`run ${churn.id}`);
  const errored = { ...(await bench.cardShows("Errored", 1)) };
  await bench.slack.command(`run ${churn.id} regoin=EU`);
  const refused = { ...(await bench.cardShows("Not started", 2)) };
  workspace.revokeToken(bench.token);
  await bench.ask("status");
  const down = bench.slack.messages.slice(-1);
  await bench.stop();
  const scene = (...messages: Scene["messages"]): Scene => ({ messages, people });
  return {
    card: scene(running, errored),
    "card-ends": scene(cancelled, refused),
    status: scene(...status),
    "status-down": scene(...down),
    projects: scene(...projects),
  };
}

const scenes = await tell();
mkdirSync(REST, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  const tab = await browser.newPage({ viewport: { width: 728, height: 100 }, deviceScaleFactor: 2, timezoneId: "UTC" });
  for (const [name, scene] of Object.entries(scenes)) {
    await tab.setContent(page(scene));
    const path = join(COMMITTED.includes(name) ? OUT : REST, `${name}.png`);
    await tab.screenshot({ path, fullPage: true });
    process.stdout.write(`${path}\n`);
  }
} finally {
  await browser.close();
}
