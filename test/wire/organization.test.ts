// Enterprise Grid: the people of the bot's organization can operate it, whichever of its workspaces they belong to, but people from
// other organizations in shared channels cannot.

import { afterEach, describe, expect, test } from "vitest";
import type { Person, SlackOptions } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const organization = { id: "E0ACMEORG01", name: "Acme", installed: false, workspaces: ["T0LOCALTEAM", "T0SISTERTM1"] };
const kim: Person = { id: "U0KIMSISTER", teamId: "T0SISTERTM1", name: "kim", realName: "Kim Sister" };
const olga: Person = { id: "W0OLGAORG01", teamId: "E0ACMEORG01", name: "olga", realName: "Olga Org" };
const eve: Person = { id: "W0EVEOTHER1", teamId: "E0OTHERORG1", name: "eve", realName: "Eve Other" };

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  async function running(options: SlackOptions["organization"]) {
    harness = await Harness.start(mode, { slackOptions: options ? { organization: options } : {} });
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await harness.slack.command(`run ${project.id}`);
    return harness.cardShows("Running");
  }
  const answered = (text: string) => harness.slack.waitForMessage((message) => shown(message).includes(text));

  test("somebody from another workspace of the organization reads how to prove that, types a command, and can click", async () => {
    const card = await running(organization);
    await harness.slack.click(card, "cancel_run", { user: kim });
    await answered("Type `/hex help` in this channel once");
    expect(harness.requests("cancelRun")).toEqual([]);
    await harness.ask("help", { user: kim });
    await harness.slack.click(card, "cancel_run", { user: kim });
    expect(shown(await harness.cardShows("Cancelled"))).toContain(`<@${kim.id}>`);
  });

  test("a channel that is moved to a workspace without the app loses its card, and the bot does not blame its token", async () => {
    await running({ ...organization, installed: true });
    const { channels, people } = harness.slack;
    harness.slack.moveElsewhere(channels.data);
    await harness.cardShows("Running", 1);
    expect(harness.card(1).channel).toBe(harness.slack.dm(people.ada).id);
    expect(harness.log.join("")).not.toContain("no mention is answered");
    await harness.pass(60_000);
    expect(harness.slack.calls.filter(({ answer }) => answer.error === "team_access_not_granted")).toHaveLength(1);
  });

  test("people from all of its workspaces read that they may use the bot", async () => {
    await running(organization);
    const told = await harness.ask("about", { user: kim });
    expect(told).toContain("everybody in this workspace (on Enterprise Grid, in its organization) may do everything.");
    expect(told).toContain("People from other organizations may do nothing.");
  });

  test("somebody for whom Slack names the organization can click right away", async () => {
    const card = await running(organization);
    await harness.slack.click(card, "cancel_run", { user: olga });
    await harness.cardShows("Cancelled");
  });

  test("if the app is installed for the organization, where clicks name no workspace, all of its people can click right away", async () => {
    const card = await running({ ...organization, installed: true });
    await harness.slack.click(card, "cancel_run", { user: kim });
    await harness.cardShows("Cancelled");
  });

  test.each([false, true])(
    "people from other organizations stay strangers (installed for the organization: %s)",
    async (installed) => {
      const card = await running({ ...organization, installed });
      const { stranger } = harness.slack.people;
      await harness.slack.click(card, "cancel_run", { user: eve });
      await answered("belongs to another workspace");
      await harness.slack.click(card, "cancel_run", { user: stranger });
      await answered("Slack does not tell the bot");
      expect(harness.requests("cancelRun")).toEqual([]);
    },
  );

  test("a payload that claims to come from an organization does not open the bot to a stranger", async () => {
    const card = await running(undefined);
    const { stranger } = harness.slack.people;
    await harness.slack.sendInteraction({
      type: "block_actions",
      api_app_id: harness.slack.appId,
      is_enterprise_install: true,
      team: null,
      enterprise: { id: "E0OTHERORG1", name: "Other" },
      user: { id: stranger.id, team_id: stranger.teamId },
      container: { type: "message", message_ts: card.ts, channel_id: card.channel },
      channel: { id: card.channel },
      actions: [
        { type: "button", action_id: "cancel_run", block_id: "b", value: buttonValueOf(card.blocks), action_ts: "1" },
      ],
    });
    await answered("belongs to another workspace");
    expect(harness.requests("cancelRun")).toEqual([]);
  });
});

function buttonValueOf(blocks: readonly unknown[]): string {
  return /"value":"([^"]+)"/.exec(JSON.stringify(blocks))?.[1] ?? "";
}
