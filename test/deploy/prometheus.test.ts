// What is given to Prometheus and Grafana agrees with what the bot exports.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { Harness } from "../wire/harness.js";

const FOLDER = join(import.meta.dirname, "../../deploy/prometheus");
const read = (file: string) => readFileSync(join(FOLDER, file), "utf8");

const alertsSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Hexbot[A-Z]\w+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+m$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(["page", "ticket"]) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});
const scrapeSchema = z.object({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(z.object({ job_name: z.string(), metrics_path: z.literal("/metrics") })),
});
const dashboardSchema = z.object({
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      targets: z.array(z.object({ refId: z.string(), expr: z.string() })),
    }),
  ),
});

/** The metrics that an expression of Prometheus names: every word that is no function, label or unit. */
function metricsIn(expr: string): string[] {
  return expr.match(/\b(?:hexbot|process|nodejs)_\w+/g) ?? [];
}

describe("scrape.yml, alerts.yml and dashboard.json", () => {
  const alerts = alertsSchema.parse(parse(read("alerts.yml")));
  const dashboard = dashboardSchema.parse(JSON.parse(read("dashboard.json")));
  const rules = alerts.groups.flatMap((group) => group.rules);
  const targets = dashboard.panels.flatMap((panel) => panel.targets);
  let harness: Harness;
  let exported: Set<string>;
  /** Their names without the endings of their series. */
  let own: string[];
  beforeAll(async () => {
    harness = await Harness.start("socket");
    const { text } = await harness.get("/metrics");
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name ?? "", type]));
    const series = (name: string) =>
      types.get(name) === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => `${name}${end}`) : [name];
    exported = new Set([...types.keys()].flatMap(series));
    own = [...types.keys()].filter((name) => name.startsWith("hexbot_"));
  });
  afterAll(() => harness.stop());

  test("the scrape example leads to /metrics and to the rules", () => {
    const scrape = scrapeSchema.parse(parse(read("scrape.yml")));
    expect(scrape.rule_files).toEqual(["alerts.yml"]);
    expect(scrape.scrape_configs).toHaveLength(1);
  });

  test("every metric that a rule or a panel names is exported", () => {
    const named = [...rules, ...targets].map(({ expr }) => metricsIn(expr));
    for (const names of named) expect(names).not.toEqual([]);
    expect(named.flat().filter((name) => !exported.has(name))).toEqual([]);
  });

  test("every metric of the bot is on the dashboard", () => {
    const shown = targets.flatMap(({ expr }) => metricsIn(expr)).map((name) => name.replace(/_bucket$/, ""));
    expect(own.filter((name) => !shown.includes(name))).toEqual([]);
  });

  test("what every process exports under the same name is asked for of the bot's alone", () => {
    const usual = targets.filter(({ expr }) => /\b(process|nodejs)_/.test(expr));
    expect(usual).toHaveLength(4);
    for (const { expr } of usual) expect(expr).toMatch(/ and on \(job, instance\) hexbot_watching$/);
  });

  test("brackets are closed, and panels have ids of their own", () => {
    for (const { expr } of [...rules, ...targets]) {
      for (const [open, close] of ["()", "[]", "{}"]) {
        expect(expr.split(open ?? "").length).toBe(expr.split(close ?? "").length);
      }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  test("a place where people do not want the bot is no trouble of its connection to Slack", async () => {
    const [, outcomes = ""] = /outcome=~"([^"]+)"/.exec(rules.map(({ expr }) => expr).join("\n")) ?? [];
    const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
    for (let run = 0; run < 4; run++) {
      await harness.slack.command(`run ${id}`, { channel: harness.slack.channels.secret });
      await harness.cardShows("Completed", run);
    }
    const { text } = await harness.get("/metrics");
    expect(text).toMatch(/^hexbot_slack_calls_total\{method="chat\.postMessage",outcome="place"\} 4$/m);
    expect(text).not.toMatch(new RegExp(`outcome="(${outcomes})"`));
  });

  test("docs/on-call.md names the files and every metric of the bot", () => {
    const page = readFileSync(join(FOLDER, "../../docs/on-call.md"), "utf8");
    const cells = [...page.matchAll(/^\| (`hexbot_[^|]+) \|/gm)].map(([, cell = ""]) => cell);
    expect(cells.flatMap(metricsIn).sort()).toEqual(own.sort());
    for (const file of ["scrape.yml", "alerts.yml", "dashboard.json"]) expect(page).toContain(`prometheus/${file}`);
  });
});
