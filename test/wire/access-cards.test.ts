// A run's card is posted only where everybody may see its project, and otherwise in its requester's direct messages.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import { stateValues } from "../sandbox/slack/inputs.js";
import { recordsAt } from "../sandbox/slack/json.js";
import type { SlackMessage, SlackView } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const HIDDEN = "The card of *Weekly salaries* is in your direct messages";

/** The form as Slack sends it, with this choice of where the card goes. */
function withChosen({ id, type, hash, rootId, view, inputs }: SlackView, conversation: string) {
  const values = JSON.stringify(stateValues(recordsAt(view, "blocks"), inputs));
  const changed = values.replace(/"selected_conversation":(?:null|"\w+")/, `"selected_conversation":"${conversation}"`);
  return { ...view, id, type, hash, root_view_id: rootId, state: { values: JSON.parse(changed) } };
}

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let salaries: Project;

  beforeEach(async () => {
    bench = await Harness.start(mode);
    salaries = bench.hex.workspace.addProject({ title: "Weekly salaries", categories: ["Finance"] });
    bench.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Sales"] });
    await bench.ask("projects");
  });
  afterEach(() => bench.stop());

  const { data, team } = { data: () => bench.slack.channels.data, team: () => bench.slack.channels.team };
  const ada = () => bench.slack.people.ada;
  const directMessages = () => bench.slack.dm(ada()).id;
  /** Ada may do everything, and others may see what is not about finance. */
  const adaAlone = () =>
    bench.rules(
      `{ allow: [see, run, cancel], people: ${ada().id} }`,
      "{ deny: see, people: everyone, projects: { category: Finance } }",
      "{ allow: [see, run], people: everyone }",
    );
  /** What the others can read in a channel. */
  const inChannel = (id: string) => bench.slack.messages.filter(({ channel, user }) => channel === id && user === null);
  const written = (messages: SlackMessage[]) =>
    messages.flatMap(({ history }) => history.map((one) => JSON.stringify(one)));

  test("in a channel where not everybody may see the project, the run is started and its card is a direct message", async () => {
    adaAlone();
    await bench.slack.command(`run ${salaries.id}`);
    const card = await bench.cardShows("Completed");
    expect(card.channel).toBe(directMessages());
    expect(bench.starts).toHaveLength(1);
    const answers = bench.slack.messages
      .filter(({ responseUrlOf }) => responseUrlOf !== undefined)
      .map(shown)
      .slice(1);
    expect(answers).toEqual([expect.stringContaining(HIDDEN)]);
    expect(written(inChannel(data().id))).toEqual([]);
  });

  test("where everybody may see it, the card is in the channel, and nothing is said", async () => {
    adaAlone();
    await bench.slack.command("run weekly revenue");
    expect((await bench.cardShows("Completed")).channel).toBe(data().id);
    bench.rules(`{ allow: [see, run], people: everyone, channels: ${data().id} }`);
    await bench.slack.command(`run ${salaries.id}`);
    expect((await bench.cardShows("Completed", 1)).channel).toBe(data().id);
    expect(bench.slack.messages.filter(({ ephemeral }) => ephemeral)).toHaveLength(1);
  });

  test("in one's own direct messages, the card stands where it was asked for", async () => {
    adaAlone();
    await bench.person("ada").dm(`run ${salaries.id}`);
    expect((await bench.cardShows("Completed")).channel).toBe(directMessages());
    expect(bench.slack.messages.map(shown).join()).not.toContain(HIDDEN);
  });

  test("choosing a channel in the form gives no right to show the project there", async () => {
    adaAlone();
    const form = await bench.person("ada").openForm(() => bench.person("ada").command("run"));
    await form.pick("Project", "salaries");
    await form.shows("Hex does not list");
    await form.submit({ "Where the card goes": data().id });
    const card = await bench.cardShows("Completed");
    expect(card.channel).toBe(directMessages());
    await bench.until(() => bench.slack.messages.some((message) => shown(message).includes(HIDDEN)));
    expect(written(inChannel(data().id))).toEqual([]);
  });

  test("choosing somebody in the form sends them no card of a project that they may not see", async () => {
    adaAlone();
    const { grace } = bench.slack.people;
    const form = await bench.person("ada").openForm(() => bench.person("ada").command("run"));
    await form.pick("Project", "salaries");
    await form.shows("Hex does not list");
    // As Slack may name a conversation with a person, and as whoever changes what their app sends may name anybody.
    await bench.slack.sendExactly("interactive", ({ triggerId }) => ({
      type: "view_submission",
      user: { id: ada().id, team_id: ada().teamId },
      team: { id: bench.slack.teamId },
      trigger_id: triggerId,
      view: withChosen(form.view, grace.id),
      response_urls: [],
    }));
    expect((await bench.cardShows("Completed")).channel).toBe(directMessages());
    expect(bench.person("grace").sees).toEqual([]);
  });

  test("Run again and a run that is cancelled by its link keep to that too", async () => {
    bench.rules("{ allow: [see, run, cancel], people: everyone }");
    await bench.slack.command(`run ${salaries.id}`);
    const card = await bench.cardShows("Completed");
    expect(card.channel).toBe(data().id);
    adaAlone();
    const before = written(inChannel(data().id)).length;
    await bench.slack.click(card, "run_again");
    expect((await bench.cardShows("Completed", 1)).channel).toBe(directMessages());
    const { id } = bench.hex.workspace.startRun(salaries.id, { durationMs: 600_000 });
    await bench.slack.command(`cancel ${id} ${salaries.id}`, { channel: team() });
    expect((await bench.cardShows("Cancelled", 2)).channel).toBe(directMessages());
    // The first card says that it was run again, which the channel has seen.
    expect(written(inChannel(data().id)).length - before).toBeLessThan(2);
    expect(inChannel(team().id)).toEqual([]);
  });

  test("a run goes on being shown on the card that it has, whatever the rules say later", async () => {
    bench.rules("{ allow: [see, run], people: everyone }");
    await bench.slack.command(`run ${salaries.id}`);
    await bench.cardShows("Running");
    bench.rules("{ allow: see, people: admins }");
    expect((await bench.cardShows("Completed")).channel).toBe(data().id);
  });
});
