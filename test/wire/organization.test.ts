// Enterprise Grid: the people of the bot's organization operate it, whichever of its workspaces they are of, and those of other
// organizations in shared channels do not.

import { afterEach, describe, expect, test } from "vitest";
import type { Person, SlackOptions } from "../sandbox/slack/server.js";
import { Bench, MODES, shown } from "./harness.js";

const organization = { id: "E0ACMEORG01", name: "Acme", installed: false, workspaces: ["T0LOCALTEAM", "T0SISTERTM1"] };
const kim: Person = { id: "U0KIMSISTER", teamId: "T0SISTERTM1", name: "kim", realName: "Kim Sister" };
const olga: Person = { id: "W0OLGAORG01", teamId: "E0ACMEORG01", name: "olga", realName: "Olga Org" };
const eve: Person = { id: "W0EVEOTHER1", teamId: "E0OTHERORG1", name: "eve", realName: "Eve Other" };

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  afterEach(() => bench.stop());

  async function running(options: SlackOptions["organization"]) {
    bench = await Bench.start(mode, { slackOptions: options ? { organization: options } : {} });
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await bench.slack.command(`run ${project.id}`);
    return bench.cardShows("Running");
  }
  const answered = (text: string) => bench.slack.waitForMessage((message) => shown(message).includes(text));

  test("somebody of a sister workspace is told how to prove it, types a command, and clicks", async () => {
    const card = await running(organization);
    await bench.slack.click(card, "cancel_run", { user: kim });
    await answered("Type `/hex help` in this channel once");
    expect(bench.requests("cancelRun")).toEqual([]);
    await bench.ask("help", { user: kim });
    await bench.slack.click(card, "cancel_run", { user: kim });
    expect(shown(await bench.cardShows("Cancelled"))).toContain(`<@${kim.id}>`);
  });

  test("somebody whom Slack names by the organization clicks at once", async () => {
    const card = await running(organization);
    await bench.slack.click(card, "cancel_run", { user: olga });
    await bench.cardShows("Cancelled");
  });

  test("installed for the organization, where clicks name no workspace: all its people click at once", async () => {
    const card = await running({ ...organization, installed: true });
    await bench.slack.click(card, "cancel_run", { user: kim });
    await bench.cardShows("Cancelled");
  });

  test.each([false, true])(
    "people of other organizations stay strangers (installed for the organization: %s)",
    async (installed) => {
      const card = await running({ ...organization, installed });
      const { stranger } = bench.slack.people;
      await bench.slack.click(card, "cancel_run", { user: eve });
      await answered("belongs to another workspace");
      await bench.slack.click(card, "cancel_run", { user: stranger });
      await answered("Slack does not tell the bot");
      expect(bench.requests("cancelRun")).toEqual([]);
    },
  );

  test("a payload that calls itself an organization's does not open the bot to a stranger", async () => {
    const card = await running(undefined);
    const { stranger } = bench.slack.people;
    await bench.slack.sendInteraction({
      ...{ type: "block_actions", api_app_id: bench.slack.appId, is_enterprise_install: true, team: null },
      enterprise: { id: "E0OTHERORG1", name: "Other" },
      user: { id: stranger.id, team_id: stranger.teamId },
      container: { type: "message", message_ts: card.ts, channel_id: card.channel },
      channel: { id: card.channel },
      actions: [
        { type: "button", action_id: "cancel_run", block_id: "b", value: buttonValueOf(card.blocks), action_ts: "1" },
      ],
    });
    await answered("belongs to another workspace");
    expect(bench.requests("cancelRun")).toEqual([]);
  });
});

function buttonValueOf(blocks: readonly unknown[]): string {
  return /"value":"([^"]+)"/.exec(JSON.stringify(blocks))?.[1] ?? "";
}
