// Forms, the Home tab, threads and shortcuts on the page, with the keyboard alone, against a real Bolt app.

import type { App } from "@slack/bolt";
import { afterEach, describe, expect } from "vitest";
import type { OnScreen } from "../demo/person.js";
import { ManualClock } from "../sandbox/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type PageServer, startPage } from "../sandbox/page/server.js";
import { call, completeManifest, input, modal, option, plain, startBolt } from "../sandbox/slack/bolt-app.js";
import { type LocalSlack, startSlack } from "../sandbox/slack/server.js";
import { browserTest as test } from "./browser-test.js";
import { chromiumPath } from "./chromium.js";

const titles = ["Weekly revenue", "Weekly revenue by region", "Yearly costs"];

describe.skipIf(chromiumPath === null)("in a browser", () => {
  let slack: LocalSlack;
  let hex: SimulatedHex;
  let served: PageServer;
  let ada: OnScreen;
  let stop: () => Promise<unknown>;
  let heard: Record<string, unknown>[];
  /** What a submission is acknowledged with. */
  let answer: unknown;

  test.beforeEach(async ({ visit }) => {
    const clock = new ManualClock(Date.now());
    slack = await startSlack({ clock, manifest: completeManifest });
    hex = await startHex({ clock });
    heard = [];
    answer = undefined;
    // Over HTTP: a browser that starts keeps the machine so busy that a WebSocket may look dead.
    stop = await startBolt(slack, "http", register);
    const slashCommand = { command: "/hex", description: "Try it", usageHint: "[status | help]" };
    served = await startPage({ slack, hex, clock, speed: 1, switches: [], requestsPerMinute: 30, slashCommand }, 0);
    ada = await visit(served.url);
  });
  afterEach(async () => {
    await served.stop();
    await stop();
    await Promise.all([slack.stop(), hex.stop()]);
  });

  const picker = { type: "external_select", action_id: "value", min_query_length: 0 };
  const form = modal([
    input("project", picker),
    input("region", { type: "plain_text_input" }, { dispatch_action: true }),
  ]);

  function register(app: App): void {
    app.shortcut("run", async ({ ack, body, client }) => {
      await ack();
      await client.views.open({ trigger_id: body.trigger_id, view: Object(form) });
    });
    app.shortcut("explain", async ({ ack, body }) => {
      heard.push(Object(body));
      await ack();
    });
    app.options("value", async ({ ack, payload }) => {
      const fitting = titles.filter((title) => title.toLowerCase().includes(payload.value.toLowerCase()));
      const options = fitting.map((title) => ({ ...option(title, title), description: plain("Olga Ops") }));
      await ack(Object({ options }));
    });
    app.view("ask", async ({ ack, view }) => {
      heard.push(Object(view));
      await ack(answer === undefined ? undefined : Object(answer));
    });
    app.action("go", async ({ ack, body }) => {
      heard.push(Object(body));
      await ack();
    });
    app.event("app_mention", async ({ event, client }) => {
      heard.push(Object(event));
      await client.chat.postMessage({ channel: event.channel, text: "done", thread_ts: event.thread_ts ?? event.ts });
    });
    app.event("app_home_opened", async ({ event, client }) => {
      const search = { type: "section", text: plain("Find a project"), accessory: { ...picker, action_id: "value" } };
      const run = { type: "actions", elements: [{ type: "button", action_id: "go", text: plain("Run again") }] };
      await client.views.publish({ user_id: event.user, view: Object({ type: "home", blocks: [search, run] }) });
    });
    app.action("value", async ({ ack, action }) => {
      heard.push(Object(action));
      await ack();
    });
  }

  test("a form by keyboard: opened with a shortcut, a project found by a few letters, one wrong input corrected", async () => {
    const { page } = ada;
    const { keyboard } = page;
    const focused = () => page.locator(":focus");
    await page.locator("summary", { hasText: "Shortcuts" }).focus();
    await keyboard.press("Enter");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Ask" });
    await dialog.waitFor();
    const project = dialog.getByRole("combobox", { name: "The project" });
    await project.focus();
    await dialog.getByRole("option", { name: "Yearly costs" }).waitFor();
    await keyboard.type("revenue");
    await expect.poll(() => dialog.getByRole("option").count()).toBe(2);
    await keyboard.press("ArrowDown");
    await ada.photograph("picker");
    await keyboard.press("Enter");
    expect(await project.inputValue()).toBe("Weekly revenue by region");
    expect(await dialog.getByRole("listbox").count()).toBe(0);
    await keyboard.press("Tab");
    await keyboard.type("Mars");
    answer = { response_action: "errors", errors: { region: "No such region" } };
    await keyboard.press("Enter");
    await dialog.getByRole("alert").getByText("No such region").waitFor();
    await expect.poll(() => focused().getAttribute("data-block")).toBe("region");
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type("EU");
    answer = undefined;
    await keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    expect(heard.at(-1)).toMatchObject({
      state: {
        values: {
          project: { value: { selected_option: { value: "Weekly revenue by region" } } },
          region: { value: { value: "EU" } },
        },
      },
    });
    expect(slack.troubles).toEqual([]);
  });

  test("Escape closes the options but not the form; text that was typed but not chosen is removed", async () => {
    await ada.page.locator("summary", { hasText: "Shortcuts" }).click();
    await ada.page.getByRole("button", { name: "Run Run a project" }).click();
    const dialog = ada.page.getByRole("dialog", { name: "Ask" });
    const project = dialog.getByRole("combobox");
    await project.fill("nothing like it");
    await dialog.getByText("No results").waitFor();
    await ada.page.keyboard.press("Escape");
    await dialog.getByText("No results").waitFor({ state: "hidden" });
    await ada.page.keyboard.press("Tab");
    expect(await project.inputValue()).toBe("");
    expect(await dialog.isVisible()).toBe(true);
    await ada.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  test("a form that is redrawn keeps what was typed, and says so when the app's answer is wrong", async () => {
    await ada.page.locator("summary", { hasText: "Shortcuts" }).click();
    await ada.page.getByRole("button", { name: "Run Run a project" }).click();
    const dialog = ada.page.getByRole("dialog", { name: "Ask" });
    await dialog.getByLabel("The region").fill("EU");
    await dialog.getByRole("combobox").focus();
    await expect.poll(() => slack.views[0]?.inputs[1]?.chosen).toEqual(["EU"]);
    const alert = { type: "alert", level: "error", text: plain("Hex refuses that") };
    const again = modal([alert, ...form.blocks, input("more", { type: "plain_text_input" }, { optional: true })]);
    await call(slack, "views.update", { view_id: slack.views[0]?.id, view: again });
    await dialog.getByText("Hex refuses that").waitFor();
    expect(await dialog.getByLabel("The region").inputValue()).toBe("EU");
    await dialog.getByRole("option", { name: "Yearly costs" }).click();
    answer = { response_action: "celebrate" };
    await dialog.getByRole("button", { name: "Go" }).click();
    await dialog.getByRole("alert").getByText("We had some trouble connecting. Try again?").waitFor();
    expect(await dialog.getByLabel("The region").inputValue()).toBe("EU");
    expect(slack.takeTroubles()).toHaveLength(1);
  });

  test("a thread by keyboard: started at a message, with a mention; commands do not work in it", async () => {
    const { page } = ada;
    await ada.type("Numbers, please");
    await ada.message("Numbers, please").getByRole("button", { name: "Reply in thread" }).focus();
    await page.keyboard.press("Enter");
    const reply = page.getByRole("textbox", { name: "Reply" });
    await page.locator("#reply-words:focus").waitFor();
    await page.keyboard.type("@hex run weekly revenue");
    await page.keyboard.press("Enter");
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("done").waitFor();
    expect(heard.at(-1)).toMatchObject({ type: "app_mention", thread_ts: slack.messages[0]?.ts });
    await ada.photograph("thread");
    await reply.fill("/hex status");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("/hex is not supported in threads. Sorry!").waitFor();
    expect(await reply.inputValue()).toBe("/hex status");
    await ada.message("Numbers, please").getByRole("button", { name: "2 replies" }).waitFor();
  });

  test("a shortcut on a message", async () => {
    await ada.type("What is this?");
    await ada.message("What is this?").getByRole("button", { name: "Explain" }).click();
    await expect.poll(() => heard.at(-1)).toMatchObject({ type: "message_action", message: { text: "What is this?" } });
  });

  test("Home: search and buttons", async () => {
    await ada.goTo("Hex");
    await ada.page.getByRole("tab", { name: "Home" }).click();
    await ada.page.getByRole("button", { name: "Run again" }).click();
    await expect.poll(() => heard.at(-1)).toMatchObject({ type: "block_actions", view: { type: "home" } });
    await ada.page.getByRole("combobox").nth(0).waitFor();
    const search = ada.page.locator(".home").getByRole("combobox");
    await search.fill("costs");
    await ada.page.getByRole("option", { name: "Yearly costs" }).waitFor();
    await ada.photograph("home");
    await search.press("Enter");
    await expect.poll(() => heard.at(-1)).toMatchObject({ selected_option: { value: "Yearly costs" } });
  });

  test("an app with read-only direct messages has no input line, and an app without a Home tab shows no tab", async () => {
    slack.readOnlyMessages = true;
    slack.homeTab = false;
    await ada.goTo("Hex");
    await ada.page.getByText("Sending messages to this app has been turned off.").waitFor();
    expect(await ada.page.getByRole("tab").allTextContents()).toEqual(["Messages"]);
  });
});
