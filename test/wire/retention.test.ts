// What is stored for a while: it is there until its time is over, and then it is removed from every table.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Harness } from "./harness.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** By table: the columns of a row that was over at `now`, as SQL. Documents cannot be read, and that holds up nothing. */
const rowsOf = (now: number, { user, channel }: { user: string; channel: string }) => {
  const ended = { rule: { kind: "scheduled" }, setBy: user, setAt: now, ended: { at: now, word: "is_archived" } };
  const watch = JSON.stringify({ level: "all", ...ended });
  const digest = JSON.stringify({ hour: 8, minute: 0, zone: "UTC", weekdaysOnly: false, ...ended });
  const conversation = { channel: `'${channel}'`, thread_ts: "'1.1'" };
  const key = { kind: "'trouble'", id: "'old'" };
  const doc = "'{}'";
  const flags = { told: "0", posting: "0", doubled: "0", reposted: "0", settled: "1" };
  const run = { key: "'old'", version: "1", state: "'completed'", in_flight: "0", project_id: "'p'" };
  const card = { run_key: "'old'", channel: `'${channel}'`, ts: "x'00ff'", drawn_until: "0", settled: "0" };
  const member = { trouble_id: "'old'", project_id: "'p'", alert: "'old'", position: "0", joined_at: `${now}` };
  return {
    runs: { ...run, requested_at: `${now}`, finished_at: `${now}`, doc },
    cards: card,
    incidents: { id: "'old'", since: `${now}`, ended_at: `${now}`, doc },
    health_hours: { hour: `${Math.floor(now / HOUR) - 1}`, up_ms: "1", down_ms: "0" },
    alerts: { subject: "'old'", at: `${now}`, ...flags },
    troubles: { id: "'old'", project_id: "'p'", over_at: `${now}`, doc },
    run_ends: { run_id: "'old'", ended_at: `${now}`, doc },
    connection_readings: { key: "'old'", read_at: `${now}`, doc },
    trouble_members: { ...conversation, ...member, settled: "1" },
    watches: { ...conversation, rule_key: "'scheduled'", doc: `'${watch}'` },
    digests: { ...conversation, doc: `'${digest}'` },
    attention: { ...key, version: "1", doc },
    pages: { ...key, settled: "1", doc },
    drafts: { key: "'old'", expires_at: `${now}`, doc },
    seen_events: { key: "'old'", at: `${now}` },
    homes: { user_id: `'${user}'`, opened_at: `${now}`, searches: "0" },
    audit: { id: "'old'", at: `${now}`, doc },
  };
};

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("http", {
    token: { expiresAt: Date.UTC(2040, 0, 1) },
    env: { PAGERDUTY_ROUTING_KEY: "0".repeat(32), HEX_BOT_AUDIT_DAYS: "30" },
  });
});
afterEach(() => harness.stop());

test("what is over is removed when it is too old, and what could not be read of it is no longer counted", async () => {
  const { ada } = harness.slack.people;
  const rows = Object.entries(rowsOf(harness.clock.now(), { user: ada.id, channel: harness.slack.channels.team.id }));
  const file = new Database(join(harness.dataDir, "hex-bot.db"));
  const left = () =>
    rows
      .filter(([table, row]) => {
        const [[key, value] = ["", ""]] = Object.entries(row);
        return file.prepare(`select 1 from ${table} where ${key} = ${value}`).all().length > 0;
      })
      .map(([table]) => table);
  for (const [table, row] of rows)
    file.exec(`insert into ${table} (${Object.keys(row).join()}) values (${Object.values(row).join()})`);
  await harness.stopBot();
  await harness.startBot();
  await harness.pass(2 * MINUTE, 5_000);
  expect(left()).toEqual(rows.map(([table]) => table));
  const setAside = async () =>
    [...(await harness.get("/metrics")).text.matchAll(/^hexbot_rows_set_aside\{table="(\w+)"\} [1-9]/gm)].map(
      ([, table]) => table,
    );
  expect(await setAside()).toContain("cards");
  harness.clock.advance(91 * DAY);
  await harness.pass(2 * HOUR, MINUTE);
  expect(left()).toEqual([]);
  expect(await setAside()).toEqual([]);
  file.close();
});
