import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  describeProblems,
  readConfig,
  readHexConfig,
  readSlackConfig,
  readStorePlace,
} from "../../src/config/config.js";
import { secretsOf } from "../../src/config/secrets.js";
import { VARIABLES } from "../../src/config/variables.js";

const BOT = "xoxb-1111-2222-botbotbot";
const APP = "xapp-1-A111-3333-appappapp";
const SIGNING = "0123456789abcdef0123456789abcdef";
const HEX = `hxtw_${"ab".repeat(48)}`;
const SOCKET = { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, HEX_API_TOKEN: HEX };
const HTTP = { SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SIGNING, HEX_API_TOKEN: HEX };

function config(env: Record<string, string | undefined>, isTerminal = false) {
  const reading = readConfig(env, { isTerminal });
  if (!reading.ok) throw new Error(reading.problems.join("\n"));
  return reading.config;
}
function problems(env: Record<string, string | undefined>): string[] {
  const reading = readConfig(env);
  return reading.ok ? [] : reading.problems;
}
function warnings(env: Record<string, string | undefined>): string[] {
  const reading = readConfig(env);
  return reading.ok ? reading.warnings : ["not ok"];
}

describe("what is read", () => {
  test.each([
    ["", { kind: "file", path: "policy.yml", isNamed: false }],
    ["/etc/hex-bot/policy.yml", { kind: "file", path: "/etc/hex-bot/policy.yml", isNamed: true }],
    ["none", { kind: "none" }],
    [" None ", { kind: "none" }],
  ])("HEX_BOT_POLICY=%s", (value, policy) => {
    expect(config({ ...SOCKET, HEX_BOT_POLICY: value }).policy).toEqual(policy);
  });

  test("the least that is needed, for Socket Mode and for HTTP", () => {
    expect(readConfig(SOCKET)).toEqual({
      ok: true,
      warnings: [],
      config: {
        slack: { botToken: BOT, apiUrl: "https://slack.com/api/", mode: { kind: "socket", appToken: APP } },
        hex: { token: HEX, origin: "https://app.hex.tech", workspace: null },
        hexStatusUrl: "https://status.hex.tech/api/v2/summary.json",
        port: 3000,
        store: { kind: "embedded", dataDir: "data" },
        policy: { kind: "file", path: "policy.yml", isNamed: false },
        requestsPerMinute: 30,
        keepDays: 90,
        auditDays: 365,
        probeSeconds: 60,
        alertChannel: null,
        lateMinutes: 15,
        stuckFactor: 3,
        paging: null,
        proxies: null,
        log: { level: "info", pretty: false },
      },
    });
    expect(config(HTTP).slack.mode).toEqual({ kind: "http", signingSecret: SIGNING });
    expect(warnings(HTTP)).toEqual([]);
  });

  test("where to page: PagerDuty, its EU, or a compatible receiver, whatever was pasted", () => {
    const key = "R".repeat(32);
    const paging = (env: Record<string, string>) => config({ ...SOCKET, PAGERDUTY_ROUTING_KEY: key, ...env }).paging;
    expect(paging({})).toEqual({ url: "https://events.pagerduty.com", routingKey: key, afterMs: 300_000 });
    expect(paging({ HEX_PAGE_AFTER_MINUTES: "0" })?.afterMs).toBe(0);
    for (const [typed, url] of [
      ["events.eu.pagerduty.com", "https://events.eu.pagerduty.com"],
      ["https://events.pagerduty.com/v2/enqueue/", "https://events.pagerduty.com"],
      ["https://oncall.example.com/pagerduty/enqueue", "https://oncall.example.com/pagerduty"],
      ["https://oncall.example.com/pagerduty/", "https://oncall.example.com/pagerduty"],
      ["http://127.0.0.1:9", "http://127.0.0.1:9"],
    ] as const) {
      expect(paging({ PAGERDUTY_URL: typed })?.url).toBe(url);
    }
    expect(config({ ...SOCKET, PAGERDUTY_URL: "https://oncall.example.com" }).paging).toBeNull();
    expect(secretsOf(config({ ...SOCKET, PAGERDUTY_ROUTING_KEY: key }))).toContain(key);
    const short = { ...SOCKET, PAGERDUTY_ROUTING_KEY: "short" };
    expect(warnings(short).join()).toMatch(/^PAGERDUTY_ROUTING_KEY: does not have 32 characters/);
    expect(warnings({ ...short, PAGERDUTY_URL: "https://events.eu.pagerduty.com" })).toHaveLength(1);
    expect(warnings({ ...short, PAGERDUTY_URL: "https://notpagerduty.com" })).toEqual([]);
  });

  test("with both Slack secrets: Socket Mode", () => {
    expect(config({ ...HTTP, ...SOCKET }).slack.mode.kind).toBe("socket");
  });

  test.each([
    [`  ${HEX}\n`, HEX],
    [`"${HEX}"`, HEX],
    [` ' ${HEX} ' `, HEX],
    [`“${HEX}”`, HEX],
    [`‘${HEX}’`, HEX],
    [`\`${HEX}\``, HEX],
  ])("white space and quotes around a value go away: %j", (text, token) => {
    expect(config({ ...SOCKET, HEX_API_TOKEN: text }).hex.token).toBe(token);
  });

  test.each(VARIABLES.map(({ name }) => name))("an empty %s counts as not set", (name) => {
    for (const empty of ["", "  ", '""', "''", '" "', '"', "'"]) {
      expect(readConfig({ ...SOCKET, [name]: empty })).toEqual(readConfig({ ...SOCKET, [name]: undefined }));
    }
  });

  test.each([
    ["https://app.hex.tech", "https://app.hex.tech"],
    ["https://app.hex.tech/", "https://app.hex.tech"],
    ["https://eu.hex.tech/api/v1", "https://eu.hex.tech"],
    ["https://app.hex.tech/acme/hex/123?tab=x#y", "https://app.hex.tech"],
    ["  https://acme.hex.tech//  ", "https://acme.hex.tech"],
    ["HTTPS://App.Hex.Tech", "https://app.hex.tech"],
    ["app.hex.tech", "https://app.hex.tech"],
    ["app.hex.tech/acme", "https://app.hex.tech"],
    ["http://127.0.0.1:4010/api/v1", "http://127.0.0.1:4010"],
    ["http://localhost:4010", "http://localhost:4010"],
    ["http://[::1]:4010/", "http://[::1]:4010"],
    ["localhost:4010", "https://localhost:4010"],
    ["https://hex", "https://hex"],
  ])("HEX_WORKSPACE_URL %j is %s", (text, origin) => {
    expect(config({ ...SOCKET, HEX_WORKSPACE_URL: text }).hex.origin).toBe(origin);
  });

  test.each([
    ["https://app.hex.tech", null],
    ["https://app.hex.tech/acme", "acme"],
    ["app.hex.tech/acme/home", "acme"],
    ["https://app.hex.tech/acme/app/Weekly-030UbtEpvL5rit3JLHGzSS/latest", "acme"],
    ["https://app.hex.tech/hex", "hex"],
    ["https://app.hex.tech/app/hex/030UbtEpvL5rit3JLHGzSS", "app"],
    ["https://app.hex.tech/app/030UbtEpvL5rit3JLHGzSS", null],
    ["https://app.hex.tech/api/v1", null],
    ["https://app.hex.tech/home", null],
    ["https://app.hex.tech/Login", null],
    ["https://app.hex.tech/logout", null],
    ["https://app.hex.tech/signup", null],
    ["https://app.hex.tech/settings/api", null],
    ["https://app.hex.tech/link/030UbtEpvL5rit3JLHGzSS", null],
    ["https://app.hex.tech/hex/030UbtEpvL5rit3JLHGzSS/draft", null],
    ["https://app.hex.tech/hex/app/030UbtEpvL5rit3JLHGzSS", "hex"],
    ["https://app.hex.tech/app/home", "app"],
    ["https://app.hex.tech/%2e%2e%2fx", null],
  ])("the workspace in HEX_WORKSPACE_URL %j is %j", (text, workspace) => {
    expect(config({ ...SOCKET, HEX_WORKSPACE_URL: text }).hex.workspace).toBe(workspace);
  });

  test.each([
    ["https://slack-gov.com/api/", "https://slack-gov.com/api/"],
    ["https://slack-gov.com/api", "https://slack-gov.com/api/"],
    ["slack-gov.com", "https://slack-gov.com/api/"],
    ["https://slack.com", "https://slack.com/api/"],
    ["https://notslack.com", "https://notslack.com/"],
    ["http://127.0.0.1:4020", "http://127.0.0.1:4020/"],
    ["http://localhost:4020/api", "http://localhost:4020/api/"],
  ])("SLACK_API_URL %j is %s", (text, url) => {
    expect(config({ ...SOCKET, SLACK_API_URL: text }).slack.apiUrl).toBe(url);
  });

  test.each(["C0123ABCD", "  C0123ABCD ", "<#C0123ABCD|on-call>", "<#C0123ABCD>", '"<#C0123ABCD|>"'])(
    "HEX_ALERT_CHANNEL %j is its id",
    (text) => expect(config({ ...SOCKET, HEX_ALERT_CHANNEL: text }).alertChannel).toBe("C0123ABCD"),
  );

  test("HEX_ALERT_CHANNEL may be a private channel of old", () => {
    expect(config({ ...SOCKET, HEX_ALERT_CHANNEL: "G0123ABCD" }).alertChannel).toBe("G0123ABCD");
  });

  test.each([
    ["HEX_REQUESTS_PER_MINUTE", "requestsPerMinute", 5, 600],
    ["HEX_BOT_KEEP_DAYS", "keepDays", 1, 3650],
    ["HEX_BOT_AUDIT_DAYS", "auditDays", 1, 36_500],
    ["HEX_PROBE_SECONDS", "probeSeconds", 10, 3600],
    ["HEX_LATE_MINUTES", "lateMinutes", 11, 1440],
    ["HEX_STUCK_FACTOR", "stuckFactor", 2, 100],
  ] as const)("%s is a whole number within bounds", (name, field, least, most) => {
    for (const taken of [least, most]) expect(config({ ...SOCKET, [name]: `${taken}` })[field]).toBe(taken);
    for (const refused of [`${least - 1}`, `${most + 1}`, `${least}.5`]) {
      const [problem = ""] = problems({ ...SOCKET, [name]: refused });
      expect(problem).toContain(`${name}: `);
      expect(problem).toContain(`from ${least} to ${most}`);
    }
  });

  test("HEX_PAGE_AFTER_MINUTES is at most a day", () => {
    const day = { ...SOCKET, PAGERDUTY_ROUTING_KEY: "R".repeat(32), HEX_PAGE_AFTER_MINUTES: "1440" };
    expect(config(day).paging?.afterMs).toBe(24 * 60 * 60_000);
  });

  test("the rest", () => {
    expect(config({ ...SOCKET, PORT: "0" }).port).toBe(0);
    expect(config({ ...SOCKET, PORT: " 65535 " }).port).toBe(65535);
    expect(config({ ...SOCKET, HEX_BOT_DATA_DIR: "/var/lib/bot" }).store).toEqual({
      kind: "embedded",
      dataDir: "/var/lib/bot",
    });
    const url = "postgres://u:p4ss@db.test/hexbot?sslmode=require";
    const shared = config({ ...SOCKET, DATABASE_URL: url });
    expect(shared.store).toEqual({ kind: "shared", url });
    expect(secretsOf(shared)).toContain("p4ss");
    expect(config({ ...SOCKET, LOG_LEVEL: "DEBUG" }).log.level).toBe("debug");
    for (const yes of ["true", "1", "YES"]) expect(config({ ...SOCKET, LOG_PRETTY: yes }).log.pretty).toBe(true);
    for (const no of ["FALSE", "0", "no"]) expect(config({ ...SOCKET, LOG_PRETTY: no }, true).log.pretty).toBe(false);
    expect(config(SOCKET, true).log.pretty).toBe(true);
  });

  test.each([
    ["https://status.hex.tech", "https://status.hex.tech/api/v2/summary.json"],
    ["status.example.com/", "https://status.example.com/api/v2/summary.json"],
    ["http://127.0.0.1:81", "http://127.0.0.1:81/api/v2/summary.json"],
    ["https://status.example.com/v3/summary.json", "https://status.example.com/v3/summary.json"],
    ["OFF", null],
  ])("HEX_STATUS_URL %j is %s", (text, url) => {
    expect(config({ ...SOCKET, HEX_STATUS_URL: text }).hexStatusUrl).toBe(url);
  });

  test.each(["p#x", "1#x", "a/b", "a?b", "a b", "p/#?x", "a?b=c", "p/x?y"])(
    "a password with %j in DATABASE_URL is to be encoded",
    (password) => {
      const [problem = ""] = problems({ ...SOCKET, DATABASE_URL: `postgres://u:${password}@db.test/hexbot` });
      expect(problem).toContain("must be percent-encoded: write # as %23");
      expect(problem).not.toContain(password);
    },
  );

  test("a password in DATABASE_URL's query is a secret by itself, in each spelling", () => {
    const url = "postgres://db.test/hexbot?user=u&password=p%40ss+w0rd&sslpassword=k3y";
    const secrets = secretsOf(config({ ...SOCKET, DATABASE_URL: url }));
    expect(secrets).toEqual(expect.arrayContaining(["p%40ss+w0rd", "p@ss+w0rd", "p@ss w0rd", "k3y"]));
  });

  test.each(["postgres://u:pässwörd@db.test/x", "postgres://u:p%C3%A4ssw%C3%B6rd@db.test/x"])(
    "%s: its password is a secret as it is sent, in any script",
    (url) => expect(secretsOf(config({ ...SOCKET, DATABASE_URL: url }))).toContain("pässwörd"),
  );

  test("a % in DATABASE_URL's password that encodes no text is named, and one that stands for itself is taken", () => {
    for (const login of ["u:%E4", "%E4:p"]) {
      const [problem] = problems({ ...SOCKET, DATABASE_URL: `postgres://${login}@db.test/hexbot` });
      expect(problem).toContain("write each % there as %25");
    }
    for (const url of [
      "postgres://u:p%ss@db.test/x",
      "postgres://db.test/x?user=me@tenant",
      "postgres://u:a@b@db.test/x",
    ])
      expect(config({ ...SOCKET, DATABASE_URL: url }).store).toEqual({ kind: "shared", url });
  });

  test("the secrets of a configuration", () => {
    expect(secretsOf(config(SOCKET))).toEqual([BOT, APP, HEX]);
    expect(secretsOf(config(HTTP))).toEqual([BOT, SIGNING, HEX]);
  });
});

describe("what is wrong", () => {
  test("nothing set: what to set, where it comes from, and where to read on", () => {
    const found = problems({});
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(/^SLACK_BOT_TOKEN: is not set; copy it from Slack: .*OAuth & Permissions/);
    expect(found[1]).toMatch(
      /^SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: .*Socket Mode.*App-Level.*HTTP.*Signing Secret/,
    );
    expect(found[2]).toMatch(/^HEX_API_TOKEN: is not set; copy it from Hex: Settings > API tokens/);
    const text = describeProblems(found);
    for (const line of found) expect(text).toContain(line);
    expect(text).toMatch(/3 settings need attention/);
    expect(text).toMatch(/docs\/configuration\.md.\n$/);
  });

  test("one setting: its line, and no plural", () => {
    const found = problems({ SLACK_BOT_TOKEN: BOT, HEX_API_TOKEN: HEX });
    expect(found).toEqual([expect.stringMatching(/^SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: neither is set/)]);
    expect(describeProblems(found)).toContain("one setting needs attention");
  });

  test("how Slack reaches the bot comes before what is about Hex", () => {
    expect(problems({ SLACK_BOT_TOKEN: BOT }).map((line) => line.split(":")[0])).toEqual([
      "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
      "HEX_API_TOKEN",
    ]);
  });

  test("everything wrong: everything said, one line each", () => {
    const found = problems({
      SLACK_BOT_TOKEN: APP,
      SLACK_APP_TOKEN: BOT,
      SLACK_SIGNING_SECRET: HEX,
      SLACK_API_URL: "http://slack.com/api/",
      HEX_API_TOKEN: `Bearer ${HEX}`,
      HEX_WORKSPACE_URL: "https://me:pass@app.hex.tech",
      HEX_STATUS_URL: "http://status.hex.tech",
      PORT: "http",
      HTTPS_PROXY: "socks5://proxy.test:1080",
      HTTP_PROXY: "http://me:%zz@proxy.test:3128",
      DATABASE_URL: "mysql://u:p@db.test/x",
      HEX_REQUESTS_PER_MINUTE: "many",
      HEX_BOT_KEEP_DAYS: "0",
      HEX_BOT_AUDIT_DAYS: "0",
      HEX_ALERT_CHANNEL: "#on-call",
      HEX_PROBE_SECONDS: "9",
      HEX_LATE_MINUTES: "10",
      HEX_STUCK_FACTOR: "1",
      PAGERDUTY_ROUTING_KEY: "a key",
      PAGERDUTY_URL: "http://events.pagerduty.com",
      HEX_PAGE_AFTER_MINUTES: "1441",
      LOG_LEVEL: "loud",
      LOG_PRETTY: "perhaps",
    });
    expect(found.map((line) => line.slice(0, line.indexOf(":")))).toEqual(
      // Any path and any host will do.
      VARIABLES.map(({ name }) => name).filter(
        (name) => !["HEX_BOT_DATA_DIR", "HEX_BOT_POLICY", "NO_PROXY"].includes(name),
      ),
    );
    for (const line of found) expect(line).not.toContain("\n");
  });

  test.each([
    ["SLACK_BOT_TOKEN", APP, /Slack app-level token, which belongs in SLACK_APP_TOKEN/],
    ["SLACK_BOT_TOKEN", HEX, /Hex token, which belongs in HEX_API_TOKEN/],
    ["SLACK_BOT_TOKEN", "xoxp-1-2-3", /user token/],
    [
      "SLACK_BOT_TOKEN",
      "xoxe.xoxb-1-2-3",
      /token rotation.*switch token rotation off.*reinstall the app.*manifest\.yml/,
    ],
    ["SLACK_APP_TOKEN", "xoxe-1-abc", /token rotation/],
    ["SLACK_BOT_TOKEN", "xoxs-1-abc", /of a kind that the bot does not use/],
    ["SLACK_BOT_TOKEN", "hxtp_0123", /Hex token, which belongs in HEX_API_TOKEN/],
    ["HEX_API_TOKEN", "XOXB-1-2-3", /Slack bot token/],
    ["HEX_API_TOKEN", `bearer ${HEX}`, /"Bearer"; set it to the token alone/],
    ["SLACK_BOT_TOKEN", SIGNING, /does not begin with xoxb-/],
    ["SLACK_BOT_TOKEN", "xoxb-", /cut off after xoxb-/],
    ["HEX_API_TOKEN", "hxtw_", /cut off after hxtw_; copy all of it from Hex/],
    ["SLACK_BOT_TOKEN", "xoxb-…", /character/],
    ["SLACK_APP_TOKEN", BOT, /Slack bot token, which belongs in SLACK_BOT_TOKEN/],
    ["SLACK_APP_TOKEN", "app", /does not begin with xapp-/],
    ["SLACK_SIGNING_SECRET", BOT, /Slack bot token, which belongs in SLACK_BOT_TOKEN/],
    ["SLACK_SIGNING_SECRET", "two words", /white space/],
    ["HEX_API_TOKEN", BOT, /Slack bot token/],
    ["HEX_API_TOKEN", `Bearer ${HEX}`, /"Bearer"; set it to the token alone/],
    ["HEX_API_TOKEN", "hxtw_12 34", /white space/],
    ["HEX_API_TOKEN", "hxtw_12\n34", /white space/],
    ["HEX_STATUS_URL", "http://status.hex.tech", /not https/],
    ["HEX_STATUS_URL", "https://status.hex.tech/history", /neither an origin nor a summary\.json/],
    ["HEX_STATUS_URL", "on", /not a URL/],
    ["HEX_STATUS_URL", "https://me:pass@status.hex.tech", /password/],
    ["HEX_WORKSPACE_URL", "http://app.hex.tech", /not https/],
    ["HEX_WORKSPACE_URL", "http://127.0.0.1.example.com", /not https/],
    ["HEX_WORKSPACE_URL", "ftp://app.hex.tech", /not https/],
    ["HEX_WORKSPACE_URL", "javascript:alert(1)", /not a URL/],
    ["HEX_WORKSPACE_URL", "acme", /not a URL/],
    ["HEX_WORKSPACE_URL", HEX, /not a URL/],
    ["HEX_WORKSPACE_URL", "my workspace", /not a URL/],
    ["HEX_WORKSPACE_URL", "https://", /not a URL/],
    ["HEX_WORKSPACE_URL", "https://user@app.hex.tech", /user name or password/],
    ["HEX_WORKSPACE_URL", "https://:pass@app.hex.tech", /user name or password/],
    ["HEX_WORKSPACE_URL", "ftp://127.0.0.1", /not https/],
    ["SLACK_API_URL", "http://slack.com/api", /not https/],
    ["SLACK_API_URL", "https://slack.com/a pi", /not a URL/],
    ["HTTPS_PROXY", "http://%zz:p@proxy.test", /write each % there as %25/],
    ["PORT", "65536", /0 to 65535/],
    ["PORT", "-1", /0 to 65535/],
    ["PORT", "3000.5", /0 to 65535/],
    ["PORT", "0x10", /0 to 65535/],
    ["HEX_ALERT_CHANNEL", "#hex-on-call-room", /channel's name and not its id; .*C0123ABCD .*About > Channel ID/],
    ["HEX_ALERT_CHANNEL", "U0123ABCD", /not a channel's id/],
    ["HEX_PROBE_SECONDS", "3601", /10 to 3600/],
    ["LOG_LEVEL", "verbose", /trace, debug, info/],
    ["LOG_PRETTY", "maybe", /true, false/],
  ])("%s=%j", (name, value, expected) => {
    const found = problems({ ...SOCKET, [name]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name}: `));
    expect(found[0]).toMatch(expected);
    if (value.length > 12) expect(found[0]).not.toContain(value);
  });

  test("probes may take a third of the requests, and not more", () => {
    const pace = (perMinute: string, seconds: string) =>
      problems({ ...SOCKET, HEX_REQUESTS_PER_MINUTE: perMinute, HEX_PROBE_SECONDS: seconds });
    const sentence =
      /^HEX_PROBE_SECONDS: .* a third .*; set it to 36 or more, or HEX_REQUESTS_PER_MINUTE to 18 or more$/;
    expect(pace("5", "10")).toEqual([expect.stringMatching(sentence)]);
    expect(pace("5", "35")).toHaveLength(1);
    // Both are rounded up.
    expect(pace("7", "17").join()).toMatch(/set it to 26 or more, or HEX_REQUESTS_PER_MINUTE to 11 or more$/);
    for (const [perMinute, seconds] of [
      ["5", "36"],
      ["18", "10"],
    ] as const) {
      expect(pace(perMinute, seconds)).toEqual([]);
    }
    // Each wrong for itself: said once.
    expect(pace("many", "10")).toEqual([expect.stringMatching(/^HEX_REQUESTS_PER_MINUTE: /)]);
    // Beside every other problem.
    expect(problems({ HEX_REQUESTS_PER_MINUTE: "5", HEX_PROBE_SECONDS: "10" })).toHaveLength(4);
  });

  test("what is only strange is a warning", () => {
    expect(warnings({ ...SOCKET, HEX_API_TOKEN: "new_format_0123" })).toEqual([
      expect.stringMatching(/^HEX_API_TOKEN: /),
    ]);
    expect(warnings({ ...HTTP, SLACK_SIGNING_SECRET: "test-secret" })).toEqual([
      expect.stringMatching(/^SLACK_SIGNING_SECRET: .*32/),
    ]);
    expect(warnings({ ...HTTP, SLACK_SIGNING_SECRET: `${SIGNING}0` })).toHaveLength(1);
    expect(warnings({ ...SOCKET, SLACK_SIGNING_SECRET: "test-secret" })).toEqual([]);
    expect(warnings({ ...SOCKET, HEX_API_TOKEN: "hxtp_0123" })).toEqual([]);
    for (const host of ["hex.tech", "www.hex.tech"]) {
      expect(warnings({ ...SOCKET, HEX_WORKSPACE_URL: host })).toEqual([expect.stringMatching(/website/)]);
    }
  });

  test("no line ever holds a value, whatever stands where", () => {
    const junk = fc.string({ unit: fc.constantFrom(..."QZ79_-qz"), minLength: 12, maxLength: 40 });
    const value = fc
      .tuple(
        fc.constantFrom("", "xoxb-", "xapp-", "xoxp-", "hxtw_", "Bearer ", "https://u:", "http://", "ftp://", "“"),
        junk,
        fc.constantFrom("", "@app.hex.tech", " ", " x", "é", '"'),
      )
      .map(([prefix, core, suffix]) => ({ text: prefix + core + suffix, core }));
    const names = VARIABLES.map(({ name }) => name);
    fc.assert(
      fc.property(fc.array(value, { minLength: names.length, maxLength: names.length }), (values) => {
        const reading = readConfig(Object.fromEntries(names.map((name, i) => [name, values[i]?.text])));
        const lines = reading.ok ? reading.warnings : reading.problems;
        for (const line of lines) {
          expect(line).not.toContain("\n");
          for (const { core } of values) expect(line).not.toContain(core);
        }
      }),
    );
  });
});

describe("the proxy", () => {
  test.each<[Record<string, string>, { http: string | null; https: string | null; exceptions: string } | null]>([
    [{}, null],
    [{ NO_PROXY: "localhost" }, null],
    [{ HTTPS_PROXY: "http://p.test:3128" }, { https: "http://p.test:3128/", http: null, exceptions: "" }],
    [{ HTTP_PROXY: "p.test:3128" }, { https: null, http: "http://p.test:3128/", exceptions: "" }],
    [{ HTTP_PROXY: "HTTP://p.test:3128" }, { https: null, http: "http://p.test:3128/", exceptions: "" }],
    [
      { HTTPS_PROXY: "http://upper.test", https_proxy: "https://lower.test", no_proxy: ".acme.test" },
      { https: "https://lower.test/", http: null, exceptions: ".acme.test" },
    ],
    [
      { HTTP_PROXY: "http://upper.test", http_proxy: "http://lower.test", NO_PROXY: "upper", no_proxy: "lower" },
      { https: null, http: "http://lower.test/", exceptions: "lower" },
    ],
  ])("%j", (env, proxies) => expect(config({ ...SOCKET, ...env }).proxies).toEqual(proxies));

  test.each(["HTTPS_PROXY", "HTTP_PROXY"])("%s: its password is a secret in each spelling", (name) => {
    const secrets = secretsOf(config({ ...SOCKET, [name]: "http://olga:p%40ss@p.test:3128" }));
    expect(secrets).toEqual(expect.arrayContaining(["olga:p%40ss", "p%40ss", "p@ss", "olga:p@ss"]));
  });

  test("so is a user without a password: it is a token", () => {
    const secrets = secretsOf(config({ ...SOCKET, HTTPS_PROXY: "http://t0k%2Fen@p.test:3128" }));
    expect(secrets).toEqual(expect.arrayContaining(["t0k%2Fen", "t0k/en", "t0k/en:"]));
  });
});

test("readHexConfig needs the two variables of Hex only", () => {
  expect(readHexConfig({ HEX_API_TOKEN: HEX, HEX_WORKSPACE_URL: "eu.hex.tech/api/v1", PORT: "x" })).toEqual({
    ok: true,
    config: { hex: { token: HEX, origin: "https://eu.hex.tech", workspace: null }, proxies: null },
    warnings: [],
  });
  expect(readHexConfig({})).toEqual({ ok: false, problems: [expect.stringMatching(/^HEX_API_TOKEN: is not set/)] });
  expect(readHexConfig({ HEX_API_TOKEN: "new_0123", https_proxy: "p.test:3128" })).toMatchObject({
    config: { proxies: { https: "http://p.test:3128/" } },
    warnings: [expect.stringMatching(/^HEX_API_TOKEN: /)],
  });
});

test("readSlackConfig needs the bot's token only, and goes through the proxy", () => {
  expect(readSlackConfig({ SLACK_BOT_TOKEN: BOT, https_proxy: "p.test:3128", PORT: "x" })).toEqual({
    ok: true,
    config: {
      slack: { botToken: BOT, apiUrl: "https://slack.com/api/" },
      proxies: { https: "http://p.test:3128/", http: null, exceptions: "" },
    },
    warnings: [],
  });
});

test("readStorePlace reads where the store is as the bot does", () => {
  const place = (env: Record<string, string>) => readStorePlace({ ...env, PORT: "x" });
  expect(place({ HEX_BOT_DATA_DIR: "/var/lib/bot" })).toMatchObject({
    config: { kind: "embedded", dataDir: "/var/lib/bot" },
  });
  expect(place({ DATABASE_URL: "postgres://u:p@db.test/x", PGSSLMODE: "require" })).toMatchObject({
    config: { kind: "shared", url: "postgres://u:p@db.test/x?sslmode=require" },
  });
});

test(".env.example names every variable with a sentence and its default, and nothing else", () => {
  const text = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
  const found = [...text.matchAll(/((?:^# .+\n)+)^(?:# )?([A-Z_]+)=(.*)$/gm)].map((m) => ({ name: m[2], value: m[3] }));
  expect(found.map(({ name }) => name)).toEqual(VARIABLES.map(({ name }) => name));
  for (const { name, default: fallback } of VARIABLES) {
    const value = found.find((entry) => entry.name === name)?.value;
    expect(`${fallback} `).toContain(`${value} `.trimStart());
  }
  // As it stands it changes nothing.
  const commentedIn = Object.fromEntries(found.map(({ name, value }) => [name ?? "", value || undefined]));
  expect(config({ ...commentedIn, ...SOCKET, LOG_PRETTY: undefined })).toEqual(config(SOCKET));
});

describe("DATABASE_URL", () => {
  const problem = (url: string, more: Record<string, string> = {}) =>
    problems({ ...SOCKET, ...more, DATABASE_URL: url }).filter((line) => line.startsWith("DATABASE_URL"));
  const url = (text: string, more: Record<string, string> = {}) => {
    const { store } = config({ ...SOCKET, ...more, DATABASE_URL: text });
    return store.kind === "shared" ? store.url : "";
  };

  test.each(["#", "/", "?"])("a %s in the password is to be encoded, wherever it stands", (mark) => {
    for (const password of [`12${mark}s3cret`, `pa${mark}s3cret`, `pa@s${mark}s3cret`, `${mark}s3cret`]) {
      const said = problem(`postgres://user:${password}@db.test/hexbot?sslmode=require`).join();
      expect(said).toContain("must be percent-encoded");
      expect(said).not.toContain("s3cret");
      const escaped = encodeURIComponent(password);
      expect(url(`postgres://user:${escaped}@db.test/hexbot`)).toContain(escaped);
    }
  });

  test("what is escaped, or belongs where it stands, is taken", () => {
    for (const taken of [
      "postgres://u:p@ss@db.test/hexbot",
      "postgres://u:p:w@db.test:5433/hexbot?sslmode=verify-full&sslrootcert=/etc/ca.pem",
      "postgres://u:p@db.test/hexbot?options=-csearch_path%3Dbot,public&application_name=a@b",
      "postgres:///hexbot?host=/var/run/postgresql",
      "postgres://db.test/hexbot",
      "postgresql://u:p@db.test/hexbot",
      "POSTGRES://u:p@db.test/hexbot",
      "postgres://u:p@db.test/hexbot?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
    ]) {
      expect(url(taken)).toBe(taken);
    }
  });

  test("a login beside the folder of a Unix socket, as on Google Cloud Run", () => {
    const query = "host=/cloudsql/acme:europe-west1:bot";
    expect(url(`postgres://u:p@/hexbot?${query}`)).toBe(`postgres://u:p@localhost/hexbot?${query}`);
    expect(url(`postgresql://u:p@/hexbot?application_name=bot&${query}`)).toContain("u:p@localhost/hexbot?");
    expect(problem("postgres://u:p@/hexbot?dbhost=/tmp").join()).toContain("is not the URL of a Postgres");
  });

  test("what cannot be an address is not one", () => {
    for (const refused of ["postgres://u:p@db.test:99999/x", "postgres://u:p@db.test/hex bot"]) {
      expect(problem(refused).join()).toContain("is not the URL of a Postgres");
    }
  });

  test("an sslmode that does not exist, and verify-ca without an authority", () => {
    expect(problem("postgres://u:p@db.test/x?sslmode=on").join()).toContain(
      "disable, allow, prefer, require, no-verify",
    );
    expect(problem("postgres://u:p@db.test/x?sslmode=verify-ca").join()).toContain("sslrootcert");
    expect(problem("postgres://u:p@db.test/x", { PGSSLMODE: "on" }).join()).toContain("in PGSSLMODE");
  });

  test("the authorities of the machine are asked about the host, too, as psql insists", () => {
    const given = "postgres://u:p@db.test/x?sslrootcert=system";
    for (const weak of ["&sslmode=require", "&sslmode=verify-ca", "&sslmode=prefer", "&ssl=true"]) {
      expect(problem(`${given}${weak}`).join()).toContain("set sslmode to verify-full");
    }
    expect(problem(given, { PGSSLMODE: "require" }).join()).toContain("set sslmode to verify-full");
    for (const taken of [given, `${given}&sslmode=verify-full`]) expect(url(taken)).toBe(taken);
  });

  test("PGSSLMODE holds when the URL says nothing", () => {
    expect(url("postgres://u:p@db.test/x", { PGSSLMODE: "no-verify" })).toBe(
      "postgres://u:p@db.test/x?sslmode=no-verify",
    );
    expect(url('"postgres://u:p@db.test/x?application_name=bot"', { PGSSLMODE: " require " })).toBe(
      "postgres://u:p@db.test/x?application_name=bot&sslmode=require",
    );
    for (const said of ["postgres://u:p@db.test/x?sslmode=verify-full", "postgres://u:p@db.test/x?ssl=true"]) {
      expect(url(said, { PGSSLMODE: "disable" })).toBe(said);
    }
  });
});
