// The files for containers, systemd and GitHub agree with each other and with the program.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { VARIABLES } from "../../src/config/variables.js";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const OLDEST_NODE = 20;
const packageSchema = z.object({
  version: z.string(),
  engines: z.object({ node: z.literal(">=20.19") }),
  scripts: z.record(z.string(), z.string()),
  repository: z.object({ url: z.string() }),
});
const { version, scripts } = packageSchema.parse(JSON.parse(read("package.json")));
/** Longer than the 10 s that the bot may need to stop, in s. */
const STOP_S = 11;

describe("Dockerfile", () => {
  const text = read("Dockerfile");
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = ""]) => sources.split(" "));

  test("copies files that exist, and .dockerignore lets just these through", () => {
    const allowed = [...read(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, name]) => name);
    expect(copied.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
    expect(copied.sort()).toEqual(allowed.sort());
    expect(read(".dockerignore")).toMatch(/^\*$/m);
  });

  test("runs what package.json starts, as a user without rights, with its data in a volume", () => {
    expect(text).toContain('CMD ["node", "dist/main.js"]');
    expect(scripts.start).toContain("node dist/main.js");
    expect(read("Procfile")).toBe("web: node dist/main.js\n");
    expect(text).toMatch(/HEX_BOT_DATA_DIR=(\S+)\n[\s\S]+\nUSER node\n[\s\S]+\nVOLUME \1\n/);
    expect(text).toContain("/healthz");
  });

  test("builds and runs on the same Node, and .nvmrc names it too", () => {
    const versions = [...text.matchAll(/^FROM node:(\d+)-slim/gm)].map(([, major]) => major);
    expect(versions).toEqual([read(".nvmrc").trim(), read(".nvmrc").trim()]);
  });
});

describe("deploy/compose.yaml", () => {
  const composeSchema = z.object({
    services: z.object({
      bot: z.object({
        build: z.literal(".."),
        stop_grace_period: z.string().regex(/^\d+s$/),
        read_only: z.literal(true),
        environment: z.record(z.string(), z.string()),
        depends_on: z.object({ postgres: z.object({ condition: z.literal("service_healthy") }) }),
      }),
      postgres: z.object({
        image: z.string(),
        environment: z.record(z.string(), z.string()),
        volumes: z.array(z.string()),
      }),
    }),
    volumes: z.record(z.string(), z.null()),
  });
  const { services, volumes } = composeSchema.parse(parse(read("deploy/compose.yaml")));

  test("sets variables that there are, and leaves time for a stop", () => {
    const known: string[] = VARIABLES.map(({ name }) => name);
    expect(Object.keys(services.bot.environment).filter((name) => !known.includes(name))).toEqual([]);
    expect(Number.parseInt(services.bot.stop_grace_period, 10)).toBeGreaterThanOrEqual(STOP_S);
  });

  test("gives the bot the database that it makes, and keeps its data", () => {
    const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD } = services.postgres.environment;
    expect(services.bot.environment.DATABASE_URL).toBe(
      `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres/${POSTGRES_DB}`,
    );
    expect(services.postgres.volumes.map((volume) => volume.split(":")[0])).toEqual(Object.keys(volumes));
  });
});

test("the systemd unit starts the program, restarts it always, reloads it, and leaves time for a stop", () => {
  const text = read("deploy/hex-bot.service");
  expect(text).toMatch(/^ExecStart=\S+\/node dist\/main\.js$/m);
  expect(text).toMatch(/^Restart=always$/m);
  expect(text).toMatch(/^ExecReload=\S+\/kill -HUP \$MAINPID$/m);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(STOP_S);
  const [, state] = /^StateDirectory=(\S+)$/m.exec(text) ?? [];
  expect(text).toContain(`HEX_BOT_DATA_DIR=/var/lib/${state}\n`);
});

describe(".github", () => {
  test("the workflow runs .ci/run on every Node from the oldest that the bot runs on", () => {
    const workflowSchema = z.object({
      jobs: z.object({
        test: z.object({
          strategy: z.object({ matrix: z.object({ node: z.array(z.number()) }) }),
          steps: z.array(z.object({ run: z.string().optional() })),
        }),
      }),
    });
    const { test: job } = workflowSchema.parse(parse(read(".github/workflows/ci.yml"))).jobs;
    expect(job.strategy.matrix.node[0]).toBe(OLDEST_NODE);
    expect(job.strategy.matrix.node).toContain(Number(read(".nvmrc")));
    expect(job.steps.at(-1)?.run).toBe(".ci/run");
  });

  test("Dependabot and the issue forms can be read", () => {
    const dependabotSchema = z.object({
      version: z.literal(2),
      updates: z.array(z.object({ directory: z.literal("/") })),
    });
    expect(dependabotSchema.parse(parse(read(".github/dependabot.yml"))).updates).toHaveLength(3);
    const element = z.object({ type: z.enum(["markdown", "textarea", "input", "dropdown"]), attributes: z.object({}) });
    const formSchema = z.object({ name: z.string(), description: z.string(), body: z.array(element) });
    for (const name of ["bug", "feature"]) formSchema.parse(parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`)));
  });
});

test("the changelog begins with package.json's version", () => {
  expect(/^## (\S+)/m.exec(read("CHANGELOG.md"))?.[1]).toBe(version);
});
