// Random commands and buttons by random people under random rules: everything is answered, and nothing is done without a right.
// HEX_BOT_FUZZ_INPUTS says how many inputs; HEX_BOT_FUZZ_SEED which.

import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { unknownProject } from "../../src/access/project-facts.js";
import { Rights } from "../../src/access/rights.js";
import { COMMANDS } from "../../src/slack/listeners/commands/index.js";
import { ACTIONS } from "../../src/slack/messages/action-ids.js";
import { Harness } from "./harness.js";

const INPUTS = Number(process.env.HEX_BOT_FUZZ_INPUTS ?? 150);
const SEED = Number(process.env.HEX_BOT_FUZZ_SEED ?? 20_261_126);

vi.setConfig({ testTimeout: 60_000 + INPUTS * 1_000 });

let bench: Harness;
afterEach(() => bench.stop());

test("random commands and buttons are answered, and do nothing without a right", async () => {
  bench = await Harness.start("http");
  bench.hex.workspace.rateLimits.enabled = false;
  const projects = ["Alpha", "Beta", "Gamma"].map((title) => bench.hex.workspace.addProject({ title }));
  await bench.ask("projects");
  const { people, channels, teamId, appId } = bench.slack;
  const project = fc.constantFrom(...projects);
  const named = fc.oneof(
    project.map(({ id }) => id),
    project.map(({ title }) => title),
    fc.string({ maxLength: 12 }),
  );
  const rule = fc
    .record({
      effect: fc.constantFrom("allow", "allow", "deny"),
      verb: fc.constantFrom("[see, run]", "[see, run, publish, cancel]", "see", "run", "publish", "cancel", "watch"),
      who: fc.constantFrom("everyone", people.ada.id, people.grace.id),
      about: fc.option(project),
    })
    .map(({ effect, verb, who, about }) => {
      const which = about === null ? "" : `, projects: { id: "${about.id}" }`;
      return `{ ${effect}: ${verb}, people: ${who}${which} }`;
    });
  const word = fc.constantFrom(...COMMANDS.map(({ name }) => name), "run", "run", "cancel");
  const command = fc
    .tuple(word, named, fc.constantFrom("", "--publish", "--dry-run", "x=1"))
    .map((words) => words.join(" "));
  const value = fc.oneof(
    named,
    project.map(({ id }) => JSON.stringify({ id })),
    project.map(({ id }) => JSON.stringify({ projectId: id })),
    fc.json(),
  );
  const input = fc.record({
    rules: fc.array(rule, { minLength: 1, maxLength: 5 }),
    who: fc.constantFrom(people.ada, people.grace),
    act: fc.oneof(
      command.map((text) => ({ text })),
      // Home's search field without a value was emptied: there is nothing to answer.
      fc
        .record({ actionId: fc.constantFrom(...Object.values(ACTIONS)), value })
        .filter((button) => button.actionId !== ACTIONS.homeSearch || button.value !== ""),
    ),
  });
  const changes = () =>
    [...bench.starts, ...bench.requests("cancelRun")].sort(
      (one, other) => bench.asked.indexOf(one) - bench.asked.indexOf(other),
    );
  let started = 0;
  for (const { rules, who, act } of fc.sample(input, { numRuns: INPUTS, seed: SEED })) {
    bench.rules(...rules);
    for (const name of ["ada", "grace"] as const) await bench.person(name).form?.close({ all: true });
    const asked = changes().length;
    const said = bench.slack.messages.length;
    const { id, ack } =
      "text" in act
        ? await bench.meanwhile(bench.slack.command(act.text, { user: who }))
        : await bench.meanwhile(
            bench.slack.sendInteraction({
              type: "block_actions",
              team: { id: teamId, domain: "acme" },
              user: { id: who.id, username: who.name, team_id: who.teamId },
              api_app_id: appId,
              container: { type: "message", message_ts: "1.1", channel_id: channels.data.id, is_ephemeral: false },
              channel: { id: channels.data.id, name: "data" },
              actions: [{ type: "button", block_id: "b", action_ts: "1.2", action_id: act.actionId, value: act.value }],
            }),
          );
    expect(ack).toMatchObject({ ok: true });
    const isAnswered = () =>
      bench.slack.messages
        .slice(said)
        .some((message) => message.responseUrlOf === id || message.via === "postMessage") ||
      bench.person(who === people.ada ? "ada" : "grace").form !== undefined;
    await bench.until(isAnswered, 100).catch(() => expect({ who: who.name, rules, act }).toBe("answered"));
    // A run is started after its card has been posted.
    await bench.pass(2_000);
    const rights = new Rights(
      bench.policy,
      { id: who.id, isOfWorkspace: true, isGuest: false, isAdmin: false, email: null, groups: new Map() },
      channels.data.id,
    );
    // Dry runs change nothing: `status` proves a scope of the token with one.
    for (const request of changes().slice(asked)) {
      const about = projects.find((one) => request.path.includes(one.id));
      const facts = about && { ...unknownProject(about.id), title: [about.title.toLowerCase()] };
      started++;
      const verb = request.endpoint === "cancelRun" ? "cancel" : "run";
      const may = facts && rights.may(verb, facts).kind;
      expect(may, JSON.stringify({ act, rules, who: who.name, verb, path: request.path })).toBe("allowed");
    }
  }
  expect(started).toBeGreaterThan(0);
  expect(bench.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
