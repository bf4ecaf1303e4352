// Answers pickers that ask for options while somebody types.

import type { App } from "@slack/bolt";
import type { Place } from "../../../access/policy.js";
import { within } from "../../../lib/with-timeout.js";
import { type Permissions, permissionsInMemory, permissionsOf } from "../../access/permissions.js";
import { placeOfForm } from "../../parse/run-form.js";
import type { Bot } from "../context.js";
import { acknowledge, type Listening } from "../interaction.js";
import { originOf } from "../origin.js";
import { pickerOf } from "./index.js";

/** How long (ms) Slack may take to say who somebody is, while it waits for the options itself, for three seconds. */
const ANSWER_MS = 1_500;

export function listenToOptions(app: App, { bot, members, log, metrics, work }: Listening): void {
  app.options<"block_suggestion">({ type: "block_suggestion" }, async ({ ack, body }) => {
    const picker = pickerOf(body.action_id);
    const isMember = members.ofClick(originOf(body)) === "member";
    const place = body.view === undefined ? (body.channel?.id ?? null) : placeOfForm(body.view);
    const offered = async () => {
      try {
        if (picker === null || !isMember) return [];
        return picker.options(await permissionsSoon(bot, body.user.id, place), body.value);
      } catch (err) {
        log.error({ err, picker: picker?.id }, "fault");
        return [];
      }
    };
    const options = await work.add(offered());
    await acknowledge(metrics, () => ack({ options }));
  });
}

/** Mostly, Slack has said a moment ago who it is. While it does not answer, what it said before counts. */
function permissionsSoon({ permissions: sources, clock }: Bot, user: string, place: Place): Promise<Permissions> {
  return within(clock, ANSWER_MS, permissionsOf(sources, user, place)).catch(() =>
    permissionsInMemory(sources, user, place),
  );
}
