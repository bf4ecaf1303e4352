// The demo's hourly reports: what can go wrong with each, and what #general reads.

import { afterEach, describe, expect } from "vitest";
import { type Demo, startDemo } from "../demo/demo.js";
import type { OnScreen } from "../demo/person.js";
import { PATIENCE_MS, browserTest as test } from "./browser-test.js";
import { chromiumPath } from "./chromium.js";

describe.skipIf(chromiumPath === null)("the demo's reports", () => {
  let demo: Demo;
  let ada: OnScreen;
  test.beforeEach(async ({ visit }) => {
    demo = await startDemo({ port: 0, speed: 150, keep: false });
    ada = await visit(demo.url);
    await ada.goTo("general");
  });
  afterEach(async () => {
    expect(demo.slack.refused).toEqual([]);
    await demo.stop();
  });

  test("#general watches them, and hears of each that fails, hangs or is late, and that all are green again", async () => {
    await ada.type("/hex watching");
    await ada.message("Hourly reports").waitFor();
    const switches = [
      "Orders of the day fails",
      "Cash position is late",
      "Fraud signals hangs",
      "Snowflake prod broken",
    ];
    for (const name of switches) await ada.flip(name, true);
    for (const title of ["Orders of the day", "Margin by product", "Returns by product"])
      await ada.message(new RegExp(`${title}\\s+.*Failed`)).waitFor();
    await ada.message(/Fraud signals\s+.*Stuck: a run has been going/).waitFor();
    await ada.message(/Cash position\s+.*Late: a run was due/).waitFor();
    await ada
      .message(/Margin by product and Returns by product|Returns by product and Margin by product/)
      .getByText("Snowflake prod")
      .waitFor();
    await ada.photograph("reports-in-trouble");
    for (const name of switches) await ada.flip(name, false);
    const open = ada.messages.getByText("in trouble", { exact: false }).filter({ hasNotText: "reply" });
    await expect.poll(() => open.count(), { timeout: PATIENCE_MS }).toBe(0);
    await ada.message("Back to green").waitFor();
    await ada.photograph("reports-green");
    await ada.type("/hex digest");
    const digest = ada.message("5 of 5 fresh");
    await digest.getByText(/Sent daily at 08:00 .*set by @Grace Hopper/).waitFor();
    await ada.photograph("digest");
  });

  test("on a narrow window, and with the keyboard alone", async () => {
    await ada.page.setViewportSize({ width: 390, height: 844 });
    await ada.page.getByRole("switch", { name: /^Orders of the day fails/ }).focus();
    await ada.page.keyboard.press("Space");
    await ada.message(/Orders of the day\s+.*Failed/).waitFor();
    await ada.message("in trouble").getByRole("button", { name: "I'm on it" }).focus();
    await ada.page.keyboard.press("Enter");
    await ada.message("in trouble").getByText("@Ada Lovelace").waitFor();
    await ada.message("in trouble").scrollIntoViewIfNeeded();
    await ada.photograph("reports-narrow");
    const wider = await ada.page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    expect(wider).toBe(0);
  });
});
