// From a project's name to a run with different inputs, as a person does it in a real browser.

import type { Locator } from "playwright-core";
import { afterEach, describe, expect } from "vitest";
import { type Demo, startDemo } from "../demo/demo.js";
import type { OnScreen } from "../demo/person.js";
import { browserTest as test } from "./browser-test.js";
import { chromiumPath } from "./chromium.js";

/** So near (px) to a field stands what is wrong with it; its hint may be between them. */
const NEAR = 80;

describe.skipIf(chromiumPath === null)("the form in a browser", () => {
  let demo: Demo;
  let ada: OnScreen;
  /** The ids of the runs with which the demo begins. */
  let earlier: ReadonlySet<string>;
  test.beforeEach(async ({ visit }) => {
    demo = await startDemo({ port: 0, speed: 20, keep: false });
    earlier = new Set(demo.hex.workspace.runs.map(({ id }) => id));
    ada = await visit(demo.url);
  });
  afterEach(async () => {
    expect(demo.slack.refused).toEqual([]);
    await demo.stop();
  });

  test("a name, a confirmation, a form with a wrong input, Tell me, other inputs, and a search on Home", async () => {
    const { page } = ada;
    const form = page.getByRole("dialog", { name: "Run a Hex project" });
    const picker = form.getByRole("combobox", { name: "Project" });
    const press = (key: string) => page.keyboard.press(key);

    // A name that is not the whole title asks, and takes two keys.
    await ada.type("/hex run weekly revenue");
    const question = ada.message("Run Weekly revenue by region?");
    await question.getByRole("button", { name: "Run: Weekly revenue by region" }).focus();
    await ada.photograph("story-1-question");
    await press("Enter");
    const weekly = ada.message(/Weekly revenue by region[\s\S]*Asked for by/);
    await weekly.getByText("Completed", { exact: true }).waitFor();

    // The form is open, with the picker focused.
    await ada.flip("Runs never end", true);
    await ada.type("/hex run");
    await form.locator("[role=combobox]:focus").waitFor();
    await page.keyboard.type("sales");
    await form.getByRole("option", { name: /^Sales forecast/, selected: true }).waitFor();
    await ada.photograph("story-2-type-ahead");
    await press("Enter");
    await form.getByText("no run from Slack has used one yet").waitFor();
    const inputs = form.getByRole("textbox", { name: "Inputs" });
    await inputs.focus();
    await page.keyboard.type("region = North America\ndays = thirty");
    await submit();
    await refusedAt(inputs, "“days” must be NUMBER");
    await ada.photograph("story-3-refused");
    expect(runsOf("Sales forecast")).toEqual([]);

    await inputs.fill("region = North America\ndays = 30");
    await start();
    const sales = ada.message(/Sales forecast[\s\S]*Asked for by/);
    await sales.getByText("Running", { exact: true }).waitFor();
    expect(runsOf("Sales forecast")).toEqual([{ region: "North America", days: 30 }]);

    await sales.getByRole("button", { name: "Tell me when it has ended: Sales forecast" }).focus();
    await press("Enter");
    await sales.getByText("1 person").waitFor();
    await ada.photograph("story-4-tell-me");
    finish("Sales forecast");
    await sales.getByText("Completed", { exact: true }).waitFor();

    // A run has used these inputs: each has its field now, with what stood in it.
    await sales.getByRole("button", { name: "Run with changes: Sales forecast" }).focus();
    await press("Enter");
    const days = form.getByRole("textbox", { name: "days" });
    await days.waitFor();
    expect(await picker.inputValue()).toBe("Sales forecast");
    expect(await form.getByRole("textbox", { name: "region" }).inputValue()).toBe("North America");
    expect(await days.inputValue()).toBe("30");
    await days.fill("soon");
    await submit();
    await refusedAt(days, "“days” must be NUMBER");
    await ada.photograph("story-5-changes");
    await days.fill("14");
    await start();
    await sales.getByText("days=14").waitFor();
    expect(runsOf("Sales forecast")).toEqual([
      { region: "North America", days: 30 },
      { region: "North America", days: 14 },
    ]);

    await ada.goTo("Hex");
    await ada.message("Completed").getByText("Sales forecast").first().waitFor();
    await ada.photograph("story-6-told");
    await page.getByRole("tab", { name: "Home" }).focus();
    await press("Enter");
    await page.getByText("Your runs in flight: 1").waitFor();
    await page.getByRole("combobox", { name: "Find a project" }).focus();
    await page.keyboard.type("linus nightly");
    await page.getByRole("option", { name: /^Nightly warehouse checks/, selected: true }).waitFor();
    await ada.photograph("story-7-home");
    await press("Enter");
    await form.waitFor();
    expect(await picker.inputValue()).toBe("Nightly warehouse checks");
    await press("Escape");
    await form.waitFor({ state: "hidden" });
  });

  test("typing in a picker that already has a choice starts a new search, after Tab and after a click", async () => {
    const { page } = ada;
    const form = page.getByRole("dialog", { name: "Run a Hex project" });
    const picker = form.getByRole("combobox", { name: "Project" });
    const pick = async (words: string, title: string) => {
      await page.keyboard.type(words);
      await form.getByRole("option", { name: new RegExp(`^${title}`), selected: true }).waitFor();
      await page.keyboard.press("Enter");
      expect(await picker.inputValue()).toBe(title);
    };
    await ada.type("/hex run");
    await picker.focus();
    await pick("weekly", "Weekly revenue by region");
    await pick("churn", "Churn forecast");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Shift+Tab");
    await pick("sales", "Sales forecast");
    await page.keyboard.press("Tab");
    await picker.click();
    await pick("nightly", "Nightly warehouse checks");
    // What is typed and not chosen goes.
    await page.keyboard.type("weekly");
    await page.keyboard.press("Tab");
    expect(await picker.inputValue()).toBe("Nightly warehouse checks");
  });

  /** Presses Run. */
  async function submit(): Promise<void> {
    const form = ada.page.getByRole("dialog", { name: "Run a Hex project" });
    await form.getByRole("button", { name: "Run", exact: true }).focus();
    await ada.page.keyboard.press("Enter");
  }

  /** Submits what Hex takes: the form closes, or says so when Hex has taken long. */
  async function start(): Promise<void> {
    await submit();
    const said = ada.page.locator("dialog[data-modal]", { hasText: "Asking Hex to run" });
    await said.or(ada.page.locator("body:not(:has(dialog[data-modal]))")).first().waitFor();
    if (await said.isVisible()) await ada.page.keyboard.press("Escape");
    await ada.page.locator("dialog[data-modal]").waitFor({ state: "hidden" });
  }

  /** Below the field when Hex answers in time, and above it in the form that comes back when it does not. */
  async function refusedAt(field: Locator, words: string): Promise<void> {
    const complaint = ada.page.getByRole("dialog").getByText(words);
    await complaint.waitFor();
    const [said, asked] = await Promise.all([complaint.boundingBox(), field.boundingBox()]);
    if (!said || !asked) throw new Error("It is not on the screen.");
    const gap = said.y > asked.y ? said.y - asked.y - asked.height : asked.y - said.y - said.height;
    expect(gap).toBeLessThan(NEAR);
  }

  /** What was started here, the first run first. */
  function startedHere(title: string) {
    const { projects, runs } = demo.hex.workspace;
    const [project] = projects.filter((one) => one.title === title);
    return runs.filter((run) => run.projectId === project?.id && !earlier.has(run.id));
  }

  function runsOf(title: string) {
    return startedHere(title).map(({ inputParams }) => inputParams);
  }

  function finish(title: string): void {
    for (const { id } of startedHere(title)) demo.hex.workspace.finishRun(id, "COMPLETED");
  }
});
