// What somebody tries to do to a project that they may not see is recorded, while they read what they would read of a project that
// Hex does not have.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditEntry } from "../../src/audit/audit-entry.js";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { auditedIn } from "./audited.js";
import { Harness, MODES, shown } from "./harness.js";

const ALL = "{ allow: [see, run, publish, cancel, watch, silence], people: everyone }";
const ADMIN = "{ allow: administer, people: everyone }";
const NOWHERE = { id: "11111111-2222-4333-8444-555555555555", title: "Weekly unicorns" };
const TYPED = "… or type a title, id or link";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let salaries: Project;
  beforeEach(async () => {
    bench = await Harness.start(mode);
    bench.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Sales"] });
    salaries = bench.hex.workspace.addProject({
      title: "Weekly salaries",
      categories: ["Finance"],
      run: { neverEnds: true },
    });
    await bench.ask("projects");
  });
  afterEach(() => bench.stop());

  const ada = () => bench.person("ada");
  const grace = () => bench.person("grace");
  const data = () => bench.slack.channels.data;
  /** Grace may not see the salaries. */
  const hide = () =>
    bench.rules(
      `{ deny: see, people: ${grace().id}, projects: { category: Finance }, name: Salaries are secret }`,
      ALL,
      ADMIN,
    );
  const refused = () => auditedIn(bench.log).filter(({ decision }) => decision === "refused");
  /** What is recorded of an attempt of Grace's. */
  const attempt = (deed: AuditEntry["deed"], where: string | null = data().id) => ({
    who: grace().id,
    where,
    deed,
    project: { id: salaries.id, title: "Weekly salaries" },
    decision: "refused",
    rule: { number: 1, name: "Salaries are secret" },
    result: "hidden",
  });
  /** The next refusal that is recorded after `act`. */
  const refusalOf = async (act: () => Promise<unknown>): Promise<AuditEntry | undefined> => {
    const before = refused().length;
    await act();
    await bench.until(() => refused().length > before, 0);
    return refused()[before];
  };
  const graceAsks = (text: string) => bench.ask(text, { user: grace().person });
  /** The card of a run of the salaries that Ada has asked for. */
  const cardOf = async (words: RegExp): Promise<SlackMessage> => {
    await ada().command(`run ${salaries.id}`);
    return bench.cardShows(words);
  };

  test.each([
    ["run ID", "run"],
    ["run ID --publish", "publish"],
    ["run ID --dry-run", "run"],
    ["run TITLE", "run"],
    ["cancel ID", "cancel"],
    ["cancel 99999999-2222-4333-8444-555555555555 ID", "cancel"],
    ["cancel TITLE", "cancel"],
    ["watch ID", "watch"],
    ["watch TITLE page", "watch"],
    ["unwatch ID", "unwatch"],
    ["unwatch TITLE", "unwatch"],
    ["digest 08:00 UTC ID", "digest"],
    ["digest 08:00 UTC TITLE", "digest"],
  ] as const)("/hex %s", async (text, deed) => {
    hide();
    const typed = ({ id, title }: { id: string; title: string }) => text.replace("ID", id).replace("TITLE", title);
    /** The answer without what was typed and without its reference, and how often Hex was asked for it. */
    const asked = async (project: { id: string; title: string }) => {
      const before = bench.asked.length;
      const answer = await graceAsks(typed(project));
      const same = answer.replaceAll(project.id, "ID").replaceAll(project.title, "TITLE");
      return { answer: same.replaceAll(/`[0-9a-f]{8}`/g, ""), requests: bench.asked.length - before };
    };
    // The first name that fits nothing lets the bot look for new projects.
    await graceAsks("run something else");
    const nowhere = await asked(NOWHERE);
    expect(await asked(salaries)).toEqual(nowhere);
    await bench.until(() => refused().length > 0, 0);
    expect(refused()).toEqual([expect.objectContaining(attempt(deed))]);
  });

  test("while Hex fails, a hidden project is answered as one that is not there, too", async () => {
    hide();
    bench.hex.faults.add({ endpoint: "getProject", kind: { type: "status", status: 503 }, times: 50 });
    const asked = async (id: string) => (await graceAsks(`run ${id}`)).replaceAll(/`[0-9a-f]{8}`|[0-9a-f-]{36}/g, "");
    const nowhere = await asked(NOWHERE.id);
    expect(nowhere).not.toContain("There is no such project");
    expect(await refusalOf(async () => expect(await asked(salaries.id)).toBe(nowhere))).toMatchObject(attempt("run"));
  });

  test("reading is not recorded, and neither is what names no hidden project", async () => {
    await bench.ask("watch category:Finance");
    hide();
    for (const text of [
      "projects",
      "projects salaries",
      `projects ${salaries.id}`,
      `runs ${salaries.id}`,
      "runs weekly salaries",
      "watching",
      "digest",
      "status",
      "watch category:Finance",
      "run weekly",
      "cancel",
      `run ${NOWHERE.id}`,
    ])
      await graceAsks(text);
    expect(await refusalOf(() => graceAsks(`watch ${salaries.id}`))).toMatchObject(attempt("watch"));
    expect(refused()).toHaveLength(1);
  });

  test("buttons of what is hidden, wherever they stand", async () => {
    const card = await cardOf(/Running/);
    await bench.ask("watch weekly salaries");
    await bench.ask("digest 08:00 UTC weekly salaries");
    await graceAsks("watching");
    const watching = bench.slack.messages.at(-1) ?? card;
    hide();
    const press = (name: string) => refusalOf(() => grace().press(card, name));
    expect(await press("Cancel")).toMatchObject(attempt("cancel"));
    expect(await press("Tell me")).toMatchObject(attempt("see"));
    const [run] = bench.hex.workspace.runs;
    expect(await refusalOf(() => graceAsks(`cancel ${run?.id}`))).toMatchObject(attempt("cancel"));
    bench.hex.workspace.finishRun(run?.id ?? "", "COMPLETED");
    const ended = await bench.cardShows("Completed");
    expect(await refusalOf(() => grace().press(ended, "Run again"))).toMatchObject(attempt("run"));
    expect(await refusalOf(() => grace().press(ended, "Run with changes"))).toMatchObject(attempt("run"));
    const value = `project ${salaries.id}`;
    const unwatch = () => bench.slack.click(watching, "unwatch", { user: grace().person, value });
    expect(await refusalOf(unwatch)).toMatchObject(attempt("unwatch"));
    expect(await refusalOf(() => graceAsks("digest off"))).toMatchObject(attempt("digest_off"));
    const replaced = await refusalOf(() => graceAsks("digest 09:00 UTC weekly revenue"));
    expect(replaced).toMatchObject({ ...attempt("watch"), result: null });
  });

  test("the Home tab, a mention, a direct message and the form", async () => {
    await grace().openHome();
    const home = await grace().homeShows(({ view }) => JSON.stringify(view).includes("home_search"));
    const searching = { blockId: "search 0", actionId: "home_search" };
    await bench.meanwhile(bench.slack.search(home, searching, "weekly salaries", { user: grace().person }));
    hide();
    const pick = () => grace().pressHome("home_search", { value: salaries.id });
    expect(await refusalOf(pick)).toMatchObject(attempt("run", null));
    const mention = () => grace().mention(data(), `watch ${salaries.id}`);
    expect(await refusalOf(mention)).toMatchObject(attempt("watch"));
    const direct = () => grace().dm("run weekly salaries");
    expect(await refusalOf(direct)).toMatchObject(attempt("run", bench.slack.dm(grace().person).id));
    const form = await grace().openForm(() => grace().command("run"));
    const submit = (text: string, box: string[] = []) => refusalOf(() => form.submit({ [TYPED]: text, Options: box }));
    expect(await submit("weekly salaries")).toMatchObject(attempt("run"));
    expect(await submit("weekly salaries", ["Publish the results"])).toMatchObject(attempt("publish"));
    // Its fields are drawn anew for the project that is typed.
    expect(await submit(salaries.id)).toMatchObject(attempt("run"));
    const enter = () => form.fill({ [TYPED]: "weekly salaries" }, { enter: true });
    expect(await refusalOf(enter)).toMatchObject(attempt("run"));
  });

  test("a trouble and a request for an approval", async () => {
    await bench.ask("watch weekly salaries");
    await bench.pass(5_000);
    bench.hex.workspace.startRun(salaries.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    const alert = () => bench.cards.find((message) => shown(message).includes("I'm on it"));
    await bench.until(() => alert() !== undefined, 5_000);
    bench.rules(`{ allow: run, people: ${ada().id}, needs: "approval by ${grace().id}" }`, ALL, ADMIN);
    await ada().command(`run ${salaries.id}`);
    const waiting = () => bench.cards.find((message) => shown(message).includes("Waiting for approval"));
    await bench.until(() => waiting() !== undefined);
    const [trouble, card] = [alert(), waiting()];
    if (trouble === undefined || card === undefined) throw new Error("there is no card");
    hide();
    expect(await refusalOf(() => grace().press(trouble, "on_it"))).toMatchObject(attempt("on_it"));
    expect(await refusalOf(() => grace().press(card, "Approve"))).toMatchObject(attempt("approve"));
    expect(await refusalOf(() => grace().press(card, "Decline"))).toMatchObject(attempt("decline"));
    expect(bench.starts).toEqual([]);
    // The message is about to lose its buttons, because the channel may not be told of it, either.
    bench.rules("{ deny: see, people: everyone, projects: { category: Finance }, name: Salaries are secret }", ALL);
    expect(await refusalOf(() => grace().press(trouble, "on_it"))).toMatchObject(attempt("on_it"));
    expect(shown(bench.slack.messages.at(-1) ?? card)).toContain("This is over, or it is no longer watched here");
  });

  test("an administrator who sees the project reads of it, and one who does not see it reads nothing", async () => {
    hide();
    await refusalOf(() => graceAsks(`run ${salaries.id}`));
    const words = `<@${grace().id}> was refused: run *Weekly salaries* in <#${data().id}>`;
    await bench.until(() => refused().length > 0, 0);
    expect(await bench.ask("audit")).toContain(words);
    expect(await bench.ask("audit")).toContain("rule 1 (Salaries are secret) · hidden");
    expect(await bench.ask("audit Weekly salaries")).toContain(words);
    expect(await graceAsks("audit")).not.toContain("refused");
    expect(await graceAsks("audit")).not.toContain("salaries");
    expect(await graceAsks(`audit ${salaries.id}`)).toContain("nothing");
  });

  test("where no rule lets them see it, the entry says so", async () => {
    bench.rules(`{ allow: [see, run], people: ${ada().id} }`, ADMIN);
    const entry = await refusalOf(() => graceAsks(`run ${salaries.id}`));
    expect(entry).toMatchObject({ ...attempt("run"), rule: null });
    expect(await bench.ask("audit")).toContain("no rule allows it · hidden");
  });

  test("a project of which the bot knows only since somebody tried is recorded, too", async () => {
    hide();
    const fresh = bench.hex.workspace.addProject({ title: "Bonus", categories: ["Finance"] });
    const entry = await refusalOf(() => graceAsks(`run ${fresh.id}`));
    expect(entry).toMatchObject({ ...attempt("run"), project: { id: fresh.id, title: "Bonus" } });
  });

  test("a project that somebody sees in the form and may not run is a refusal at once", async () => {
    bench.rules(`{ allow: run, people: ${ada().id} }`, "{ allow: see, people: everyone }");
    const form = await grace().openForm(() => grace().command("run"));
    const enter = () => form.fill({ [TYPED]: "weekly salaries" }, { enter: true });
    expect(await refusalOf(enter)).toMatchObject({ who: grace().id, deed: "run", rule: null, result: null });
  });
});
