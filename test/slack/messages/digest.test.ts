// The digest's message stays within Slack's limits, whatever the projects are called and however many they are.

import { expect, test } from "vitest";
import type { GoneProject } from "../../../src/follow/digest-contents.js";
import type { DigestEntry } from "../../../src/follow/digest-entries.js";
import { newlyFollowed } from "../../../src/follow/followed-project.js";
import type { Project } from "../../../src/hex/schema.js";
import { digestMessage } from "../../../src/slack/messages/digest.js";
import { plainText } from "../../../src/slack/messages/plain.js";
import { blockErrors } from "../../sandbox/slack/block-kit.js";
import { pings, visibleText } from "../../sandbox/slack/messages.js";

const NOW = Date.UTC(2026, 10, 26, 7, 0);
const PLACE = { origin: "https://app.hex.tech", workspace: "acme" };

function entry(index: number, title: string): DigestEntry {
  const project: Project = {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    title,
    description: null,
    type: "PROJECT",
    creator: null,
    owner: { email: "olga@acme.test" },
    status: null,
    categories: [],
    lastEditedAt: null,
    lastPublishedAt: NOW,
    createdAt: null,
    archivedAt: null,
    trashedAt: null,
    schedules: [],
  };
  const run = { runId: "r", url: null, status: "COMPLETED", endedAt: NOW - 60_000, tookMs: 245_000, version: "3" };
  const followed = { ...newlyFollowed(project, NOW), readAt: NOW, lastRun: run, lastGood: run, typicalMs: 200_000 };
  return {
    project,
    freshness: { kind: index === 0 ? "late" : "fresh" },
    followed,
    nextDue: { at: NOW + index, slackMs: 0 },
  };
}

const drawn = (entries: DigestEntry[], hasTables = true, gone: GoneProject[] = []) =>
  digestMessage({
    entries,
    gone,
    isAboutWatched: true,
    zone: "Europe/Berlin",
    place: PLACE,
    now: NOW,
    notes: ["The note."],
    hasTables,
    onTableRefused: () => undefined,
  });

test.each([
  ["short", "Churn"],
  ["long", "Weekly revenue ".repeat(60)],
  ["in emoji", "👩‍👩‍👧‍👦".repeat(90)],
  ["empty", " "],
  ["a ping", "<!channel> <@U0ADALOVELA> & `x` *y*"],
])("titles that are %s: 1, 15, 200 and 500 projects", (_, title) => {
  for (const many of [1, 15, 200, 500]) {
    const message = drawn(Array.from({ length: many }, (_unused, index) => entry(index, title)));
    const list = message.instead?.message;
    if (list === undefined) throw new Error("There is no table.");
    expect(message.text).toMatch(new RegExp(`^Digest: ${many - 1} of ${many} fresh, 1 late \\(.{1,600}\\)$`));
    for (const one of [message, list]) {
      expect(blockErrors(one.blocks, "message")).toEqual([]);
      expect(pings(one)).toEqual([]);
      expect(visibleText(one)).toContain("The note.");
      expect(plainText(one)).toContain(`*${many - 1} of ${many} fresh*, 1 late`);
    }
    if (many === 500) {
      const [, more] = /… and (\d+) more projects\./.exec(visibleText(message)) ?? [];
      const [table] = message.blocks.filter((block) => block.type === "data_table");
      // The first row has the headings.
      expect(Number(more)).toBe(500 - ((table?.rows.length ?? 0) - 1));
      const lines = visibleText(list).match(/took 4 min 5 s \(usually 3 min 20 s\)/g) ?? [];
      expect(visibleText(list)).toContain(`… and ${500 - lines.length} more projects.`);
    }
  }
});

test.each([1, 15, 40])("in a list of %d projects that are running, each is shown in full or counted", (many) => {
  const title = "Revenue & margin by region and product, of all brands in Europe, Asia & America, since 2019".repeat(2);
  const entries = Array.from({ length: many }, (_, index) => {
    const one = entry(index + 1, `${index} ${title}`);
    const going = [{ runId: "r2", since: NOW - 1_000, url: null }];
    return { ...one, followed: one.followed && { ...one.followed, going } };
  });
  const text = visibleText(drawn(entries, false));
  const shown = text.match(/\|\d+ Revenue &amp; margin .* · owner olga@acme\.test$/gm)?.length ?? 0;
  const [, more = "0"] = /… and (\d+) more project/.exec(text) ?? [];
  expect(text.match(/Revenue &amp; margin/g)).toHaveLength(shown);
  expect(shown + Number(more)).toBe(many);
});

test("no project: no table", () => {
  const message = drawn([]);
  expect(message.instead).toBeUndefined();
  expect(visibleText(message)).toContain("No project that is watched here can be shown.");
});

test.each([
  ["long", "Weekly revenue ".repeat(60)],
  ["a ping", "<!channel> <@U0ADALOVELA> & `x` *y*"],
])(
  "projects that are gone, with titles that are %s: the first are named, the others counted, whatever else there is",
  (_, title) => {
    const absence = { why: "hidden" as const, since: NOW, backAt: null, knownUntil: null };
    const gone = Array.from({ length: 12 }, (_unused, index) => ({
      id: `p${index}`,
      title: `${index} ${title}`,
      absence,
    }));
    for (const many of [0, 1, 500]) {
      const entries = Array.from({ length: many }, (_unused, index) => entry(index + 1, title));
      const message = drawn(entries, true, gone);
      for (const one of [message, ...(message.instead ? [message.instead.message] : [])]) {
        expect(blockErrors(one.blocks, "message")).toEqual([]);
        expect(pings(one)).toEqual([]);
        expect(visibleText(one)).toContain("The note.");
        expect(visibleText(one).match(/ was deleted, or is no longer shared with the bot's token\./g)).toHaveLength(5);
        expect(visibleText(one)).toContain("… and 7 more projects.");
      }
      expect(message.text).toMatch(/^Digest: .*, 12 not checked$/);
    }
  },
);

test("a notification names the first projects that somebody has to look at", () => {
  const late = ["Churn", "Bookings", "R&D", "Costs", "Leads"].map((title) => ({ ...entry(0, title) }));
  expect(drawn([...late, entry(1, "Weekly revenue")]).text).toBe(
    "Digest: 1 of 6 fresh, 5 late (Churn, Bookings, R&amp;D, and 2 more)",
  );
  expect(drawn([entry(1, "Weekly revenue")]).text).toBe("Digest: 1 of 1 fresh");
});
