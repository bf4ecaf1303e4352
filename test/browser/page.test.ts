// The page in a real browser: every block and control, modals, the Home tab, refusals, and accessibility.

import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterEach, describe, expect } from "vitest";
import type { OnScreen } from "../demo/person.js";
import { ManualClock } from "../sandbox/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { listen } from "../sandbox/local-server.js";
import { type PageServer, startPage } from "../sandbox/page/server.js";
import type { Stage } from "../sandbox/page/stage.js";
import { isRecord, parseJson } from "../sandbox/slack/json.js";
import { type LocalSlack, startSlack } from "../sandbox/slack/server.js";
import { browserTest as test } from "./browser-test.js";
import { chromiumPath } from "./chromium.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const options = ["One", "Two", "Three"].map((text) => ({ text: plain(text), value: text.toLowerCase() }));
const described = options.map((option) => ({ ...option, description: plain(`What ${option.text.text} does`) }));
const button = (action_id: string, more = {}) => ({ type: "button", action_id, text: plain("Press"), ...more });
const input = (block_id: string, element: Record<string, unknown>, more = {}) => ({
  type: "input",
  block_id,
  label: plain(`The ${block_id}`),
  element: { action_id: "value", ...element },
  ...more,
});

describe.skipIf(chromiumPath === null)("the page in a browser", () => {
  let slack: LocalSlack;
  let hex: SimulatedHex;
  let stage: Stage;
  let served: PageServer;
  let ada: OnScreen;
  /** A small app: remembers what it is told, and answers as it is told to. */
  let app: Server;
  let heard: Record<string, unknown>[];
  let answer: { status: number; body?: unknown };

  test.beforeEach(async ({ visit }) => {
    const clock = new ManualClock();
    [slack, hex] = await Promise.all([startSlack({ clock }), startHex({ clock })]);
    slack.homeTab = true;
    slack.events.add("app_home_opened");
    heard = [];
    answer = { status: 200 };
    app = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const form = new URLSearchParams(body);
      const told = parseJson(form.get("payload") ?? body) ?? Object.fromEntries(form);
      // The handshake of the address for events.
      if (isRecord(told) && typeof told.challenge === "string") return response.end(told.challenge);
      if (isRecord(told)) heard.push(told);
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
    });
    slack.eventsUrl = `http://127.0.0.1:${await listen(app)}/`;
    stage = {
      slack,
      hex,
      clock,
      speed: 1,
      switches: [],
      requestsPerMinute: 30,
      slashCommand: { command: "/hex", description: "Try it", usageHint: "[status | help]" },
    };
    served = await startPage(stage, 0);
    ada = await visit(served.url);
  });
  afterEach(async () => {
    await served.stop();
    await Promise.all([slack.stop(), hex.stop(), new Promise((resolve) => app.close(resolve))]);
  });

  async function call(method: string, args: Record<string, unknown>) {
    const response = await fetch(`${slack.apiUrl}${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${slack.botToken}` },
      body: JSON.stringify(args),
    });
    const said: unknown = await response.json();
    return said;
  }
  const post = (blocks: unknown[], text = "x") =>
    call("chat.postMessage", { channel: slack.channels.data.id, text, blocks });

  async function open(view: Record<string, unknown>) {
    await ada.type("/hex status");
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    const trigger_id = heard.at(-1)?.trigger_id;
    expect(await call("views.open", { trigger_id, view })).toMatchObject({ ok: true });
  }

  /** Serious offences against the rules of accessibility. */
  async function offences(page: Page): Promise<string[]> {
    await page.addScriptTag({ path: AXE });
    const found: unknown = await page.evaluate("axe.run().then((result) => result.violations)");
    return (Array.isArray(found) ? found : []).map(
      (one) => `${one.id}: ${one.nodes.map((node: { html: string }) => node.html).join(" | ")}`,
    );
  }

  test("texts as Slack shows them: marks, mentions, times, code, links, and a hostile title as plain text", async () => {
    await post([
      { type: "header", text: plain("Top") },
      {
        type: "section",
        text: mrkdwn(
          "*bold* `code > a` <https://x.test/a?b=1&amp;c=2|link> <@U0GRACEHOPP> &lt;!channel&gt; <img src=x>",
        ),
      },
      { type: "section", fields: [mrkdwn("*Token*\nyours"), mrkdwn("*Since*\n<!date^1793610000^{date_num}|then>")] },
      { type: "divider" },
      { type: "context", elements: [mrkdwn("small print")] },
    ]);
    const text = await ada.read(0);
    for (const part of ["Top", "bold", "code > a", "@Grace Hopper", "<!channel>", "Token\nyours", "small print"]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/Since\n\d/);
    const link = ada.message("bold").getByRole("link", { name: "link" });
    expect(await link.getAttribute("href")).toBe("https://x.test/a?b=1&c=2");
    expect(await ada.messages.locator("img").count()).toBe(0);
  });

  test("each control behaves like Slack's", async () => {
    await post([
      {
        type: "section",
        text: mrkdwn("with a menu"),
        accessory: { type: "static_select", action_id: "menu", placeholder: plain("Pick"), options },
      },
      {
        type: "actions",
        block_id: "row",
        elements: [
          button("plain", { value: "v" }),
          { type: "overflow", action_id: "more", options },
          { type: "datepicker", action_id: "day", placeholder: plain("A day") },
          { type: "users_select", action_id: "who", placeholder: plain("Who") },
          { type: "radio_buttons", action_id: "radio", options },
          { type: "checkboxes", action_id: "ticks", options },
        ],
      },
    ]);
    const message = ada.message("with a menu");
    const action = async () => {
      await expect.poll(() => heard.length).toBe(1);
      const [told] = heard.splice(0);
      return Array.isArray(told?.actions) ? told.actions[0] : told;
    };
    await message.getByLabel("Pick").selectOption("Two");
    expect(await action()).toMatchObject({ action_id: "menu", selected_option: { value: "two" } });
    await message.getByRole("button", { name: "Press" }).click();
    expect(await action()).toMatchObject({ action_id: "plain", block_id: "row", value: "v" });
    await message.locator("[data-action=more]").selectOption("One");
    expect(await action()).toMatchObject({ action_id: "more", selected_option: { value: "one" } });
    await message.getByLabel("A day").fill("2026-11-02");
    expect(await action()).toMatchObject({ action_id: "day", selected_date: "2026-11-02" });
    await message.getByLabel("Who").selectOption("Grace Hopper");
    expect(await action()).toMatchObject({ action_id: "who", selected_user: "U0GRACEHOPP" });
    await message.getByRole("radio", { name: "Three" }).check();
    expect(await action()).toMatchObject({ action_id: "radio", selected_option: { value: "three" } });
    await message.getByRole("checkbox", { name: "One" }).check();
    expect(await action()).toMatchObject({ action_id: "ticks", selected_options: [{ value: "one" }] });
    await message.getByRole("checkbox", { name: "Three" }).check();
    expect(await action()).toMatchObject({ selected_options: [{ value: "one" }, { value: "three" }] });
    await message.getByRole("checkbox", { name: "One" }).uncheck();
    await action();
    await message.getByRole("checkbox", { name: "Three" }).uncheck();
    expect(await action()).toMatchObject({ action_id: "ticks", selected_options: [] });
  });

  test("a card that changes while its button is held down still takes the press, and only the change is announced", async () => {
    const card = (text: string) => [{ type: "section", text: mrkdwn(text), accessory: button("go", { value: "v" }) }];
    await post(card("For 1 min"));
    const pressed = ada.message("For 1 min").getByRole("button", { name: "Press" });
    await pressed.hover();
    await ada.page.mouse.down();
    // It watches before the card changes: on a busy machine the change would come first.
    await ada.page.evaluate(`void (window.said = new Promise((resolve) => {
      const log = document.querySelector("[data-region=messages]");
      new MutationObserver((changes) => resolve(changes.map(({ target }) => target.textContent)))
        .observe(log, { subtree: true, childList: true, characterData: true });
    }))`);
    const { channel, ts } = slack.messages.at(-1) ?? {};
    await call("chat.update", { channel, ts, text: "x", blocks: card("For 2 min") });
    expect(await ada.page.evaluate("window.said")).toEqual(["For 2 min"]);
    await ada.page.mouse.up();
    await expect.poll(() => heard.at(-1)).toMatchObject({ actions: [{ action_id: "go", value: "v" }] });
  });

  test("a table is sorted by the column whose heading one presses, by its number if it has one", async () => {
    const text = (words: string) => ({ type: "raw_text", text: words });
    const row = (title: string, minutes: number) => [
      text(title),
      { type: "raw_number", value: minutes, text: `${minutes} min` },
    ];
    const rows = [[text("Project"), text("Took")], row("Beta", 9), row("alpha", 10), row("Gamma", 2)];
    await post([{ type: "data_table", caption: "How long", rows }]);
    const titles = () => ada.message("How long").locator("tbody td:first-child").allInnerTexts();
    expect(await titles()).toEqual(["Beta", "alpha", "Gamma"]);
    const sorted = async (heading: string, key: string) => {
      await ada.message("How long").getByRole("button", { name: heading, exact: true }).focus();
      await ada.page.keyboard.press(key);
      return titles();
    };
    expect(await sorted("Took", "Enter")).toEqual(["Gamma", "Beta", "alpha"]);
    expect(await sorted("Took", "Space")).toEqual(["alpha", "Beta", "Gamma"]);
    expect(await sorted("Project", "Enter")).toEqual(["alpha", "Beta", "Gamma"]);
    expect(await ada.messages.locator("th[aria-sort=ascending]").allInnerTexts()).toEqual(["Project"]);
    expect(await offences(ada.page)).toEqual([]);
  });

  test("blocks that cannot be shown say so", async () => {
    await post([{ type: "task_card", task_id: "1", title: "x", status: "complete" }]);
    expect(await ada.read(0)).toContain('Not rendered: the block "task_card". Slack itself shows it.');
    const many = { type: "multi_users_select", action_id: "x", placeholder: plain("Who") };
    await post([{ type: "section", text: mrkdwn("many"), accessory: many }]);
    expect(await ada.read(1)).toContain('Not rendered: the element "multi_users_select". Slack itself shows it.');
  });

  test("a refused message is shown in red, with Slack's error and where it is in the blocks", async () => {
    await post([{ type: "section", text: mrkdwn("") }]);
    const red = ada.message("Slack refused a message from the app");
    await red.getByText("invalid_blocks").waitFor();
    await red.getByText("must be more than 0 characters [json-pointer:/blocks/0/text/text]").waitFor();
    await ada.goTo("general");
    await ada.page.getByRole("heading", { name: "general" }).waitFor();
    expect(await ada.messages.getByRole("article").count()).toBe(0);
  });

  test("a modal: missing fields, refused and accepted inputs; Escape closes it", async () => {
    const view = {
      type: "modal",
      callback_id: "run",
      title: plain("Run a project"),
      submit: plain("Run"),
      close: plain("Not now"),
      notify_on_close: true,
      blocks: [
        input(
          "region",
          { type: "plain_text_input", placeholder: plain("North America") },
          { hint: plain("As in Hex") },
        ),
        input("days", { type: "number_input", is_decimal_allowed: false, initial_value: "30" }),
        input("size", { type: "static_select", options, initial_option: options[1] }),
        input("flags", { type: "checkboxes", options: described }, { optional: true }),
      ],
    };
    await open(view);
    const dialog = ada.page.getByRole("dialog", { name: "Run a project" });
    await dialog.getByText("As in Hex").waitFor();
    await dialog.getByText("What One does").waitFor();
    expect(await offences(ada.page)).toEqual([]);
    await dialog.getByRole("button", { name: "Run" }).click();
    await dialog.getByRole("alert").getByText("Please complete this required field.").waitFor();
    await dialog.getByLabel("The region").fill("EU");
    await dialog.getByLabel("Three").check();
    answer = { status: 200, body: { response_action: "errors", errors: { region: "No such region" } } };
    await dialog.getByRole("button", { name: "Run" }).click();
    await dialog.getByRole("alert").getByText("No such region").waitFor();
    expect(await dialog.getByLabel("The region").inputValue()).toBe("EU");
    await ada.photograph("modal");
    answer = { status: 200 };
    await dialog.getByRole("button", { name: "Run" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(heard.at(-1)).toMatchObject({
      type: "view_submission",
      view: {
        state: {
          values: {
            region: { value: { value: "EU" } },
            days: { value: { value: "30" } },
            size: { value: { selected_option: { value: "two" } } },
            flags: { value: { selected_options: [{ value: "three" }] } },
          },
        },
      },
    });
    await open(view);
    await dialog.waitFor();
    await ada.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await expect.poll(() => heard.at(-1)?.type).toBe("view_closed");
  });

  test("the Home tab: empty at first, then what the app publishes, with working buttons", async () => {
    await ada.goTo("Hex");
    await ada.page.getByRole("tab", { name: "Home" }).click();
    await ada.page.getByText("The app shows nothing on its Home tab.").waitFor();
    await expect
      .poll(() => heard.at(-1))
      .toMatchObject({ event: { type: "app_home_opened", user: slack.people.ada.id } });
    const home = { type: "home", blocks: [{ type: "section", text: mrkdwn("*Welcome*"), accessory: button("go") }] };
    await call("views.publish", { user_id: slack.people.ada.id, view: home });
    await ada.page.getByText("Welcome").waitFor();
    await ada.page.getByRole("button", { name: "Press" }).click();
    await expect.poll(() => heard.at(-1)).toMatchObject({ type: "block_actions", container: { type: "view" } });
  });

  test("an app that fails: the page shows what Slack would show", async () => {
    answer = { status: 500 };
    await ada.type("/hex status");
    await ada.page.getByRole("alert").getByText('/hex failed with the error "dispatch_failed"').waitFor();
    answer = { status: 200 };
    await ada.type("/hex status");
    await ada.page.getByRole("alert").waitFor({ state: "hidden" });
  });

  test("what people write appears in the channel, and conversations with something new are marked", async () => {
    await ada.goTo("general");
    await ada.page.getByRole("heading", { name: "general" }).waitFor();
    slack.say(slack.people.grace, slack.channels.data, "Anybody here?");
    await ada.page.locator(".place.unread", { hasText: "data" }).waitFor();
    await ada.goTo("data");
    await ada.message("Anybody here?").getByText("Grace Hopper").waitFor();
    await ada.type("*Yes*");
    await ada.message("Yes").getByText("Ada Lovelace").waitFor();
    await ada.page.locator(".place.unread").waitFor({ state: "detached" });
    await ada.type("a < b && <@U0GRACEHOPP>");
    await ada.message("a < b && <@U0GRACEHOPP>").waitFor();
    expect(slack.messages.at(-1)?.text).toBe("a &lt; b &amp;&amp; &lt;@U0GRACEHOPP&gt;");
  });

  test("a hidden tab closes its connection, and catches up when it is shown again", async ({ visit }) => {
    const hide = (hidden: boolean) =>
      ada.page.evaluate(
        `Object.defineProperty(document, "hidden", { configurable: true, get: () => ${hidden} });
         document.dispatchEvent(new Event("visibilitychange"));`,
      );
    await ada.page.getByRole("textbox", { name: "Message to #data" }).fill("half a sentence");
    await hide(true);
    slack.say(slack.people.grace, slack.channels.data, "Anybody here?");
    const grace = await visit(served.url);
    await grace.message("Anybody here?").waitFor();
    expect(await ada.messages.getByRole("article").count()).toBe(0);
    await hide(false);
    await ada.message("Anybody here?").waitFor();
    expect(await ada.page.getByRole("textbox").inputValue()).toBe("half a sentence");
  });

  test("unsent text stays in its conversation, refused text comes back, and a problem is not shown in other conversations", async () => {
    const line = (place: string) => ada.page.getByRole("textbox", { name: `Message to ${place}` });
    await line("#data").fill("for data");
    await ada.goTo("general");
    await line("#general").fill("/hxe status");
    await ada.goTo("data");
    await expect.poll(() => line("#data").inputValue()).toBe("for data");
    await ada.become("Grace Hopper");
    await expect.poll(() => line("#data").inputValue()).toBe("");
    await ada.become("Ada Lovelace");
    await expect.poll(() => line("#data").inputValue()).toBe("for data");
    await ada.goTo("general");
    await expect.poll(() => line("#general").inputValue()).toBe("/hxe status");
    await line("#general").press("Enter");
    await ada.page.getByRole("alert").waitFor();
    await expect.poll(() => line("#general").inputValue()).toBe("/hxe status");
    expect(await line("#general").getAttribute("maxlength")).toBe("4000");
    await ada.goTo("data");
    await ada.page.getByRole("alert").waitFor({ state: "hidden" });
  });

  test("by keyboard: to the hints and back, and from a thread back to where it was opened", async () => {
    const focused = () => ada.page.locator(":focus").getAttribute("data-focus");
    const { page } = ada;
    await page.getByRole("textbox").focus();
    await page.keyboard.type("/hex ");
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("hint:help");
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("hint:status");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("words");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("words");
    const hints = page.getByRole("list", { name: "Commands" });
    await hints.waitFor({ state: "hidden" });
    // A click elsewhere puts them away too: they stand on the messages.
    await page.keyboard.type("s");
    await hints.waitFor();
    await page.getByRole("heading", { name: "data" }).click();
    await hints.waitFor({ state: "hidden" });
    await post([{ type: "section", text: mrkdwn("the start") }]);
    const ts = slack.messages.at(-1)?.ts;
    await call("chat.postMessage", { channel: slack.channels.data.id, text: "reply", thread_ts: ts });
    for (const close of ["Escape", "Enter"]) {
      await ada.message("the start").getByRole("button", { name: "1 reply" }).click();
      const thread = page.getByRole("complementary", { name: "Thread" });
      await thread.waitFor();
      await page.keyboard.press(close);
      await thread.waitFor({ state: "hidden" });
      expect(await focused()).toBe(`thread:${ts}`);
    }
  });

  test("the focus stays in place when its button disappears, and returns to where a modal was opened from", async () => {
    await post([{ type: "actions", elements: [button("go")] }]);
    const { channel, ts } = slack.messages.at(-1) ?? {};
    await ada.message("Press").getByRole("button", { name: "Press" }).focus();
    await call("chat.update", { channel, ts, text: "x", blocks: [{ type: "section", text: mrkdwn("Pressed") }] });
    await ada.message("Pressed").waitFor();
    expect(await ada.page.locator(":focus").textContent()).toContain("Pressed");
    const confirm = { title: plain("Sure?"), text: plain("It stops."), confirm: plain("Yes"), deny: plain("No") };
    const question = { channel, ts, text: "x", blocks: [{ type: "actions", elements: [button("go", { confirm })] }] };
    await call("chat.update", question);
    await ada.message("Press").getByRole("button", { name: "Press" }).click();
    await ada.page.getByRole("dialog", { name: "Sure?", description: "It stops." }).waitFor();
    await call("chat.update", { ...question, blocks: [{ type: "section", text: mrkdwn("Too late") }] });
    await ada.message("Too late").waitFor();
    await ada.page.keyboard.press("Escape");
    await expect.poll(() => ada.page.locator(":focus").textContent()).toContain("Too late");
    await open({ type: "modal", title: plain("A question"), blocks: [{ type: "section", text: mrkdwn("?") }] });
    const dialog = ada.page.getByRole("dialog", { name: "A question" });
    await dialog.waitFor();
    await ada.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await ada.page.locator(":focus").getAttribute("data-focus")).toBe("words");
  });

  test("the focus stays on a button when the message gains a block above it", async () => {
    const row = { type: "actions", elements: [button("go", { value: "1" }), button("go_too", { value: "2" })] };
    await post([row]);
    const { channel, ts } = slack.messages.at(-1) ?? {};
    await ada.message("Press").getByRole("button", { name: "Press" }).last().focus();
    const blocks = [{ type: "section", text: mrkdwn("1 person will be told") }, row];
    await call("chat.update", { channel, ts, text: "x", blocks });
    await ada.message("1 person").waitFor();
    await ada.page.keyboard.press("Enter");
    await expect.poll(() => heard.at(-1)).toMatchObject({ actions: [{ action_id: "go_too" }] });
  });

  test("the focus follows the only button of its kind, such as the one for the next page", async () => {
    const next = (value: string) => button("next", { value });
    await post([{ type: "actions", elements: [next("1")] }]);
    const { channel, ts } = slack.messages.at(-1) ?? {};
    await ada.message("Press").getByRole("button", { name: "Press" }).focus();
    const blocks = [
      { type: "section", text: mrkdwn("Page 2") },
      { type: "actions", elements: [button("previous", { value: "0" }), next("2")] },
    ];
    await call("chat.update", { channel, ts, text: "x", blocks });
    await ada.message("Page 2").waitFor();
    await ada.page.keyboard.press("Enter");
    await expect.poll(() => heard.at(-1)).toMatchObject({ actions: [{ action_id: "next", value: "2" }] });
  });

  test("by keyboard, a menu in a message does nothing before something is chosen from its list", async () => {
    const menu = { type: "static_select", action_id: "menu", placeholder: plain("Pick"), options };
    await post([{ type: "section", text: mrkdwn("with a menu"), accessory: menu }]);
    const pick = ada.message("with a menu").getByLabel("Pick");
    await pick.focus();
    await ada.page.keyboard.press("Control+c");
    expect(await ada.page.evaluate("document.querySelector('select:open') === null")).toBe(true);
    for (const key of ["ArrowDown", "End", "T"]) {
      await pick.focus();
      await ada.page.keyboard.press(key);
      await expect.poll(() => ada.page.evaluate("document.querySelector('select:open') !== null")).toBe(true);
      for (const next of ["Home", "ArrowDown", "ArrowDown", "Enter"]) await ada.page.keyboard.press(next);
      await expect.poll(() => heard.length).toBe(1);
      expect(heard.splice(0)).toMatchObject([{ actions: [{ selected_option: { value: "two" } }] }]);
      await ada.page.evaluate("void (document.querySelector('article select').value = '')");
    }
  });

  test("the focus returns from a modal to the button that opened it, even if it was replaced, or is in a menu", async () => {
    const focused = () => ada.page.locator(":focus").getAttribute("data-focus");
    const dialog = ada.page.getByRole("dialog", { name: "A question" });
    const question = { type: "modal", title: plain("A question"), blocks: [{ type: "section", text: mrkdwn("?") }] };
    const answerWithModal = async () => {
      await expect.poll(() => heard.at(-1)?.trigger_id).toBeTruthy();
      const trigger_id = heard.splice(0).at(-1)?.trigger_id;
      expect(await call("views.open", { trigger_id, view: question })).toMatchObject({ ok: true });
      await dialog.waitFor();
    };
    const row = { type: "actions", elements: [button("go", { value: "1" })] };
    await post([row]);
    const { channel, ts } = slack.messages.at(-1) ?? {};
    await ada.message("Press").getByRole("button", { name: "Press" }).focus();
    await ada.page.keyboard.press("Enter");
    await answerWithModal();
    const blocks = [{ type: "section", text: mrkdwn("Asked") }, row];
    await call("chat.update", { channel, ts, text: "x", blocks });
    await ada.page.getByText("Asked").waitFor();
    await ada.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await focused()).toMatch(/\/go$/);
    await ada.page.getByText("Shortcuts").click();
    await ada.page.getByRole("button", { name: /Run a Hex project/ }).click();
    await answerWithModal();
    await ada.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await focused()).toBe("shortcuts");
  });

  test("the scroll position is kept while a thread is open and follows what one writes; old messages are not read aloud", async () => {
    const busy = () => ada.messages.getAttribute("aria-busy");
    const long = "line\n".repeat(30);
    await post([{ type: "section", text: mrkdwn(`the start ${long}`) }]);
    await ada.message("the start").waitFor();
    const ts = slack.messages.at(-1)?.ts;
    await call("chat.postMessage", { channel: slack.channels.data.id, text: "reply", thread_ts: ts });
    await post([{ type: "section", text: mrkdwn(`much more ${long}${long}`) }]);
    await expect.poll(busy).toBe("false");
    const top = async () => Number(await ada.page.evaluate("document.querySelector('.scroll').scrollTop"));
    const replies = ada.message("the start").getByRole("button", { name: "1 reply" });
    await replies.scrollIntoViewIfNeeded();
    const before = await top();
    await replies.click();
    const thread = ada.page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("reply", { exact: true }).waitFor();
    expect(await top()).toBe(before);
    // Its start is read aloud among the messages already.
    expect(await thread.locator("[aria-live=off]").getByRole("article").allTextContents()).toEqual([
      expect.stringContaining("the start"),
    ]);
    await ada.type("Anybody here?");
    await ada.message("Anybody here?").waitFor();
    expect(await top()).toBeGreaterThan(before);
    await ada.goTo("general");
    await ada.page.getByRole("heading", { name: "general" }).waitFor();
    await ada.goTo("data");
    await ada.message("Anybody here?").waitFor();
    expect(await busy()).toBe("true");
  });

  test("a demo that has ended says so, until it is running again", async () => {
    await ada.page.getByRole("heading", { name: "data" }).waitFor();
    await served.stop();
    await ada.page.getByText("The demo has stopped.").waitFor();
    await ada.type("Anybody here?");
    await ada.page.getByRole("alert").getByText("Is it still running?").waitFor();
    served = await startPage(stage, Number(new URL(served.url).port));
    await ada.page.getByText("The demo has stopped.").waitFor({ state: "hidden" });
    await ada.page.getByRole("alert").waitFor({ state: "hidden" });
    await ada.page.getByRole("button", { name: "Send" }).click();
    await ada.message("Anybody here?").waitFor();
  });

  test("a menu of conversations offers what Slack would: no archived channel, and no private one of others", async () => {
    const element = { type: "conversations_select", placeholder: plain("Where") };
    slack.kick(slack.channels.secret, slack.people.ada);
    const blocks = [input("place", element)];
    await open({ type: "modal", title: plain("A question"), submit: plain("Go"), blocks });
    const menu = ada.page.getByRole("dialog").getByLabel("The place");
    await menu.waitFor();
    expect(await menu.locator("option").allTextContents()).toEqual(["Where", "general", "data", "team"]);
  });

  test("nobody can write in an archived channel: a command goes to the first channel", async () => {
    hex.workspace.addProject({ title: "Revenue" });
    await ada.goTo("archived");
    await ada.page.getByText("nobody can write here").waitFor();
    expect(await ada.page.getByRole("button", { name: "/hex status" }).count()).toBe(0);
    await ada.page.getByRole("button", { name: "Run… Revenue" }).click();
    await expect
      .poll(() => ada.page.getByRole("textbox", { name: "Message to #data" }).inputValue())
      .toMatch("/hex run");
  });

  test("unread messages are still unread after the page is reloaded", async () => {
    await ada.page.locator(".place", { hasText: "general" }).waitFor();
    slack.say(slack.people.grace, slack.channels.general, "News");
    const unread = ada.page.locator(".place.unread", { hasText: "general" });
    await unread.waitFor();
    await ada.page.reload();
    await unread.waitFor();
  });

  test("on a small screen: one column, with a thread on top of it", async () => {
    await post([{ type: "section", text: mrkdwn("the start") }]);
    await call("chat.postMessage", {
      channel: slack.channels.data.id,
      text: "x",
      thread_ts: slack.messages.at(-1)?.ts,
    });
    await ada.page.setViewportSize({ width: 400, height: 800 });
    const width = async (selector: string) => (await ada.page.locator(selector).boundingBox())?.width;
    expect(await ada.page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    expect(await width("main")).toBeGreaterThan(380);
    await ada.message("the start").getByRole("button", { name: "1 reply" }).click();
    await ada.page.getByRole("complementary", { name: "Thread" }).getByText("the start").waitFor();
    expect(await width("#thread")).toBe(400);
    // In a window of half a screen it stands beside the messages, and covers nothing.
    await ada.page.setViewportSize({ width: 900, height: 800 });
    await ada.page.getByRole("button", { name: "Send" }).click({ trial: true });
    await ada.page.getByRole("button", { name: "Close" }).click();
    // A window at 200 %.
    await ada.page.setViewportSize({ width: 680, height: 450 });
    expect((await ada.page.locator(".scroll").boundingBox())?.height).toBeGreaterThan(180);
  });

  test.each(["light", "dark"] as const)("everybody can use it, %s", async (look) => {
    await post([
      { type: "section", text: mrkdwn("*Status* of `app.hex.tech`, <https://x.test|link>"), accessory: button("a") },
      { type: "context", elements: [mrkdwn("small")] },
      { type: "actions", elements: [button("b", { style: "danger" }), button("c", { style: "primary" })] },
    ]);
    await post([{ type: "section", text: mrkdwn("") }]);
    hex.workspace.addProject({ title: "Revenue", inputs: { region: { dataType: "STRING" } } });
    await ada.page.emulateMedia({ colorScheme: look });
    await ada.page.getByText("Slack refused a message").waitFor();
    expect(await offences(ada.page)).toEqual([]);
  });

  test("a link into Hex says where it leads, and uses no requests of the token", async () => {
    const app = await (await fetch(`${hex.origin}/app/1`)).text();
    expect(app).toContain("A simulated Hex: what runs in it is shown in the demo.");
    await fetch(`${hex.origin}/api/v1/users/me`);
    slack.say(slack.people.grace, slack.channels.data, "Something new");
    await ada.page.getByText("1 of 30").waitFor();
  });

  test("answers only its own page", async () => {
    const at = (path: string, headers: Record<string, string>) =>
      fetch(`${served.url}${path}`, { headers }).then(({ status }) => status);
    expect(await at("/", {})).toBe(200);
    expect(await at("/", { origin: "https://evil.test" })).toBe(403);
    expect(await at("/nowhere", {})).toBe(404);
    const deed = (body: string) => fetch(`${served.url}/do`, { method: "POST", body }).then(({ status }) => status);
    expect(await deed("{")).toBe(400);
    expect(await deed('{"do":"switch"}')).toBe(400);
  });
});
