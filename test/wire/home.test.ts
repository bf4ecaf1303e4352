// The Home tab: what people read on it and can press, and that it stays up to date while they look at it.

import { afterEach, describe, expect, test } from "vitest";
import type { PersonInSlack, SlackView } from "../sandbox/slack/server.js";
import { breathe, Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Everything that people read in a view, and the action_ids of what they can press. */
const textOf = (view: SlackView | undefined) => JSON.stringify(view?.view ?? null);
const buttonsOf = (view: SlackView | undefined) =>
  [...textOf(view).matchAll(/"action_id":"([^"]+)"/g)].map(([, id]) => id ?? "");

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());
  const shows = (person: PersonInSlack, text: string | RegExp) =>
    harness.until(() => {
      const read = textOf(person.home);
      return typeof text === "string" ? read.includes(text) : text.test(read);
    });
  /** Home shows her run of *Slow*, which never ends. */
  const adaWithRun = async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    const project = harness.hex.workspace.addProject({ title: "Slow", run: { neverEnds: true } });
    await ada.command(`run ${project.id}`);
    await ada.openHome();
    await shows(ada, "Running");
    return ada;
  };
  /** The same, after Grace has cancelled it. */
  const adaWithCancelledRun = async () => {
    const ada = await adaWithRun();
    await harness.person("grace").press(harness.card(), "Cancel");
    await shows(ada, "Cancelled");
    return ada;
  };
  const publications = () => harness.slack.calls.filter(({ method }) => method === "views.publish");

  test("somebody new reads whether Hex is connected, and no request goes to Hex", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    const before = harness.asked.length;
    await ada.openHome();
    await shows(ada, ":large_green_circle: *Connected to Hex*");
    expect(textOf(ada.home)).toContain("You have no runs in flight");
    expect(textOf(ada.home)).not.toContain("Your latest runs");
    expect(harness.asked.length).toBe(before);
  });

  test("my run is there with Cancel while it is running, then among the latest, and somebody else's run never is", async () => {
    harness = await Harness.start(mode);
    const [ada, grace] = [harness.person("ada"), harness.person("grace")];
    await ada.openHome();
    await grace.openHome();
    await shows(ada, "You have no runs in flight");
    const project = harness.hex.workspace.addProject({ title: "Weekly revenue" });
    await ada.command(`run ${project.id}`);
    await shows(ada, /Your runs in flight:\* 1.*Running.*Weekly revenue/);
    expect(buttonsOf(ada.home)).toContain("cancel_run");
    await shows(ada, /Your latest runs.*Completed.*Weekly revenue.*What you run most.*1 run of yours/);
    expect(textOf(ada.home)).toContain("You have no runs in flight");
    expect(buttonsOf(ada.home)).not.toContain("cancel_run");
    expect(textOf(grace.home)).not.toContain("Weekly revenue");
  });

  test("Cancel and Run again on Home show their result on the tab, and the new card is a direct message", async () => {
    const ada = await adaWithRun();
    await ada.pressHome("cancel_run");
    await shows(ada, /Your latest runs.*Cancelled/);
    await ada.pressHome("run_again");
    await shows(ada, /Your runs in flight:\* 1/);
    const direct = harness.slack.dm(harness.slack.people.ada).id;
    await harness.until(() => harness.cards.some(({ channel }) => channel === direct), 0);
    await harness.until(() => harness.starts.length === 2, 0);
    // It has been run again, which is possible only once.
    await harness.until(() => !buttonsOf(ada.home).includes("run_again"));
    await ada.pressHome("cancel_run");
    await shows(ada, "You have no runs in flight");
    expect(harness.starts).toHaveLength(2);
  });

  test("recently opened Home tabs show an outage and its end", async () => {
    harness = await Harness.start(mode, { env: { HEX_PROBE_SECONDS: "60" } });
    const ada = harness.person("ada");
    await ada.openHome();
    await shows(ada, "Connected to Hex");
    harness.hex.faults.add({ endpoint: "me", times: Number.POSITIVE_INFINITY, kind: { type: "status", status: 503 } });
    await shows(ada, ":red_circle: *Not connected to Hex*");
    expect(textOf(ada.home)).not.toContain("large_green_circle");
    harness.hex.faults.clear();
    await shows(ada, ":large_green_circle: *Connected to Hex*");
  });

  test("frequent changes are published seldom, yesterday's tabs are no longer updated, and nothing is published if nothing changes", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    await ada.openHome();
    await shows(ada, "Connected");
    const once = publications().length;
    await harness.pass(10 * MINUTE, 10_000);
    expect(publications().length).toBe(once);
    const projects = Array.from({ length: 5 }, (_, index) =>
      harness.hex.workspace.addProject({ title: `Project ${index}`, run: { neverEnds: true } }),
    );
    for (const { id } of projects) await ada.command(`run ${id}`);
    await shows(ada, /Your runs in flight:\* 5/);
    await harness.pass(10_000);
    const at = publications()
      .slice(once)
      .map((call) => call.at);
    expect(
      at
        .slice(1)
        .map((time, index) => time - (at[index] ?? 0))
        .filter((pause) => pause < 1_000),
    ).toEqual([]);
    harness.clock.advance(2 * DAY);
    await harness.pass(MINUTE);
    const before = publications().length;
    await ada.press(harness.card(), "Cancel");
    await harness.cardShows("Cancelled");
    await harness.pass(2 * MINUTE);
    expect(publications().length).toBe(before);
    expect(textOf(ada.home)).toMatch(/Your runs in flight:\* 5/);
    await ada.openHome();
    await shows(ada, /Your runs in flight:\* 4/);
  });

  test("a tab that somebody opens does not wait for its turn among those that are redrawn", async () => {
    await adaWithCancelledRun();
    const grace = harness.person("grace");
    await grace.openHome();
    await harness.until(() => textOf(grace.home).includes("Connected"), 0);
  });

  test("after a 429 and a lost answer, the Home tab is correct in the end", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    harness.slack.faults.add({ method: "views.publish", times: 2, kind: { type: "ratelimited", retryAfter: 20 } });
    await ada.openHome();
    await ada.command(`run ${project.id}`);
    await shows(ada, /Completed.*Revenue/);
    const at = publications().map((call) => call.at);
    for (const [index, time] of at.slice(0, 2).entries()) {
      expect((at[index + 1] ?? 0) - time).toBeGreaterThanOrEqual(20_000);
    }
    harness.slack.faults.add({ method: "views.publish", times: 1, kind: { type: "reset" } });
    await ada.command(`run ${project.id}`);
    await shows(ada, "2 runs of yours");
  });

  test("a Home tab that Slack fails to accept for minutes holds up no run that waits for Hex", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    await ada.openHome();
    await shows(ada, "Connected");
    harness.slack.faults.add({
      method: "views.publish",
      times: Number.POSITIVE_INFINITY,
      kind: { type: "error", error: "internal_error" },
    });
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    harness.hex.faults.add({ endpoint: "runProject", times: 4, kind: { type: "rateLimited" } });
    const from = harness.clock.monotonic();
    await ada.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    expect(harness.clock.monotonic() - from).toBeLessThan(6 * MINUTE);
    const at = publications().flatMap(({ at, answer }) => (answer.ok === false ? [at] : []));
    expect(at.filter((time, index) => time - (at[index - 1] ?? 0) < 1_000)).toEqual([]);
  });

  test("a Home tab that is switched off is logged once until it is accepted again, with what to do", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    await ada.openHome();
    await shows(ada, "Connected");
    harness.slack.faults.add({ method: "views.publish", kind: { type: "error", error: "not_enabled" } });
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await ada.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    for (let again = 0; again < 2; again++) {
      const before = publications().length;
      await ada.openHome();
      await harness.until(() => publications().length > before);
    }
    await harness.pass(MINUTE);
    const refusals = () => harness.log.filter((line) => line.includes("did not accept a Home tab"));
    expect(refusals()).toHaveLength(1);
    expect(refusals()[0]).toMatch(/switch it on at .* App Home/);
    expect(await harness.ask("status")).toContain("The app's Home tab is switched off");
    harness.slack.faults.clear();
    await ada.openHome();
    await harness.until(() => publications().at(-1)?.answer.ok === true);
    harness.slack.faults.add({ method: "views.publish", times: 1, kind: { type: "error", error: "not_enabled" } });
    await ada.openHome();
    await harness.until(() => refusals().length === 2);
  });

  test("a published tab that the bot does not know of is replaced by the correct one", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    await ada.openHome();
    await shows(ada, "Connected");
    await publish(harness, ada.id, "Something older");
    expect(textOf(ada.home)).toContain("Something older");
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await ada.command(`run ${project.id}`);
    await shows(ada, /Completed.*Revenue/);
    const conflicts = publications().filter(({ answer }) => answer.error === "hash_conflict");
    expect(conflicts.length).toBe(1);
  });

  test("a publication whose answer was lost is replaced, although its hash is not known", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    await ada.openHome();
    await shows(ada, "Connected");
    const kind = { type: "reset" } as const;
    harness.slack.faults.add({ method: "views.publish", times: 2, afterEffect: true, kind });
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await ada.command(`run ${project.id}`);
    await shows(ada, /Your latest runs.*Completed.*Revenue/);
    expect(textOf(ada.home)).toContain("You have no runs in flight");
  });

  test("an answer that does not contain the view counts as published", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    const kind = { type: "status", status: 200, body: JSON.stringify({ ok: true }) } as const;
    harness.slack.faults.add({ method: "views.publish", times: Number.POSITIVE_INFINITY, afterEffect: true, kind });
    await ada.openHome();
    await shows(ada, "Connected");
    const drawn = publications().length;
    await harness.pass(2 * MINUTE);
    expect(publications().length).toBe(drawn);
    await ada.command(`run ${harness.hex.workspace.addProject({ title: "Revenue" }).id}`);
    await shows(ada, /Your latest runs.*Completed.*Revenue/);
  });

  test("if direct messages are off, Home says so and shows the answers that have no other place", async () => {
    const ada = await adaWithCancelledRun();
    harness.slack.messagesTab = false;
    await ada.pressHome("run_again");
    await shows(ada, /Direct messages are off.*Messages tab/);
    await shows(ada, "Your runs in flight:* 1");
    await shows(ada, "*Slow* is running anyway");
  });

  test("an answer that Slack takes in no direct message for the moment is on the Home tab", async () => {
    const ada = await adaWithRun();
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "internal_error" } });
    harness.hex.faults.add({ endpoint: "cancelRun", kind: { type: "status", status: 403 } });
    await ada.pressHome("cancel_run");
    await shows(ada, "may not cancel this run");
  });

  test("a tab that has been open for days is correct again, and shows the answer, when somebody presses something on it", async () => {
    const ada = await adaWithCancelledRun();
    harness.clock.advance(2 * DAY);
    await harness.pass(2 * MINUTE);
    harness.slack.messagesTab = false;
    await ada.pressHome("run_again");
    await shows(ada, "Your runs in flight:* 1");
    await shows(ada, "*Slow* is running anyway");
  });

  test("a tab that has been open for days shows what somebody does on it when there is no other answer", async () => {
    const ada = await adaWithRun();
    harness.clock.advance(2 * DAY);
    await harness.pass(2 * MINUTE);
    await ada.pressHome("cancel_run");
    await shows(ada, "You have no runs in flight");
  });

  test("opening the Messages tab draws nothing, and an event that comes twice does no harm", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    await ada.openMessages();
    await breathe(50);
    expect(publications()).toEqual([]);
    harness.slack.loseAcknowledgements(1);
    await ada.openHome();
    await harness.pass(2 * MINUTE);
    await shows(ada, "Connected");
    expect(harness.slack.sentEvents.at(-1)?.attempts.length).toBe(2);
  });

  test("somebody from another workspace is refused, and reads nothing about anybody's runs", async () => {
    harness = await Harness.start(mode);
    const { stranger } = harness.slack.people;
    const theirs = "T0OTHERTEAM";
    const opened = { type: "app_home_opened", user: stranger.id, tab: "home", event_ts: "1.1" };
    const envelope = { type: "event_callback", team_id: harness.slack.teamId, event: opened };
    // Slack does not document what it says about where they belong.
    const payloads = [
      { ...envelope, event_id: "Ev1", team_id: theirs },
      { ...envelope, event_id: "Ev2", context_team_id: theirs },
      { ...envelope, event_id: "Ev3", event: { ...opened, view: { team_id: theirs } } },
    ];
    for (const payload of payloads) await harness.slack.sendExactly("events_api", () => payload);
    await harness.until(() => harness.slack.messages.length > 0);
    await harness.pass(10_000);
    expect(harness.slack.messages.map(({ channel }) => channel)).toEqual([harness.slack.dm(stranger).id]);
    expect(harness.slack.messages[0]?.text).toContain("only members of that workspace or its organization can use it");
    // Slack accepts no view for them. Each attempt was also refused.
    const views = harness.slack.takeRefused().map(({ args }) => JSON.stringify(args));
    expect(views).toHaveLength(3);
    for (const view of views) expect(view).toContain("This bot belongs to another workspace");
  });

  test("somebody from another workspace whom no direct message reaches is not shown a Home tab in its place", async () => {
    harness = await Harness.start(mode);
    harness.slack.messagesTab = false;
    await harness.slack.sendExactly("interactive", ({ triggerId }) => ({
      type: "block_actions",
      user: { id: harness.slack.people.stranger.id, team_id: "T0OTHERTEAM" },
      team: { id: harness.slack.teamId },
      trigger_id: triggerId,
      view: { id: "V1", type: "home", hash: "", root_view_id: "", state: {} },
      actions: [{ type: "button", action_id: "cancel_run", value: "x" }],
    }));
    await harness.until(() => harness.slack.calls.some(({ method }) => method === "chat.postMessage"), 0);
    await harness.pass(2 * MINUTE);
    expect(publications()).toEqual([]);
    harness.slack.takeRefused();
  });

  test("somebody whose workspace Slack does not name reads nothing about anybody's runs, and their tab is drawn once", async () => {
    harness = await Harness.start(mode);
    const project = harness.hex.workspace.addProject({ title: "Secret revenue" });
    await harness.person("ada").command(`run ${project.id}`);
    await harness.cardShows("Completed");
    await harness.person("stranger").openHome();
    await harness.until(() => publications().length > 0);
    await harness.pass(5 * MINUTE);
    expect(harness.slack.takeRefused()).toHaveLength(1);
    expect(JSON.stringify(publications())).not.toContain("revenue");
  });

  test("a project found with the search field opens the form, and the field is empty again", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    const project = harness.hex.workspace.addProject({ title: "Weekly revenue" });
    await harness.ask("projects");
    await ada.openHome();
    await shows(ada, "Run a project");
    const field = () => /"block_id":"(search \d+)"/.exec(textOf(ada.home))?.[1] ?? "";
    const before = field();
    const home = ada.home;
    if (home === undefined) throw new Error("no Home tab");
    const at = { blockId: before, actionId: "home_search" };
    const found = await harness.meanwhile(harness.slack.search(home, at, "reven"));
    expect(JSON.stringify(found)).toContain("Weekly revenue");
    const form = await ada.openForm(() => ada.pressHome("home_search", { value: project.id }));
    expect(JSON.stringify(form.view)).toContain("Weekly revenue");
    await harness.until(() => field() !== before);
  });

  test("a pick in the search field that is no project's id is answered", async () => {
    harness = await Harness.start(mode);
    await harness.slack.sendExactly("interactive", ({ triggerId }) => ({
      type: "block_actions",
      user: { id: harness.slack.people.ada.id },
      team: { id: harness.slack.teamId },
      view: { id: "V1", type: "home" },
      trigger_id: triggerId,
      actions: [{ type: "external_select", action_id: "home_search", selected_option: { value: "no id!" } }],
    }));
    await harness.until(() => harness.slack.messages.some((one) => shown(one).includes("another version of the bot")));
  });

  test("Run… beside an often-run project opens its form, and the card of that run is a direct message", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    const project = harness.hex.workspace.addProject({ title: "Weekly revenue" });
    await ada.command(`run ${project.id}`);
    await ada.openHome();
    await shows(ada, /Completed.*What you run most/);
    // A screen reader tells it from the Run button in lists, which starts at once.
    expect(JSON.stringify(ada.home?.view)).toContain('"accessibility_label":"Run with other inputs: Weekly revenue"');
    const changing = await ada.openForm(() => ada.pressHome("run_with_changes"));
    expect(JSON.stringify(changing.view)).toContain("Weekly revenue");
    await changing.close();
    const form = await ada.openForm(() => ada.pressHome("run_project_form"));
    expect(JSON.stringify(form.view)).toContain("Weekly revenue");
    await form.submit();
    await shows(ada, "2 runs of yours");
    expect(harness.cards.map(({ channel }) => channel)).toContain(harness.slack.dm(harness.slack.people.ada).id);
  });

  test("after a restart, an opened Home tab is still kept up to date", async () => {
    harness = await Harness.start(mode);
    const ada = harness.person("ada");
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await ada.command(`run ${project.id}`);
    await ada.openHome();
    await shows(ada, "Running");
    await harness.stopBot();
    await harness.startBot();
    await shows(ada, /Your latest runs.*Completed/);
  });
});

async function publish(harness: Harness, user: string, text: string): Promise<void> {
  await fetch(`${harness.slack.apiUrl}views.publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${harness.slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({
      user_id: user,
      view: { type: "home", blocks: [{ type: "section", text: { type: "plain_text", text } }] },
    }),
  });
}
