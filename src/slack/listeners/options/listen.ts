// Answers pickers that ask for options while somebody types.

import type { App } from "@slack/bolt";
import { permissionsInMemory } from "../../access/permissions.js";
import { placeOfForm } from "../../parse/run-form.js";
import { acknowledge, type Listening } from "../interaction.js";
import { originOf } from "../origin.js";
import { pickerOf } from "./index.js";

export function listenToOptions(app: App, { bot, members, log, metrics, work }: Listening): void {
  app.options<"block_suggestion">({ type: "block_suggestion" }, async ({ ack, body }) => {
    const picker = pickerOf(body.action_id);
    const isMember = members.ofClick(originOf(body)) === "member";
    const place = body.view === undefined ? (body.channel?.id ?? null) : placeOfForm(body.view);
    const options = (() => {
      try {
        if (picker === null || !isMember) return [];
        // Slack waits at each keystroke, so it is asked afterwards who this is.
        return picker.options(permissionsInMemory(bot.permissions, body.user.id, place), body.value);
      } catch (err) {
        log.error({ err, picker: picker?.id }, "fault");
        return [];
      }
    })();
    await acknowledge(metrics, () => ack({ options }));
    // For the next keystroke, unless Slack has just said it.
    if (isMember) await work.add(bot.permissions.access.rightsOf(body.user.id, place));
  });
}
