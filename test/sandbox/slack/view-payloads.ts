// The payloads of what people do in modals and on the Home tab.

import { randomUUID } from "node:crypto";
import { type Core, withIds } from "./core.js";
import { digits } from "./identity.js";
import { type Json, recordsAt } from "./json.js";
import { installation } from "./payloads.js";
import type { Person, SlackView } from "./types.js";

/** A view as payloads carry it. */
function wireView(core: Core, { id, type, hash, view }: SlackView, values: Json): Json {
  const { teamId, appId, botId } = core.identity;
  return {
    private_metadata: "",
    callback_id: "",
    ...view,
    blocks: withIds(recordsAt(view, "blocks")),
    ...{ id, type, hash, team_id: teamId, app_id: appId, app_installed_team_id: teamId, bot_id: botId },
    root_view_id: id,
    previous_view_id: null,
    state: { values },
  };
}

/** What all payloads about views have in common. */
function common(core: Core, person: Person): Json {
  const { verificationToken, appId } = core.identity;
  return {
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    ...installation(core),
    api_app_id: appId,
    token: verificationToken,
  };
}

/** `values`: what stands in the inputs. */
export function submissionPayload(core: Core, view: SlackView, person: Person, values: Json, triggerId: string): Json {
  const wire = wireView(core, view, values);
  return { ...common(core, person), type: "view_submission", trigger_id: triggerId, view: wire, response_urls: [] };
}

export function closedPayload(core: Core, view: SlackView, person: Person, values: Json): Json {
  return { ...common(core, person), type: "view_closed", view: wireView(core, view, values), is_cleared: false };
}

export function viewActionsPayload(
  core: Core,
  view: SlackView,
  person: Person,
  { action, values, triggerId }: { action: Json; values: Json; triggerId: string },
): Json {
  return {
    ...common(core, person),
    type: "block_actions",
    container: { type: "view", view_id: view.id },
    trigger_id: triggerId,
    view: wireView(core, view, values),
    actions: [action],
  };
}

export function homeOpenedPayload(core: Core, person: Person, view: SlackView | undefined): Json {
  const { verificationToken, teamId, appId, botUserId } = core.identity;
  const seconds = Math.floor(core.clock.now() / 1000);
  return {
    token: verificationToken,
    team_id: teamId,
    api_app_id: appId,
    type: "event_callback",
    event_id: `Ev${digits(9)}`,
    event_time: seconds,
    event_context: randomUUID(),
    authorizations: [{ enterprise_id: null, team_id: teamId, user_id: botUserId, is_bot: true }],
    event: {
      type: "app_home_opened",
      user: person.id,
      channel: core.directory.dm(person).id,
      tab: "home",
      event_ts: `${seconds}.000000`,
      ...(view ? { view: wireView(core, view, {}) } : {}),
    },
  };
}
