// Does what the browser asks for: what people do in Slack, and what happens to the simulated Hex.

import { elementsOf } from "../slack/elements.js";
import type { Ack, Channel, LocalSlack, SlackView } from "../slack/server.js";
import { plain } from "./plain-text.js";
import type { Stage } from "./stage.js";
import { canWrite, personOf } from "./viewing.js";
import { WHOLE_FORM } from "./views.js";
import type { Deed, Outcome } from "./wire.js";

const FINE: Outcome = { problem: null };

export async function perform(stage: Stage, deed: Deed): Promise<Outcome> {
  const { slack, hex } = stage;
  switch (deed.do) {
    case "type":
      return typed(stage, deed);
    case "press": {
      const message = slack.messages.find((one) => one.channel === deed.place && one.ts === deed.ts);
      const stale = message?.history.findLast(({ blocks }) => holds(blocks, deed));
      if (!message || !stale) return { problem: "That is not there any more." };
      const user = personOf(stage, deed.person);
      const { ack } = await slack.click(message, deed.actionId, { ...pressed(deed), user, stale });
      return complaint(ack, "That button did not work");
    }
    case "press_in_view": {
      const { ack } = await slack.clickView(viewOf(slack, deed.view), deed.actionId, pressed(deed));
      return complaint(ack, "That button did not work");
    }
    case "fill": {
      const { blockId, actionId, chosen } = deed;
      await slack.fill(viewOf(slack, deed.view), [{ blockId, actionId, chosen }]);
      return FINE;
    }
    case "search":
      return searched(stage, deed);
    case "shortcut": {
      const user = personOf(stage, deed.person);
      const on = slack.messages.find((one) => one.channel === deed.place && one.ts === deed.ts);
      const channel = [...Object.values(slack.channels), slack.dm(user)].find((one) => one.id === deed.place);
      const options = { user, ...(on ? { on } : {}), ...(channel ? { channel } : {}) };
      const { ack } = await slack.shortcut(deed.callbackId, options);
      return complaint(ack, "That shortcut did not work");
    }
    case "submit": {
      const { errors, trouble } = await slack.submit(viewOf(slack, deed.view), deed.entries);
      return { problem: trouble, view: deed.view, errors: trouble === null ? errors : { [WHOLE_FORM]: trouble } };
    }
    case "close":
      await slack.closeView(viewOf(slack, deed.view));
      return FINE;
    case "home":
      if (slack.homeTab) await slack.openHome(personOf(stage, deed.person));
      return FINE;
    case "invite": {
      const channel = Object.values(slack.channels).find((one) => one.id === deed.place);
      return channel ? invited(slack, channel) : FINE;
    }
    case "switch":
      stage.switches.find((one) => one.id === deed.id)?.set(deed.on);
      return FINE;
    case "cancel_in_hex":
      hex.workspace.cancelInHex(deed.run);
      return FINE;
  }
}

async function searched({ slack, ...stage }: Stage, deed: Deed & { do: "search" }): Promise<Outcome> {
  const user = personOf({ slack, ...stage }, deed.person);
  const [kind, ...rest] = deed.holder.split(":");
  const [channel, ts] = rest;
  const holder =
    kind === "view"
      ? viewOf(slack, rest.join(":"))
      : slack.messages.find((one) => one.channel === channel && one.ts === ts);
  if (!holder) return { problem: "That is not there any more." };
  const { options, trouble } = await slack.search(holder, deed, deed.query, { user });
  const shown = options.map((option) => ({
    value: String(option.value),
    text: plain(option.text),
    description: plain(option.description),
  }));
  return { problem: trouble === null ? null : "The app did not say what there is to choose from.", options: shown };
}

async function typed(stage: Stage, { person, place, text, thread }: Deed & { do: "type" }): Promise<Outcome> {
  const { slack, slashCommand } = stage;
  const user = personOf(stage, person);
  const channel = [...Object.values(slack.channels), slack.dm(user)].find((one) => one.id === place);
  if (!channel) return { problem: "There is no such channel." };
  const [, command, rest = ""] = /^(\/\S+)\s*(.*)$/s.exec(text) ?? [];
  if (command === undefined) {
    if (!canWrite(slack, channel)) return { problem: "Sending messages to this app has been turned off." };
    await slack.write(user, channel, text, thread === undefined ? {} : { threadTs: thread });
    return FINE;
  }
  if (thread !== undefined) return { problem: `${command} is not supported in threads. Sorry!` };
  if (command === "/invite" && /^@?hex$/i.test(rest.trim())) return invited(slack, channel);
  if (command !== slashCommand.command) {
    return { problem: `${command} is not a command that works here. The app has ${slashCommand.command}.` };
  }
  if (user.teamId !== slack.teamId) return { problem: `${command} works only for people of the app's own workspace.` };
  const { ack } = await slack.command(rest, { command, user, channel });
  return complaint(ack, `${command} failed`);
}

function invited(slack: LocalSlack, channel: Channel): Outcome {
  if (channel.id.startsWith("D")) return { problem: "/invite works in channels alone." };
  slack.invite(channel, slack.botUserId);
  return FINE;
}

function complaint(ack: Ack, what: string): Outcome {
  if (ack.ok) return FINE;
  const error = ack.error === "timeout" ? "operation_timeout" : "dispatch_failed";
  return { problem: `${what} with the error "${error}": the app did not answer Slack.` };
}

/** The message may have changed since the person saw it. Then they pressed the button of the earlier version. */
function holds(blocks: readonly unknown[], { blockId, actionId, value }: Deed & { do: "press" }): boolean {
  return [...elementsOf(blocks)].some(
    ({ blockId: block, element }) =>
      block === blockId &&
      element.action_id === actionId &&
      (element.type !== "button" || (element.value ?? undefined) === value),
  );
}

function pressed({ blockId, value, chosen }: Deed & { do: "press" | "press_in_view" }) {
  return { blockId, ...(value === undefined ? {} : { value }), ...(chosen === undefined ? {} : { chosen }) };
}

function viewOf(slack: LocalSlack, id: string): SlackView {
  const view = slack.views.find((one) => one.id === id);
  if (!view) throw new Error(`There is no view ${id}.`);
  return view;
}
