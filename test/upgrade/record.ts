// Records a store that a released version has written, with what Hex and Slack knew at that moment: the fixtures of the
// upgrade test. node --import ./register.mjs test/upgrade/record.ts <folder of that version, built> <its number>
//
// The version's own program lives through a quarter of an hour of everything and is killed in the middle of it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { Client } from "pg";
import { LocalPostgres, until } from "../process/fleet.js";
import { FastClock } from "../sandbox/fast-clock.mjs";
import { type ProjectOptions, type RunBehaviour, startHex } from "../sandbox/hex/server.js";
import { type SlackMessage, startSlack, visibleText } from "../sandbox/slack/server.js";
import { FIXTURES, type Peers, type RecordedStore } from "./fixture.js";

const SPEED = 20;
const DAY_MS = 24 * 60 * 60_000;

async function record(builtFolder: string, number: string, store: RecordedStore): Promise<void> {
  const start = Date.now();
  const clock = new FastClock(start, SPEED);
  const hex = await startHex({ clock });
  const slack = await startSlack({ clock });
  const dataDir = mkdtempSync(join(tmpdir(), "hex-bot-"));
  const postgres = store === "postgres" ? await LocalPostgres.start() : null;
  const databaseUrl = await postgres?.database("hexbot");
  const tokenExpiresAt = clock.now() + 6 * DAY_MS;
  const user = { name: "Olga Ops", email: "olga@acme.test", role: "ADMIN" };
  const child = spawn(process.execPath, ["test/process/replica.mjs"], {
    cwd: builtFolder,
    env: {
      PATH: process.env.PATH,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      HEX_API_TOKEN: hex.workspace.addToken({ user, expiresAt: tokenExpiresAt }),
      HEX_WORKSPACE_URL: hex.origin,
      HEX_STATUS_URL: "off",
      HEX_BOT_DATA_DIR: dataDir,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      HEX_ALERT_CHANNEL: slack.channels.team.id,
      HEX_PROBE_SECONDS: "10",
      HEX_REQUESTS_PER_MINUTE: "600",
      PORT: "0",
      CLOCK_START: String(start),
      CLOCK_SHOWS: String(start),
      CLOCK_SPEED: String(SPEED),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const log: string[] = [];
  child.stdout.on("data", (chunk) => log.push(String(chunk)));
  try {
    await happened(() => log.join("").includes('"msg":"ready"'), "the start");
    const messages = await live();
    const killedAt = clock.now();
    await kill(child);
    const peers: Peers = {
      killedAt,
      tokenExpiresAt,
      origin: hex.origin,
      orgId: hex.workspace.orgId,
      projects: [...hex.workspace.projects],
      runs: hex.workspace.runs.map((run) => {
        const { status: _, finished: __, startedAt: ___, endedAt: ____, ...facts } = run;
        return { facts, history: hex.workspace.history(run.id) };
      }),
      messages: slack.messages.map((message) => ({ ...message, history: message.history.slice(-1) })),
      named: messages,
    };
    const target = join(FIXTURES, number);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, `${store}-peers.json`), `${JSON.stringify(peers, null, 1)}\n`);
    if (databaseUrl === undefined) keepFile(join(dataDir, "hex-bot.db"), join(target, "hex-bot.db"));
    else {
      const { ddl, rows } = await tablesOf(databaseUrl);
      writeFileSync(join(target, "postgres.sql"), `${ddl.join(";\n")};\n`);
      writeFileSync(join(target, "postgres-rows.json"), `${JSON.stringify(rows, null, 1)}\n`);
    }
  } finally {
    if (child.exitCode === null && child.signalCode === null) await kill(child);
    await slack.stop();
    await hex.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }

  /** What people do, and what goes wrong. @returns the messages that the upgrade test looks for, by name */
  async function live(): Promise<Peers["named"]> {
    const { workspace, faults } = hex;
    const { ada, grace } = slack.people;
    // Half a dozen runs in a few minutes are more than the limits allow.
    workspace.rateLimits.enabled = false;
    const quick = { pendingMs: 1_000, runningMs: 5_000 };
    const project = (title: string, run: Partial<RunBehaviour>, options: Pick<ProjectOptions, "inputs"> = {}) =>
      workspace.addProject({ title, run, ...options });
    const card = async (title: string, text: string): Promise<SlackMessage> => {
      const find = () =>
        slack.messages.find(
          (one) => one.via === "postMessage" && one.threadTs === undefined && shows(one, title) && shows(one, text),
        );
      await happened(() => find() !== undefined, `${title}: ${text}`);
      const found = find();
      if (found === undefined) throw new Error(`There is no card of ${title}`);
      return found;
    };
    const answer = (id: string) => slack.waitForMessage((one) => one.responseUrlOf === id);
    const nameOf = ({ channel, ts }: SlackMessage) => ({ channel, ts });

    await happened(() => slack.messages.some((one) => shows(one, "token expires")), "the warning of the expiry");
    const inputs = {
      region: { dataType: "STRING" },
      days: { dataType: "NUMBER" },
      live: { dataType: "BOOLEAN" },
    } as const;
    await slack.command(`run ${project("Daily Costs", quick, { inputs }).id} region="North America" days=30`);
    const completed = await card("Daily Costs", "Completed");
    await slack.command(`run ${project("Broken Funnel", { ...quick, outcome: "ERRORED" }).id}`);
    const errored = await card("Broken Funnel", "Errored");
    await slack.command(`run ${project("Typed Inputs", quick).id} nosuch=1`);
    const refused = await card("Typed Inputs", "Not started");
    faults.add({ endpoint: "runProject", kind: { type: "reset" } });
    await slack.command(`run ${project("Lost Start", quick).id}`);
    const lost = await card("Lost Start", "Not known");

    const running = project("Weekly Revenue", { ...quick, neverEnds: true }, { inputs });
    await slack.command(`run ${running.id} region=EU live=true --fresh`);
    await slack.command(`run ${project("Churn", { ...quick, neverEnds: true }).id}`, { user: grace });
    await slack.command(`run ${project("Private Numbers", { ...quick, neverEnds: true }).id}`, {
      channel: slack.channels.secret,
    });
    await slack.command(`run ${project("Stopping", { ...quick, neverEnds: true, cancelMs: 90 * DAY_MS }).id}`);
    await slack.command(`run ${project("Not Yet Stopped", { ...quick, neverEnds: true }).id}`);
    const named: Peers["named"] = {
      completed: nameOf(completed),
      errored: nameOf(errored),
      refused: nameOf(refused),
      lost: nameOf(lost),
      running: nameOf(await card("Weekly Revenue", "Running")),
      toCancel: nameOf(await card("Churn", "Running")),
      private: nameOf(await card("Private Numbers", "Running")),
    };
    const stopping = await card("Stopping", "Running");
    await slack.click(stopping, "cancel_run");
    named.stopping = nameOf(await card("Stopping", "Hex is stopping it"));

    workspace.kernelsBusy = 25;
    await slack.command(`run ${project("Waits for a Kernel", quick).id}`);
    named.waiting = nameOf(await card("Waits for a Kernel", "Waiting to start"));

    named.list = nameOf(await answer((await slack.command("projects")).id));
    named.chooser = nameOf(await answer((await slack.command("run Daily")).id));
    named.runs = nameOf(await answer((await slack.command(`runs ${running.id}`, { user: ada })).id));

    faults.add({ endpoint: "me", kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
    const outage = (one: SlackMessage) => one.channel === slack.channels.team.id && shows(one, "Not connected to Hex");
    await happened(() => slack.messages.some(outage), "the alert");
    const alert = slack.messages.find(outage);
    if (alert) named.outage = nameOf(alert);

    faults.add({ endpoint: "cancelRun", kind: { type: "hang" } });
    const unstopped = await card("Not Yet Stopped", "Running");
    await slack.click(unstopped, "cancel_run");
    await hex.waitFor((one) => one.endpoint === "cancelRun" && one.status === null);
    named.unstopped = nameOf(await card("Not Yet Stopped", "Asking Hex"));

    workspace.kernelsBusy = 0;
    const before = hex.requests.length;
    faults.add({ endpoint: "runProject", kind: { type: "hang" }, afterEffect: true });
    await slack.command(`run ${project("Half Started", { ...quick, neverEnds: true }).id}`);
    await hex.waitFor((one) => one.endpoint === "runProject" && one.status === null, before);
    named.starting = nameOf(await card("Half Started", "Starting"));
    return named;
  }

  async function happened(done: () => boolean, what: string): Promise<void> {
    await until(
      done,
      () => `${what}\n${slack.messages.map(visibleText).join("\n---\n")}\n${log.join("").slice(-5_000)}`,
    );
  }
}

function shows(message: SlackMessage, text: string): boolean {
  return visibleText(message).includes(text);
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

/** In one file, as SQLite leaves it when the last connection closes. */
function keepFile(path: string, target: string): void {
  const file = new Database(path);
  file.pragma("wal_checkpoint(TRUNCATE)");
  file.pragma("journal_mode = DELETE");
  rmSync(target, { force: true });
  file.exec(`VACUUM INTO '${target}'`);
  file.close();
}

/** The tables that this version has made, as statements that make them again, and every row of each. */
async function tablesOf(url: string): Promise<{ ddl: string[]; rows: Record<string, unknown[]> }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const strings = async (statement: string) =>
    (await client.query<{ text: string }>(statement)).rows.map(({ text }) => text);
  const ddl = [...(await strings(TABLES)), ...(await strings(CONSTRAINTS)), ...(await strings(INDEXES))];
  const rows: Record<string, unknown[]> = {};
  for (const name of await strings(`select relname as text from pg_class where ${OURS} order by 1`)) {
    rows[name] = (await client.query(`select * from "${name}"`)).rows;
  }
  await client.end();
  return { ddl, rows };
}

const OURS = "relnamespace = current_schema()::regnamespace and relkind = 'r'";
const TABLES = `
  select format('create table %I (%s)', relname, string_agg(
    format('%I %s%s%s', attname, format_type(atttypid, atttypmod), case when attnotnull then ' not null' else '' end,
      coalesce(' default ' || pg_get_expr(adbin, adrelid), '')), ', ' order by attnum)) as text
  from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where ${OURS} group by relname order by relname`;
const CONSTRAINTS = `
  select format('alter table %I add constraint %I %s', relname, conname, pg_get_constraintdef(pg_constraint.oid)) as text
  from pg_constraint join pg_class on conrelid = pg_class.oid where ${OURS} and contype in ('p', 'u') order by relname, conname`;
const INDEXES = `
  select replace(pg_get_indexdef(indexrelid), ' ON ' || current_schema() || '.', ' ON ') as text
  from pg_index join pg_class on indrelid = pg_class.oid
  where ${OURS} and not exists (select from pg_constraint where conindid = indexrelid) order by 1`;

const [folder, version] = process.argv.slice(2);
if (folder === undefined || version === undefined)
  throw new Error("Name the folder of a built version, and the version");
for (const store of ["sqlite", "postgres"] as const) await record(folder, version, store);
