// Stores that released versions have written, taken over by this one: every card ends true, and old buttons work.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { followClock } from "../process/database-clock.js";
import { OpenStatements } from "../process/open-statements.js";
import { postgresForTests } from "../process/postgres-for-tests.js";
import type { RecordedRequest } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, type Mode, shown } from "../wire/harness.js";
import { type Peers, type RecordedStore, readPeers, restoreDatabase, restoreFile, restorePeers } from "./fixture.js";

/** How long after the kill the new version starts, in ms. */
const DOWN_MS = 20_000;
/** Real ms: nobody hangs here, and a busy machine may be slow. */
const PATIENCE_MS = 20_000;

const postgres = postgresForTests();
let databases = 0;

interface Upgraded {
  harness: Harness;
  peers: Peers;
  /** The message that the old version left, by its name in the fixture. */
  old: (name: string) => SlackMessage;
  shows: (name: string, text: string) => Promise<void>;
}

async function upgraded(
  version: string,
  store: RecordedStore,
  mode: Mode,
  atEnd: (end: () => Promise<void>) => void,
): Promise<Upgraded> {
  const peers = readPeers(version, store);
  const url = store === "postgres" ? await postgres.database(`upgrade${databases++}`) : null;
  const statements = url === null ? null : await OpenStatements.start(postgres.port);
  const env = {
    HEX_ALERT_CHANNEL: "C0TEAMROOM1",
    HEX_PROBE_SECONDS: "60",
    HEX_REQUESTS_PER_MINUTE: "600",
    ...(url === null || statements === null ? {} : { DATABASE_URL: statements.through(url) }),
  };
  const startsAt = peers.killedAt + DOWN_MS;
  const harness = await Harness.start(mode, { idle: true, startsAt, env, hexTimeoutMs: PATIENCE_MS });
  const { hex, slack, token, dataDir } = harness;
  hex.workspace.setExpiry(token, peers.tokenExpiresAt);
  restorePeers(peers, hex, slack);
  if (url === null) restoreFile(version, peers, hex, dataDir);
  else {
    await restoreDatabase(version, peers, hex, url);
    const databaseClock = await followClock(url, harness.clock);
    atEnd(async () => {
      await databaseClock.stop();
      statements?.stop();
    });
    // A leader that cannot renew its lease for five seconds stops: they must not be over before the database answers.
    harness.isBusy = () => databaseClock.isBehind || (statements?.count ?? 0) > 0;
    harness.slowTurns = 1_000;
    // In so slow a second more is asked than Hex allows.
    hex.workspace.rateLimits.enabled = false;
  }
  const old = (name: string) => {
    const { channel, ts } = peers.named[name] ?? {};
    const found = slack.messages.find((message) => message.channel === channel && message.ts === ts);
    if (found === undefined) throw new Error(`There is no message ${name}`);
    return found;
  };
  await harness.startBot();
  return { harness, peers, old, shows: (name, text) => harness.until(() => shown(old(name)).includes(text)) };
}

/** The runs of a project in Hex, by its title. */
function runsOf({ hex }: Harness, title: string) {
  const project = hex.workspace.projects.find((one) => one.title === title);
  return hex.workspace.runs.filter((run) => run.projectId === project?.id);
}

const CASES: [RecordedStore, Mode][] = [
  ["sqlite", "socket"],
  ["sqlite", "http"],
  ["postgres", "socket"],
];

describe.each(CASES)("the %s store of 0.1.0, over %s", (store, mode) => {
  const scenario = (name: string, play: (upgrade: Upgraded) => Promise<void>) =>
    test(name, async ({ onTestFinished }) => {
      const upgrade = await upgraded("0.1.0", store, mode, onTestFinished);
      onTestFinished(() => upgrade.harness.stop());
      await play(upgrade);
    });

  scenario("what was in flight goes on, and every card ends true", async ({ harness, shows, old }) => {
    const { hex } = harness;
    // Its request was under way when the process was killed: Hex had started it.
    for (const run of runsOf(harness, "Half Started")) hex.workspace.setStatus(run.id, "RUNNING");
    await shows("starting", "Running");
    // It waited for a kernel.
    await shows("waiting", "Completed");
    // Hex had not heard of this cancellation, and of that one it had.
    await shows("unstopped", "Cancelled");
    for (const run of runsOf(harness, "Stopping")) hex.workspace.finishRun(run.id, "KILLED");
    await shows("stopping", "Cancelled");
    for (const title of ["Weekly Revenue", "Private Numbers", "Half Started"]) {
      for (const run of runsOf(harness, title)) hex.workspace.finishRun(run.id, "COMPLETED");
    }
    for (const run of runsOf(harness, "Churn")) hex.workspace.finishRun(run.id, "ERRORED");
    await shows("running", "Completed");
    await shows("private", "Completed");
    await shows("starting", "Completed");
    await shows("toCancel", "Errored");
    expect(shown(old("running"))).toContain("`region=EU` `live=true` · fresh SQL");
    // What was over stays as it was.
    expect(shown(old("completed"))).toContain("Completed");
    expect(shown(old("errored"))).toContain("Errored");
    expect(shown(old("refused"))).toContain("Not started");
    expect(shown(old("lost"))).toContain("Not known");
    // Nothing was started twice: only what waited was started.
    expect(harness.starts).toHaveLength(1);
    const titles = hex.workspace.projects.map((project) => project.title);
    const counts = titles.map((title) => [title, runsOf(harness, title).length]);
    expect(counts.filter(([, count]) => Number(count) > 1)).toEqual([]);
    // Nobody got a second card.
    expect(harness.cards.filter((card) => Date.parse(isoOf(card)) > harness.clock.now() - DOWN_MS)).toEqual([]);
  });

  scenario("the outage is told as over in the same message", async ({ harness, shows, old }) => {
    await shows("outage", "Over: connected to Hex again");
    const alerts = harness.slack.messages.filter(
      (message) => message.channel === old("outage").channel && message.threadTs === undefined,
    );
    expect(alerts).toHaveLength(2);
    const isTold = () =>
      harness.replies.some(
        (reply) => reply.threadTs === old("outage").ts && shown(reply).includes("It is over, after"),
      );
    await harness.until(isTold);
  });

  scenario("old buttons work", async ({ harness, shows, old }) => {
    const { slack, hex } = harness;
    /** The time stands still until Hex has answered. */
    const press = async (name: string, actionId: string, asks: RecordedRequest["endpoint"]) => {
      const from = hex.requests.length;
      await slack.click(old(name), actionId);
      await hex.waitFor(({ endpoint, status }) => endpoint === asks && status !== null, from);
    };
    await press("toCancel", "cancel_run", "cancelRun");
    await shows("toCancel", "Cancelled");
    expect(shown(old("toCancel"))).toContain(`By <@${slack.people.ada.id}>`);

    const before = harness.cards.length;
    await press("completed", "run_again", "runProject");
    await harness.until(() => harness.cards.length === before + 1 && shown(harness.card(before)).includes("Completed"));
    expect(shown(harness.card(before))).toContain("`region=North America` `days=30`");
    await shows("completed", "Run again by");

    await press("lost", "look_again", "listRuns");
    await shows("lost", "Not known");

    const costs = hex.workspace.projects.find((project) => project.title === "Daily Costs");
    const runButton = JSON.stringify(old("chooser").blocks).match(/"value":"(\{\\"project\\":\\"[^}]*\})"/)?.[1];
    expect(runButton).toContain(costs?.id);
    await press("chooser", "run_project", "runProject");
    await harness.until(
      () => harness.cards.length === before + 2 && shown(harness.card(before + 1)).includes("Completed"),
    );

    const [live] = runsOf(harness, "Weekly Revenue");
    expect(JSON.stringify(old("runs").blocks)).toContain(live?.id);
    await press("runs", "cancel_hex_run", "cancelRun");
    await shows("running", "Cancelled");
  });
});

function isoOf({ ts }: SlackMessage): string {
  return new Date(Number(ts) * 1_000).toISOString();
}

test("the fixtures hold no secret", async () => {
  const { readdirSync, readFileSync } = await import("node:fs");
  const folder = join(import.meta.dirname, "0.1.0");
  const found = readdirSync(folder).filter((file) =>
    /xox[a-z]-|xapp-|hxt[a-z]_/.test(readFileSync(join(folder, file), "latin1")),
  );
  expect(found).toEqual([]);
});
