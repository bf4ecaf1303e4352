// The demo as a person uses it, in a real browser: the real bot, the local Slack, the simulated Hex.

import { afterEach, describe, expect, test as plainTest } from "vitest";
import { type Demo, startDemo } from "../demo/demo.js";
import type { OnScreen } from "../demo/person.js";
import { browserTest } from "./browser-test.js";
import { chromiumPath } from "./chromium.js";

/** How fast the demo's time runs: slowly enough for somebody to press a button while a short run goes on. */
const test = browserTest.extend("speed", 20);

describe.skipIf(chromiumPath === null)("the demo in a browser", () => {
  let demo: Demo;
  let ada: OnScreen;
  test.beforeEach(async ({ visit, speed }) => {
    demo = await startDemo({ port: 0, speed, keep: false });
    ada = await visit(demo.url);
  });
  afterEach(async () => {
    // Whatever the bot said, Slack took: but for what a test provoked.
    expect(demo.slack.refused).toEqual([]);
    await demo.stop();
  });

  /** The runs in flight that no schedule has started. */
  const goingByApi = () => demo.hex.workspace.runs.filter((run) => run.trigger === "API" && !run.finished);

  test("from the first look to a cancelled run, without reading anything", async () => {
    const { page } = ada;
    await page.getByRole("button", { name: "/hex projects" }).click();
    await ada.message("Backfill of events").getByRole("button", { name: "Run Backfill" }).click();
    const card = ada.message("Asked for by");
    await card.getByText("Running", { exact: true }).waitFor();
    await ada.photograph("running");
    await ada.confirm(card.getByRole("button", { name: "Cancel the run of Backfill" }), "Let it run");
    expect(demo.hex.requests.filter((one) => one.endpoint === "cancelRun")).toEqual([]);
    await card.getByRole("button", { name: "Cancel the run" }).click();
    await page.getByRole("dialog").getByText("stops in Hex, for everybody").waitFor();
    await ada.photograph("cancel-confirmation");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
    await card.getByText("Cancelled", { exact: true }).waitFor();
    await card.getByRole("button", { name: "Run again: Backfill of events" }).waitFor();
    await page.getByText("KILLED").waitFor();
    await ada.photograph("cancelled");
  });

  test("a card changes while one watches, and the requester is told in its thread", async () => {
    await ada.type("/hex projects churn");
    await ada.message("Churn forecast").getByRole("button", { name: "Run Churn" }).click();
    const card = ada.message("Asked for by");
    await card.getByText("Errored", { exact: true }).waitFor();
    await card.getByRole("button", { name: "1 reply" }).click();
    const thread = ada.page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("@Ada Lovelace", { exact: true }).last().waitFor();
    await ada.photograph("thread");
    await thread.getByRole("button", { name: "Close" }).click();
    await thread.waitFor({ state: "hidden" });
  });

  test("another person's run can be cancelled, and a message for one person is seen only by that person", async ({
    visit,
  }) => {
    await ada.type("/hex projects backfill");
    await ada.message("Backfill of events").getByRole("button", { name: "Run Backfill" }).click();
    await ada.message("Asked for by").getByText("Running", { exact: true }).waitFor();
    const grace = await visit(demo.url);
    await grace.become("Grace Hopper");
    const card = grace.message("Asked for by");
    await grace.confirm(card.getByRole("button", { name: "Cancel the run" }), "Cancel the run");
    await ada.message("Asked for by").getByText("@Grace Hopper").waitFor();
    await ada.message("Asked for by").getByText("Cancelled", { exact: true }).waitFor();
    expect(await ada.messages.getByText("Only visible to you").count()).toBe(1);
    expect(await grace.messages.getByText("Only visible to you").count()).toBe(0);
  });

  test("a person from another workspace sees only the shared channel, and may neither press buttons nor type commands", async () => {
    await ada.type("/hex projects backfill");
    await ada.message("Backfill of events").getByRole("button", { name: "Run Backfill" }).click();
    await ada.message("Asked for by").getByText("Running", { exact: true }).waitFor();
    await ada.become("Sam Stranger (external)");
    expect(await ada.page.getByRole("navigation").getByRole("button").allInnerTexts()).toEqual(["# data"]);
    await ada.confirm(ada.message("Asked for by").getByRole("button", { name: "Cancel the run" }), "Cancel the run");
    await ada
      .message("Only visible to you")
      .getByText(/people of this workspace|another workspace/)
      .waitFor();
    expect(demo.hex.requests.filter((one) => one.endpoint === "cancelRun")).toEqual([]);
    await ada.type("/hex status");
    await ada.page.getByText("works only for people of the app's own workspace").waitFor();
    await ada.photograph("stranger");
  });

  test("a double click starts one run", async () => {
    await ada.type("/hex projects backfill");
    await ada.message("Backfill of events").getByRole("button", { name: "Run Backfill" }).dblclick();
    await ada.message("Asked for by").getByText("Running", { exact: true }).waitFor();
    await ada.message("has already started a run").waitFor();
    expect(goingByApi()).toHaveLength(1);
  });

  test("pages through the projects, forward and back", async () => {
    await ada.type("/hex projects");
    await ada.message("Page 1 of 3").getByRole("button", { name: "Next" }).click();
    await ada.message("Page 2 of 3").getByRole("button", { name: "Next" }).click();
    await ada.message("Page 3 of 3").getByText("Scratchpad").waitFor();
    await ada.message("Page 3 of 3").getByRole("button", { name: "Previous" }).click();
    await ada.message("Page 2 of 3").getByRole("button", { name: "Previous" }).click();
    await ada.message("Page 1 of 3").waitFor();
    expect(await ada.messages.getByRole("article").count()).toBe(1);
  });

  test("a project's command is written for the person, inputs included", async () => {
    await ada.page.getByRole("button", { name: "Run… Sales forecast" }).click();
    await ada.page.keyboard.press("Enter");
    const card = ada.message("Sales forecast");
    await card.getByText("region=North America").waitFor();
    await card.getByText("Running", { exact: true }).waitFor();
  });

  describe("each switch, and what /hex status says", () => {
    test.each([
      ["Token expired", "Not connected to Hex", /Create a new token in Hex under Settings > API tokens/],
      ["Scopes missing", "Connected to Hex", /Create a token with the "Read projects" scope/],
      ["Identity withheld", "Connected to Hex", /not known: the token needs the scope "Users: Read" for that/],
      ["Wrong host", "Not connected to Hex", /HEX_WORKSPACE_URL/],
      ["Rate limited", "Not checked", /Try again in \d+ seconds/],
      ["Hex silent", "Not connected to Hex", /status\.hex\.tech/],
      ["Hex down", "Not connected to Hex", /Try again in a minute/],
    ])("%s", async (name, state, remedy) => {
      await ada.type("/hex status");
      await ada.message("Connected to Hex").waitFor();
      await ada.flip(name, true);
      await ada.type("/hex status");
      const answer = await ada.read(1);
      expect(answer).toContain(state);
      expect(answer).toMatch(remedy);
      await ada.photograph(`status-${name.toLowerCase().replace(" ", "-")}`);
      await ada.flip(name, false);
      if (name === "Rate limited") return;
      await ada.type("/hex status");
      expect(await ada.read(2)).toMatch(/^(?!.*Not )[\s\S]*Connected to Hex/);
    });

    test("a token that has expired is not shown as expiring soon, whichever switch came first", async () => {
      const status = async (index: number) => {
        await ada.type("/hex status");
        return ada.read(index);
      };
      await ada.flip("Token expired", true);
      await ada.flip("Token expires soon", true);
      expect(await status(0)).toContain("Not connected to Hex");
      await ada.flip("Token expired", false);
      expect(await status(1)).toMatch(/in 2 days/);
      await ada.flip("Token expired", true);
      await ada.flip("Token expires soon", false);
      expect(await status(2)).toContain("Not connected to Hex");
    });

    test("of several faults the worst one counts, whichever switch came first", async () => {
      await ada.flip("Hex slow", true);
      await ada.flip("Wrong host", true);
      await ada.flip("Hex down", true);
      await ada.type("/hex status");
      expect(await ada.read(0)).toContain("Try again in a minute");
      await ada.flip("Hex down", false);
      await ada.type("/hex status");
      expect(await ada.read(1)).toContain("HEX_WORKSPACE_URL");
      await ada.flip("Wrong host", false);
      await ada.type("/hex status");
      expect(await ada.read(2)).toContain("Connected to Hex");
    });

    test("Hex slow: connected, with how slow it is", async () => {
      await ada.flip("Hex slow", true);
      await ada.type("/hex status");
      expect(Number(/Latency\s+(\d+) ms/.exec(await ada.read(0))?.[1])).toBeGreaterThan(2_900);
    });

    test("Answers to a start lost: the run is found and not started twice", async () => {
      await ada.flip("Answers to a start lost", true);
      await ada.type("/hex projects backfill");
      await ada.message("Backfill of events").getByRole("button", { name: "Run Backfill" }).click();
      await ada.message("Asked for by").getByText("Running", { exact: true }).waitFor();
      expect(goingByApi()).toHaveLength(1);
    });

    test("No kernel free: the run waits, and starts when one is free", async () => {
      await ada.flip("No kernel free", true);
      await ada.page.getByText("25 of 25").waitFor();
      await ada.type("/hex projects backfill");
      await ada.message("Backfill of events").getByRole("button", { name: "Run Backfill" }).click();
      const card = ada.message("Asked for by");
      await card.getByText("Waiting to start", { exact: true }).waitFor();
      await ada.photograph("waiting");
      await ada.flip("No kernel free", false);
      await card.getByText("Running", { exact: true }).waitFor();
    });
  });

  describe("minutes later", () => {
    test.override("speed", 60);

    test("Runs never end, until somebody cancels them in Hex", async () => {
      await ada.flip("Runs never end", true);
      await ada.type("/hex projects inventory");
      await ada.message("Inventory snapshot").getByRole("button", { name: "Run Inventory" }).click();
      const card = ada.message("Asked for by");
      await card.getByText(/For \d+ min/).waitFor();
      const run = ada.page.getByRole("listitem").filter({ hasText: "RUNNING Inventory snapshot" });
      await run.getByRole("button", { name: "Cancel in Hex" }).click();
      await card.getByText(/In Hex/).waitFor();
    });

    test("an outage is announced in #general on its own, and so is its end", async () => {
      await ada.flip("Hex admits an incident", true);
      await ada.flip("Hex down", true);
      await ada.page.locator(".place.unread", { hasText: "general" }).waitFor();
      await ada.goTo("general");
      const alarm = ada.message("Not connected to Hex");
      await alarm.getByText("Hex reports: Elevated API errors").waitFor();
      await ada.photograph("alert");
      await ada.flip("Hex down", false);
      await ada.message("Hex has been answering again").waitFor();
    });
  });

  test("a private channel without the bot: the refusal in red, the card as a direct message, /invite", async () => {
    await ada.goTo("secret");
    await ada.type("/hex projects inventory");
    await ada.message("Inventory snapshot").getByRole("button", { name: "Run Inventory" }).click();
    const red = ada.message("Slack refused a message from the app");
    await red.getByText("channel_not_found").waitFor();
    await ada.message("Only visible to you").getByText("/invite @hex").waitFor();
    await ada.photograph("refused");
    await ada.goTo("Hex");
    await ada.message("Asked for by").getByText("Inventory snapshot").waitFor();
    await ada.goTo("secret");
    await ada.page.getByRole("button", { name: "/invite @hex" }).click();
    await ada.page.getByText("The Hex app is in this channel").waitFor();
  });

  test("/invite @hex can be typed, but only in channels", async () => {
    await ada.goTo("secret");
    await ada.type("/invite @hex");
    await ada.page.getByText("The Hex app is in this channel").waitFor();
    demo.slack.readOnlyMessages = false;
    await ada.goTo("Hex");
    await ada.type("/invite @hex");
    await ada.page.getByRole("alert").getByText("/invite works in channels alone.").waitFor();
  });

  test("keyboard only: hints, sending, a dialog that Escape closes, and focus that stays in place", async () => {
    const { page } = ada;
    await page.getByRole("textbox").focus();
    await page.keyboard.type("/hex pro");
    await page.getByRole("button", { name: "/hex projects", exact: true }).first().waitFor();
    expect(await page.getByRole("list", { name: "Commands" }).getByRole("button").allInnerTexts()).toEqual([
      "/hex projects",
    ]);
    await page.keyboard.type("jects backfill\n");
    await ada.message("Backfill of events").getByRole("button", { name: "Run Backfill" }).focus();
    await page.keyboard.press("Enter");
    const cancel = ada.message("Asked for by").getByRole("button", { name: "Cancel the run" });
    await ada.message("Asked for by").getByText("Running", { exact: true }).waitFor();
    await cancel.focus();
    // The card is drawn anew each minute; the focus stays where it was.
    await ada.message("Asked for by").getByText("For 1 min").waitFor();
    expect(await ada.page.locator(":focus").getAttribute("aria-label")).toBe(
      "Cancel the run of Backfill of events, 2019 to now",
    );
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(demo.hex.requests.filter((one) => one.endpoint === "cancelRun")).toEqual([]);
  });

  test("an unknown command and a demo that has ended say so", async () => {
    await ada.type("/hxe status");
    await ada.page.getByRole("alert").getByText("/hxe is not a command that works here").waitFor();
    await demo.stop();
    await ada.page.getByText("The demo has stopped.").waitFor();
    await ada.page.getByRole("button", { name: "/hex status" }).click();
    await ada.page.getByRole("alert").getByText("Is it still running?").waitFor();
  });
});

plainTest.each([60, 7, 3, 1.5])("the bot asks Hex at %d times the speed too", async (speed) => {
  const demo = await startDemo({ port: 0, speed, keep: false });
  try {
    await demo.slack.command("status");
    const { blocks } = await demo.slack.waitForMessage(({ text }) => text.includes("onnected to Hex"));
    expect(JSON.stringify(blocks)).toContain("Connected to Hex");
  } finally {
    await demo.stop();
  }
});

plainTest("a machine that stands still for a moment is not a slow Slack", async () => {
  const demo = await startDemo({ port: 0, speed: 60, keep: false });
  const { slack } = demo;
  const card = ({ text }: { text: string }) => text.includes("Backfill of events");
  const unsubscribe = slack.onChange(() => {
    if (!slack.messages.some(card)) return;
    unsubscribe();
    const until = performance.now() + 500;
    while (performance.now() < until);
  });
  try {
    await slack.command("run Backfill of events, 2019 to now");
    await slack.waitForMessage((message) => card(message) && JSON.stringify(message.blocks).includes("*Running*"));
    expect(slack.messages.filter((message) => JSON.stringify(message).includes("Slack is slow"))).toEqual([]);
  } finally {
    await demo.stop();
  }
});
