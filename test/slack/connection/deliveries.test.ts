// A stop waits for everything that Slack was told has arrived, from the acknowledgement on.

import { expect, test } from "vitest";
import { systemClock } from "../../../src/lib/clock.js";
import { PendingWork } from "../../../src/lib/pending-work.js";
import { createLogger } from "../../../src/log/logger.js";
import { Deliveries } from "../../../src/slack/connection/deliveries.js";

const EVENT = {
  type: "event_callback",
  team_id: "T1",
  event_id: "Ev1",
  event_time: 1,
  event: { type: "app_home_opened", user: "U1", channel: "D1", tab: "home", event_ts: "1.0" },
};

function gate() {
  let open = () => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), isOpen };
}

function deliveriesOf(work: PendingWork): Deliveries {
  const log = createLogger({ level: "silent", pretty: false, secrets: [], destination: { write: () => undefined } });
  const options = { log, clock: systemClock, onUnreadable: () => undefined, apiUrl: "https://slack.com/api/" };
  return new Deliveries({ ...options, send: fetch, work });
}

test("an event that is being acknowledged is work, and so it is until its listeners are done", async () => {
  const work = new PendingWork();
  const deliveries = deliveriesOf(work);
  const [acknowledged, listened] = [gate(), gate()];
  const heard: unknown[] = [];
  deliveries.handOnTo({
    async processEvent({ body }) {
      heard.push(body);
      await listened.isOpen;
    },
  });
  let isDone = false;
  const ack = () => acknowledged.isOpen;
  void deliveries.take({ type: "events_api", body: EVENT, ack, retries: {}, requestId: null });
  void work.done().then(() => {
    isDone = true;
  });
  await new Promise(setImmediate);
  expect([heard, isDone]).toEqual([[], false]);
  acknowledged.open();
  await new Promise(setImmediate);
  expect([heard.length, isDone]).toEqual([1, false]);
  listened.open();
  await new Promise(setImmediate);
  expect(isDone).toBe(true);
});

test("of the addresses for the answers to a form, listeners see only Slack's", async () => {
  const deliveries = deliveriesOf(new PendingWork());
  const heard: unknown[] = [];
  deliveries.handOnTo({ processEvent: async ({ body }) => void heard.push(body.response_urls) });
  const own = { response_url: "https://hooks.slack.com/app/T1/2/x" };
  const foreign = ["https://evil.test/x", "http://hooks.slack.com/app/T1/2/x"].map((url) => ({ response_url: url }));
  const body = {
    type: "view_submission",
    user: { id: "U1", team_id: "T1" },
    team: { id: "T1" },
    view: { id: "V1", type: "modal", callback_id: "run", private_metadata: "", hash: "1.a", state: { values: {} } },
    response_urls: [...foreign, own],
  };
  await deliveries.take({ type: "interactive", body, ack: async () => undefined, retries: {}, requestId: null });
  expect(heard).toEqual([[own]]);
});
