// The payloads of what people do in modals and on the Home tab.

import type { Core } from "./core.js";
import { stateValues } from "./inputs.js";
import { type Json, recordsAt } from "./json.js";
import { installation } from "./payloads.js";
import type { Person, SlackMessage, SlackView } from "./types.js";

/** A view as payloads and answers carry it. */
export function wireView(core: Core, { id, type, hash, view, inputs, rootId, previousId }: SlackView): Json {
  const { teamId, appId, botId } = core.identity;
  const blocks = recordsAt(view, "blocks");
  return {
    private_metadata: "",
    callback_id: "",
    external_id: "",
    title: { type: "plain_text", text: "View Title", emoji: true },
    close: null,
    submit: null,
    clear_on_close: false,
    notify_on_close: false,
    ...view,
    id,
    type,
    hash,
    team_id: teamId,
    app_id: appId,
    app_installed_team_id: teamId,
    bot_id: botId,
    root_view_id: rootId,
    previous_view_id: previousId,
    state: { values: stateValues(blocks, inputs) },
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

export function submissionPayload(
  core: Core,
  view: SlackView,
  person: Person,
  { triggerId, responseUrls }: { triggerId: string; responseUrls: readonly Json[] },
): Json {
  const rest = { trigger_id: triggerId, view: wireView(core, view), response_urls: responseUrls };
  return { ...common(core, person), type: "view_submission", ...rest };
}

/** Without the content of the inputs. */
export function closedPayload(core: Core, view: SlackView, person: Person, isCleared: boolean): Json {
  const wire = { ...wireView(core, view), state: { values: {} } };
  return { ...common(core, person), type: "view_closed", view: wire, is_cleared: isCleared };
}

export function viewActionsPayload(
  core: Core,
  view: SlackView,
  person: Person,
  { action, triggerId }: { action: Json; triggerId: string },
): Json {
  return {
    ...common(core, person),
    type: "block_actions",
    container: { type: "view", view_id: view.id },
    trigger_id: triggerId,
    view: wireView(core, view),
    actions: [action],
  };
}

/** What Slack asks the app while somebody types into an external select. */
export function suggestionPayload(
  core: Core,
  holder: SlackView | SlackMessage,
  person: Person,
  { actionId, blockId, query }: { actionId: string; blockId: string; query: string },
): Json {
  const shared = {
    ...common(core, person),
    type: "block_suggestion",
    action_id: actionId,
    block_id: blockId,
    value: query,
  };
  if ("view" in holder) {
    return { ...shared, container: { type: "view", view_id: holder.id }, view: wireView(core, holder) };
  }
  const { channel, ts, ephemeral } = holder;
  const room = core.directory.room(channel);
  return {
    ...shared,
    container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: ephemeral },
    channel: { id: channel, name: room ? core.directory.payloadName(room) : "" },
    ...(ephemeral ? {} : { message: core.wireMessage(holder) }),
  };
}
