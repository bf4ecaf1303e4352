// Every command over the real wire, in both modes, as people type it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pings } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const DAY = 24 * 60 * 60_000;
const VIEW = "018f2a1e-0000-7000-8000-0000000000aa";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test("/hex and /hex help list what people can do, with an example each", async () => {
    for (const typed of ["", "help", "HELP", "  help  "]) {
      const answer = await harness.ask(typed);
      for (const name of ["status", "projects", "run", "runs", "cancel"]) expect(answer).toContain(`/hex ${name}`);
      expect(answer).toContain("For example");
    }
    expect(harness.asked).toEqual([]);
  });

  test("an unknown word is answered with a suggestion and what there is, in few words", async () => {
    const answer = await harness.ask("statsu");
    expect(answer).toMatch(/Did you mean `\/hex status`\?\n.*`projects`, `run`, .* `\/hex help` explains each\.$/);
    expect(await harness.ask("<!channel> now")).not.toContain("Did you mean");
  });

  describe("status", () => {
    test("when all is well, it shows the host, the token, its expiry, both scopes as proven, the projects and the tracked runs", async () => {
      harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.workspace.addProject({ title: "Draft", published: false });
      const answer = await harness.ask("status");
      expect(answer).toContain("Connected to Hex");
      expect(answer).toContain(new URL(harness.hex.origin).host);
      expect(answer).toMatch(/Personal token of Olga Ops, olga@acme\.test \(ADMIN\)/);
      expect(answer).toMatch(/Expires\*\n<!date.*in 60 days/);
      expect(answer).toMatch(/Read projects\*\n:white_check_mark: proven/);
      expect(answer).toMatch(/Run projects\*\n:white_check_mark: proven/);
      expect(answer).toContain("2, 1 published");
      expect(answer).toContain("0 runs tracked");
      expect(harness.hex.workspace.runs).toEqual([]);
    });

    test("if Hex says nothing about the token, it does not claim that the token never expires", async () => {
      harness.hex.workspace.tellsOfToken = false;
      expect(await harness.ask("status")).toMatch(/Expires\*\nnot known/);
      harness.hex.workspace.tellsOfToken = true;
      harness.hex.workspace.setExpiry(harness.token, null);
      expect(await harness.ask("status")).toMatch(/Expires\*\nnever/);
    });

    test("the proof of the run scope is kept for ten minutes", async () => {
      harness.hex.workspace.addProject();
      await harness.ask("status");
      harness.clock.advance(4 * 60_000);
      expect(await harness.ask("status")).toMatch(/Run projects\*\n:white_check_mark: proven 4 min ago/);
      expect(harness.requests("runProject")).toHaveLength(1);
      harness.clock.advance(6 * 60_000 + 1);
      await harness.ask("status");
      expect(harness.requests("runProject")).toHaveLength(2);
    });

    test.each([
      [13 * DAY, /:warning: .*in 13 days\. Plan to renew it/],
      [2 * DAY, /:rotating_light: .*in 2 days\. Create a new token now/],
    ])("says when a token expires in %d ms", async (left, text) => {
      harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + left);
      expect(await harness.ask("status")).toMatch(text);
    });

    test("says which scope to add if the run scope is missing", async () => {
      harness.hex.workspace.addProject();
      harness.hex.workspace.setScopes(harness.token, ["read"]);
      const answer = await harness.ask("status");
      expect(answer).toMatch(/Run projects\*\n:x: missing/);
      expect(answer).toContain('Create a token with the "Run projects" scope');
    });

    test("without any scope, it names the first one to add, and says nothing about projects that nobody can see", async () => {
      harness.hex.workspace.addProject();
      harness.hex.workspace.setScopes(harness.token, []);
      const answer = await harness.ask("status");
      expect(answer).toContain('Create a token with the "Read projects" scope');
      expect(answer).not.toContain("publish a project");
    });

    test("if a token loses both scopes, it names both", async () => {
      harness.hex.workspace.addProject();
      await harness.ask("status");
      harness.hex.workspace.setScopes(harness.token, []);
      const answer = await harness.ask("status");
      expect(answer).toContain('Create a token with the "Read projects" scope');
      expect(answer).toContain('Create a token with the "Run projects" scope');
    });

    test("without a published project, the run scope is not proven, and it says what would prove it", async () => {
      expect(await harness.ask("status")).toContain("publish a project");
    });

    test("if the token is dead, the same card says what to do", async () => {
      harness.hex.workspace.revokeToken(harness.token);
      const answer = await harness.ask("status");
      expect(answer).toContain("Not connected to Hex");
      expect(answer).toContain("Create a new token");
      expect(answer).toContain("HEX_WORKSPACE_URL");
      expect(answer).toMatch(/Reference `\w{8}`/);
    });

    test.each([
      ["hangs", { type: "hang" }, "did not answer in time"],
      ["resets", { type: "reset" }, "was lost"],
      ["answers HTML", { type: "html" }, "a web page or a redirect where the Hex API should be"],
      ["fails", { type: "status", status: 500 }, "Hex failed (500)"],
    ] as const)("Hex %s: the status says so, and its reference is in the log", async (_, kind, text) => {
      harness.hex.faults.add({ kind, times: Number.POSITIVE_INFINITY });
      const { id } = await harness.slack.command("status");
      await harness.until(() => harness.slack.messages.some((message) => message.responseUrlOf === id), 50);
      const answer = shown(await harness.slack.waitForMessage((message) => message.responseUrlOf === id));
      expect(answer).toContain("Not connected to Hex");
      expect(answer).toContain(text);
      const reference = /Reference `(\w{8})`/.exec(answer)?.[1];
      expect(harness.log.join("")).toContain(`"reference":"${reference}"`);
    });
  });

  describe("projects", () => {
    test("lists published projects first, newest first, with owner, label and schedule, and with Run only where it works", async () => {
      const now = harness.clock.now();
      const { workspace } = harness.hex;
      workspace.addProject({
        title: "Old news",
        publishedAt: now - 9 * DAY,
        ownerEmail: "o@acme.test",
        schedules: [{ cadence: "HOURLY", hourly: { timezone: "Asia/Kolkata", minute: 5 } }],
      });
      workspace.addProject({ title: "Sketch", published: false });
      workspace.addProject({
        title: "Fresh",
        publishedAt: now - DAY,
        status: "Approved",
        schedules: [{ cadence: "DAILY", daily: { timezone: "Europe/Berlin", hour: 6, minute: 5 } }],
      });
      const answer = await harness.ask("projects");
      expect(answer.indexOf("Fresh")).toBeLessThan(answer.indexOf("Old news"));
      expect(answer.indexOf("Old news")).toBeLessThan(answer.indexOf("Sketch"));
      expect(answer).toContain("daily at 06:05 (+01:00)");
      // Elsewhere, that is another minute of the hour.
      expect(answer).toContain("hourly at minute 5 (+05:30)");
      expect(answer).toContain("`Approved`");
      expect(answer).toContain("Not published: publish it in Hex to run it.");
      const message = harness.slack.messages.at(-1);
      expect(message && buttonsOf(message)).toEqual([
        "run_project",
        "run_project_form",
        "run_project",
        "run_project_form",
      ]);
    });

    test("words narrow it down, and if nothing is found, it says what to try", async () => {
      harness.hex.workspace.addProject({ title: "Churn", categories: ["Finance"] });
      harness.hex.workspace.addProject({ title: "Revenue" });
      expect(await harness.ask("projects finance CHURN")).toMatch(/1 project/);
      const none = await harness.ask("projects zebra");
      expect(none).toContain("No project fits");
      expect(none).toContain("Try fewer words");
      expect(harness.requests("listProjects")).toHaveLength(1);
    });

    test("an empty workspace says what to do", async () => {
      expect(await harness.ask("projects")).toContain("Share a project");
    });

    test("Next and Previous turn the page in the same message, without asking Hex", async () => {
      for (let i = 0; i < 20; i++) {
        harness.hex.workspace.addProject({ title: `Project ${i}`, publishedAt: harness.clock.now() - i * DAY });
      }
      await harness.ask("projects");
      const list = harness.slack.messages.at(-1);
      if (!list) throw new Error("no list");
      expect(shown(list)).toContain("Page 1 of 3");
      await harness.slack.click(list, "projects_next");
      await harness.slack.waitForMessage((message) => shown(message).includes("Page 2 of 3"));
      expect(shown(list)).toContain("Project 8");
      await harness.slack.click(list, "projects_next");
      await harness.slack.waitForMessage((message) => shown(message).includes("Page 3 of 3"));
      await harness.slack.click(list, "projects_previous");
      await harness.slack.waitForMessage((message) => shown(message).includes("Page 2 of 3"));
      expect(harness.requests("listProjects")).toHaveLength(1);
    });

    test("Run on the list starts one run, even on a double click, and a later press starts another", async () => {
      const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
      await harness.ask("projects");
      const list = harness.slack.messages.at(-1);
      if (!list) throw new Error("no list");
      const stale = { blocks: [...list.blocks] };
      await Promise.all([
        harness.slack.click(list, "run_project"),
        harness.slack.click(list, "run_project", { stale }),
      ]);
      await harness.cardShows("Running");
      await harness.slack.waitForMessage((message) => shown(message).includes("already started a run"));
      expect(harness.starts).toHaveLength(1);
      expect(harness.starts[0]?.path).toContain(id);
      await harness.slack.click(list, "run_project");
      await harness.until(() => harness.starts.length === 2);
    });
  });

  test("Run on an old list that cannot be redrawn starts the run, and nothing says otherwise", async () => {
    harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.ask("projects");
    const list = harness.slack.messages.at(-1);
    if (!list) throw new Error("no list");
    harness.clock.advance(31 * 60_000);
    harness.hex.faults.add({ endpoint: "listProjects", kind: { type: "status", status: 500 }, times: 3 });
    await harness.slack.click(list, "run_project");
    await harness.cardShows("Completed");
    expect(harness.slack.messages.filter((message) => shown(message).includes("did not work"))).toEqual([]);
  });

  describe("run", () => {
    test("sends inputs and flags to Hex and shows them on the card", async () => {
      const project = harness.hex.workspace.addProject({
        title: "Revenue",
        inputs: { region: { dataType: "STRING" }, days: { dataType: "NUMBER" } },
      });
      await harness.slack.command(`run ${project.id} region=“North America” days=30 --fresh`);
      const card = await harness.cardShows("Running");
      expect(harness.starts[0]?.body).toEqual({
        inputParams: { region: "North America", days: 30 },
        useCachedSqlResults: false,
      });
      expect(shown(card)).toContain("`region=North America` `days=30`");
      expect(shown(card)).toContain("fresh SQL");
      expect(shown(card)).toContain(`Asked for by <@${harness.slack.people.ada.id}>`);
      expect(card.channel).toBe(harness.slack.channels.data.id);
    });

    test("takes a link, even one that Slack has wrapped", async () => {
      const project = harness.hex.workspace.addProject();
      await harness.slack.command(`run ${harness.hex.origin}/acme/hex/${project.id}/draft/logic`);
      await harness.until(() => harness.starts.length === 1);
    });

    test("--dry-run starts nothing and says so", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      expect(await harness.ask(`run ${project.id} --dry-run`)).toContain("Hex would start");
      expect(harness.hex.workspace.runs).toEqual([]);
      expect(harness.cards).toEqual([]);
    });

    test("--publish and --view reach Hex", async () => {
      const project = harness.hex.workspace.addProject({ views: [VIEW] });
      await harness.slack.command(`run ${project.id} --publish`);
      await harness.slack.command(`run ${project.id} --view ${VIEW}`);
      await harness.until(() => harness.starts.length === 2);
      const bodies = harness.starts.map((request) => request.body);
      expect(bodies).toContainEqual({ updatePublishedResults: true });
      expect(bodies).toContainEqual({ viewId: VIEW });
    });

    test.each([
      ["run PROJECT region=“North", "quotation mark is never closed"],
      ["run PROJECT --frsh", "Did you mean `--fresh`?"],
      ["run PROJECT -dry-run", "Did you mean `--dry-run`?"],
      ["run PROJECT -view=018f2a1e-0000-7000-8000-000000000001", "Did you mean `--view`?"],
      ["run weekly revenue -Publish", "Did you mean `--publish`?"],
      ["run PROJECT --view v x=1", "Leave out `--view` or the inputs"],
      ["run PROJECT --publish x=1", "Leave out `--publish` or the inputs"],
      ["run PROJECT x=1 x=2", "is there twice"],
      ["run PROJECT x=[1,", "not valid JSON"],
      ["run PROJECT days = 30", "without spaces around the `=`"],
      ["run https://app.other.test/hex/PROJECT", "leads to `app.other.test`"],
    ])("%s: the mistake is explained before any request", async (typed, text) => {
      const project = harness.hex.workspace.addProject();
      expect(await harness.ask(typed.replace("PROJECT", project.id))).toContain(text);
      expect(harness.asked).toEqual([]);
    });

    test("a title instead of an id shows the matching project with Run", async () => {
      harness.hex.workspace.addProject({ title: "Weekly revenue" });
      expect(await harness.ask("run revenue")).toMatch(/^Run .*Weekly revenue/);
      expect(await harness.ask("run zebra")).toContain("No project fits");
      expect(harness.starts).toEqual([]);
    });

    test.each([400, 403, 404, 422] as const)("an unknown id, answered with %d, gets a remedy", async (status) => {
      harness.hex.workspace.invisibleStatus = status;
      for (const words of ["plain", "vague"] as const) {
        harness.hex.workspace.invisibleWords = words;
        const answer = await harness.ask("run 018f2a1e-0000-7000-8000-000000000001");
        expect(answer).toMatch(/What to do/);
        expect(answer).toMatch(/not shared with the (bot's )?token/);
        expect(answer).toMatch(/Reference `\w{8}`/);
      }
      expect(harness.cards).toEqual([]);
    });

    test.each([400, 403, 404, 422] as const)(
      "an unknown run of a project, answered with %d: nobody is sent for a new token first",
      async (status) => {
        const project = harness.hex.workspace.addProject();
        harness.hex.workspace.invisibleStatus = status;
        for (const words of ["plain", "vague"] as const) {
          harness.hex.workspace.invisibleWords = words;
          const answer = await harness.ask(`cancel 018f2a1e-0000-7000-8000-000000000001 ${project.id}`);
          expect(answer).toMatch(/Likely.*was deleted.*What to do/s);
          expect(answer).not.toMatch(/What to do\s*• Create a (new )?token/);
        }
      },
    );

    test("inputs reach Hex as they were typed, whatever Slack has encoded in them", async () => {
      const typed = {
        site: "example.com/report",
        page: "https://example.com/a?b=1&c=2",
        channel: "#data",
        owner: "@grace",
        mail: "ada@example.com",
        note: "R&D, ask @ada <now>",
      };
      const inputs = Object.fromEntries(Object.keys(typed).map((name) => [name, { dataType: "STRING" as const }]));
      const project = harness.hex.workspace.addProject({ inputs });
      const words = Object.entries(typed).map(([name, text]) => `${name}="${text}"`);
      await harness.slack.command(`run ${project.id} ${words.join(" ")}`);
      await harness.until(() => harness.hex.workspace.runs.length === 1);
      expect(harness.hex.workspace.runs[0]?.inputParams).toEqual(typed);
    });

    test("a title that contains a channel's name is found", async () => {
      harness.hex.workspace.addProject({ title: "Weekly #data" });
      expect(await harness.ask('run "weekly #data" --dry-run')).toContain("Hex would start");
    });

    test.each(["RUNNING", "COMPLETED", "ERRORED"])(
      "a run that is %s has started, even if Hex does not say when",
      async (status) => {
        const project = harness.hex.workspace.addProject();
        const runs = [
          { projectId: project.id, runId: "0191a1b2-0000-7000-8000-000000000001", status, startTime: null },
        ];
        harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "status", status: 200, body: { runs } } });
        const answer = await harness.ask(`runs ${project.id}`);
        expect(answer).toContain("0191a1b2-0000-7000-8000-000000000001");
        expect(answer).not.toMatch(/never started|not started yet/);
      },
    );

    test("says that a project is unpublished, and starts nothing", async () => {
      const project = harness.hex.workspace.addProject({ title: "Sketch", published: false });
      expect(await harness.ask(`run ${project.id}`)).toContain("*not published*");
      expect(harness.starts).toEqual([]);
    });

    test("a text of 3,000 characters is answered", async () => {
      const project = harness.hex.workspace.addProject();
      const answer = await harness.ask(`run ${"x".repeat(3_000)}`);
      expect(answer).toContain("No project fits");
      const refused = await harness.ask(`run ${project.id} ${"word ".repeat(600)}`);
      expect(refused).toContain("Write either the project's name, or its id or link");
    });

    test("a hostile title pings nobody and breaks nothing, in any message", async () => {
      const title = `<!channel> & "Q4" *bold* \`x\` 🚀 <https://evil.test|click> ${"long ".repeat(60)}`;
      const project = harness.hex.workspace.addProject({ title, description: title, status: title, ownerEmail: title });
      await harness.ask("projects");
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      await harness.ask("runs");
      await harness.ask(`runs ${project.id}`);
      await harness.cardShows("Completed");
      const everyone = harness.slack.messages.flatMap((message) => pings(message));
      expect(everyone.filter((ping) => ping.startsWith("<!"))).toEqual([]);
      const mrkdwn = JSON.stringify(harness.slack.messages).match(/"mrkdwn","text":"(?:[^"\\]|\\.)*"/g) ?? [];
      expect(mrkdwn.filter((text) => text.includes("<https://evil"))).toEqual([]);
    });
  });

  describe("runs and cancel", () => {
    const lastMessage = () => {
      const message = harness.slack.messages.at(-1);
      if (!message) throw new Error("no message");
      return message;
    };

    test("/hex runs shows nothing at first, then runs in flight, then runs that ended", async () => {
      expect(await harness.ask("runs")).toContain("No run is in flight");
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      const answer = await harness.ask("runs");
      expect(answer).toContain("1 run in flight");
      expect(answer).toContain(`<@${harness.slack.people.ada.id}>`);
      await harness.cardShows("Completed");
      expect(await harness.ask("runs")).toMatch(/No run is in flight[\s\S]*Lately[\s\S]*Completed/);
    });

    test("/hex runs <id> shows all runs, whoever started them, and Cancel on somebody else's posts its card in the channel", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      const { workspace } = harness.hex;
      workspace.startRun(project.id, { startedAt: harness.clock.now() - DAY, durationMs: 61_000 });
      const foreign = workspace.startRun(project.id, { startedAt: harness.clock.now() - 60_000 });
      const answer = await harness.ask(`runs ${project.id}`);
      expect(answer).toContain("by schedule");
      expect(answer).toContain("1 min 1 s");
      const list = harness.slack.messages.at(-1);
      if (!list) throw new Error("no list");
      await harness.slack.click(list, "cancel_hex_run");
      const card = await harness.cardShows("Cancelled");
      expect(shown(card)).toContain(`By <@${harness.slack.people.ada.id}>`);
      expect(shown(card)).toContain("Started by its schedule");
      expect(card.history.map(({ text }) => text).join()).not.toMatch(/asked for/i);
      expect(workspace.run(foreign.id).status).toBe("KILLED");
      expect(harness.requests("cancelRun")).toHaveLength(1);
    });

    test("/hex runs <project> shows the runs, too, that have not begun in Hex, with Cancel, or with Approve to those who may", async () => {
      const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.workspace.kernelsBusy = 25;
      await harness.slack.command(`run ${id}`);
      await harness.cardShows("Waiting to start");
      const list = await harness.ask("runs revenue");
      expect(list).toMatch(/Waiting to start.*Revenue/);
      expect(list).not.toContain("has no runs");
      expect(buttonsOf(lastMessage())).toEqual(["cancel_listed_run"]);
      harness.hex.workspace.kernelsBusy = 0;
      await harness.cardShows("Completed");
      const grace = harness.person("grace");
      harness.rules(
        `{ allow: publish, people: everyone, needs: "approval by ${grace.id}" }`,
        "{ allow: [see, run], people: everyone }",
      );
      await harness.slack.command(`run ${id} --publish`);
      await harness.cardShows("Waiting for approval", 1);
      expect(await harness.ask("runs revenue", { user: grace.person })).toMatch(/Waiting for approval[\s\S]*Completed/);
      await grace.press(lastMessage(), "Approve");
      await harness.cardShows("Completed", 1);
      await harness.slack.waitForMessage(({ text }) =>
        /^Approved by .*Revenue: \/hex runs shows how it is going/.test(text),
      );
      await harness.slack.command(`run ${id} --publish`);
      await harness.cardShows("Waiting for approval", 2);
      await harness.ask("runs revenue", { user: grace.person });
      await grace.press(lastMessage(), "Decline");
      await harness.slack.waitForMessage(({ text }) => /^Declined by .*Revenue has not been started\.$/.test(text));
    });

    test("Cancel in an older list says of a run that the bot has lost since then to cancel it in Hex", async () => {
      const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.workspace.kernelsBusy = 25;
      await harness.slack.command(`run ${id}`);
      await harness.cardShows("Waiting to start");
      await harness.ask("runs revenue");
      const list = lastMessage();
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
      await harness.cardShows("Not known");
      await harness.slack.click(list, "cancel_listed_run");
      await harness.slack.waitForMessage((message) =>
        shown(message).includes("The bot has lost track of *Revenue*, so it cannot cancel it. If it is still running"),
      );
    });

    test("/hex cancel says of a run that is still starting that it can be cancelled soon, and asks for no choice", async () => {
      const { id } = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      const answer = new AbortController();
      const until = new Promise<void>((resolve) => answer.signal.addEventListener("abort", () => resolve()));
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until } });
      await harness.slack.command(`run ${id}`);
      await harness.slack.waitForMessage((message) => shown(message).includes("*Starting*"));
      for (const typed of ["cancel revenue", "cancel", `cancel ${id}`]) {
        const list = await harness.ask(typed);
        expect(list, typed).toMatch(/Starting.*Revenue[\s\S]*you can cancel it as soon as Hex has accepted it/);
        expect(list, typed).not.toMatch(/Which one|Press Cancel/);
      }
      answer.abort();
      await harness.cardShows("Running");
      expect(await harness.ask("cancel")).toMatch(/Press Cancel next to/);
      expect(await harness.ask("cancel revenue")).not.toContain("Which one");
      await harness.person("ada").press(lastMessage(), "Cancel");
      await harness.cardShows("Cancelled");
    });

    test("/hex runs <id> shows the latest of a project's many runs, which Hex lists in no order", async () => {
      const { workspace } = harness.hex;
      const project = workspace.addProject({ title: "Revenue" });
      const started = Array.from({ length: 90 }, (_, days) =>
        workspace.startRun(project.id, { startedAt: harness.clock.now() - (days + 0.5) * DAY, durationMs: 60_000 }),
      );
      const answer = await harness.ask(`runs ${project.id}`);
      const listed = started.map(({ id }) => id).filter((id) => answer.includes(`\`${id}\``));
      expect(listed).toEqual(started.slice(0, 10).map(({ id }) => id));
    });

    test.each(["runs", "runs PROJECT"])(
      "Cancel in the list of /hex %s is answered even if the card is elsewhere",
      async (typed) => {
        const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
        await harness.slack.command(`run ${project.id}`);
        await harness.cardShows("Running");
        await harness.ask(typed.replace("PROJECT", project.id));
        const list = harness.slack.messages.at(-1);
        const button = list && buttonsOf(list)[0];
        if (!button) throw new Error("no button");
        const { id } = await harness.slack.click(list, button);
        const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
        expect(shown(answer)).toContain("Hex is stopping *Revenue*. Its card shows when it has stopped.");
        await harness.cardShows("Cancelled");
        expect(harness.cards).toHaveLength(1);
      },
    );

    test("Cancel stops a run that the bot no longer tracks and that continues in Hex, and its card is updated again", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      harness.clock.advance(8 * DAY);
      const card = await harness.cardShows("No longer tracked");
      await harness.ask(`runs ${project.id}`);
      const list = harness.slack.messages.at(-1);
      if (!list) throw new Error("no list");
      await harness.slack.click(list, "cancel_hex_run");
      await harness.until(() => shown(card).includes("Cancelled"));
      const states = card.history.map(({ text }) => text.split(":")[0]);
      expect(states.slice(-2)).toEqual(["Cancelling…", "Cancelled"]);
      expect(harness.hex.workspace.runs.map(({ status }) => status)).toEqual(["KILLED"]);
      expect(harness.cards).toHaveLength(1);
      const [run] = harness.hex.workspace.runs;
      expect(await harness.ask(`cancel ${run?.id}`)).toContain("There is nothing to cancel");
    });

    test("/hex runs with a title, quoted or with characters that Slack escapes, shows the runs of the matching project", async () => {
      harness.hex.workspace.addProject({ title: "R&D weekly" });
      for (const typed of ['"R&D weekly"', "“weekly”", "R&D"]) {
        expect(await harness.ask(`runs ${typed}`)).toContain("has no runs in the last 90 days");
      }
    });

    test("/hex cancel takes a run id, needs the project for a run that was not started here, and answers when there is nothing to cancel", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      const [run] = harness.hex.workspace.runs;
      expect(await harness.ask(`cancel ${run?.id}`)).toContain("Hex is stopping *Revenue*");
      await harness.cardShows("Cancelled");
      expect(await harness.ask(`cancel ${run?.id}`)).toContain("There is nothing to cancel");
      expect(await harness.ask("cancel")).toContain("No run is in flight here");
      expect(await harness.ask("cancel nonsense")).toContain("No project fits");
      const foreign = harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() });
      expect(await harness.ask(`cancel ${foreign.id}`)).toContain("add its project");
      const ago = { startedAt: harness.clock.now() - 60_000, durationMs: 1_000, outcome: "COMPLETED" as const };
      const over = harness.hex.workspace.startRun(project.id, ago);
      expect(await harness.ask(`cancel ${over.id} ${project.id}`)).toContain("There is nothing to cancel");
      await harness.pass(60_000);
      expect(harness.cards).toHaveLength(1);
      expect(await harness.ask(`cancel ${foreign.id} ${project.id}`)).toContain("Hex is stopping");
      expect(harness.requests("cancelRun")).toHaveLength(2);
    });
  });
});
