import { LogLevel as BoltLevel } from "@slack/bolt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { boltLogger } from "../../src/log/bolt.js";
import type { LogLevel } from "../../src/log/levels.js";
import { createLogger } from "../../src/log/logger.js";
import { anyCharacter } from "../any-character.js";

const line = z.record(z.string(), z.unknown());

function open({
  level = "trace",
  pretty = false,
  secrets = [],
}: {
  level?: LogLevel;
  pretty?: boolean;
  secrets?: string[] | Set<string>;
} = {}) {
  const written: string[] = [];
  const logger = createLogger({ level, pretty, secrets, destination: { write: (text) => written.push(text) } });
  return {
    logger,
    text: () => written.join(""),
    lines: () => written.map((text) => line.parse(JSON.parse(text))),
  };
}

test("a line is JSON with the level as a word and the time as ISO", () => {
  const { logger, lines, text } = open();
  logger.info({ runId: "r1", missing: null }, "started %s", "now");
  expect(lines()).toEqual([expect.objectContaining({ level: "info", msg: "started now", runId: "r1", missing: null })]);
  expect(lines()[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(text().endsWith("}\n")).toBe(true);
});

test("a line for people says the same day and time as JSON does, whatever the time zone", () => {
  const { logger, text } = open({ pretty: true });
  const before = Date.now();
  logger.info("started");
  const said = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) ([+-]\d{4})\] INFO: started\n$/.exec(text());
  const at = Date.parse(`${said?.[1]}T${said?.[2]}${said?.[3]}`);
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});

describe("secrets", () => {
  test("a secret that is added later is removed from then on", () => {
    const secrets = new Set(["", "first-secret"]);
    const log = open({ secrets });
    log.logger.info("second-secret");
    secrets.add("second-secret").add("second-secret-and-more");
    log.logger.info("first-secret second-secret second-secret-and-more");
    expect(log.lines().map(({ msg }) => msg)).toEqual(["second-secret", "[secret] [secret] [secret]"]);
  });

  const SECRET = "s3cr3t-value-0042";

  test.each<[string, unknown]>([
    ["top level", { authorization: SECRET }],
    ["one level down", { headers: { Authorization: SECRET, "set-cookie": [SECRET] } }],
    ["deep", { a: [{ b: { c: { response_url: SECRET, token: { inner: SECRET } } } }] }],
    ["environment", { env: { SLACK_BOT_TOKEN: SECRET, HEX_API_TOKEN: SECRET, SLACK_SIGNING_SECRET: SECRET } }],
    ["other spellings", { botToken: SECRET, bot_token: SECRET, "Bot-Token": SECRET, signingSecret: SECRET }],
  ])("are known by their keys: %s", (_name, fields) => {
    const { logger, text } = open();
    logger.info(fields, "x");
    logger.child({ fields }).info("y");
    expect(text()).not.toContain(SECRET);
    expect(text()).toContain("[secret]");
  });

  test("a key without a value shows that there is none; a longer key is another key", () => {
    const { logger, lines } = open();
    const fields = { token: null, a: { token: "" }, password: false, tokenKind: "workspace", secretary: "Ann" };
    logger.info(fields);
    expect(lines()).toEqual([expect.objectContaining(fields)]);
  });

  test.each([
    ["bot token", "got xoxb-12-34-SEKRIT!", "got [secret]!"],
    ["rotating token", "xoxe.xoxb-1-SEKRIT", "[secret]"],
    ["app token", "with xapp-1-A0-SEKRIT.", "with [secret]."],
    ["Hex tokens", "hxtp_SEKRIT and hxtw_SEKRIT", "[secret] and [secret]"],
    ["bearer", "Authorization: Bearer SEKRIT, next", "Authorization: Bearer [secret], next"],
    ["encoded bearer", "a=Bearer+SEKRIT&b=Bearer%20SEKRIT", "a=Bearer [secret]"],
    [
      "response URL",
      "POST https://hooks.slack.com/commands/T1/2/SEKRIT failed",
      "POST https://hooks.slack.com/[secret] failed",
    ],
    [
      "encoded response URL",
      "to=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FSEKRIT&b=1",
      "to=https%3A%2F%2Fhooks.slack.com%2F[secret]&b=1",
    ],
    ["encoded ticket", "url=wss%3A%2F%2Fx%3Fticket%3DSEKRIT&b=1", "url=wss%3A%2F%2Fx%3Fticket%3D[secret]&b=1"],
    ["GovSlack", "https://hooks.slack-gov.com/actions/SEKRIT", "https://hooks.slack-gov.com/[secret]"],
    [
      "escaped slashes",
      String.raw`"u":"https:\/\/hooks.slack.com\/a\/SEKRIT"`,
      String.raw`"u":"https:\/\/hooks.slack.com/[secret]"`,
    ],
    [
      "ticket",
      "wss://wss-primary.slack.com/link/?ticket=SEKRIT&app_id=1",
      "wss://wss-primary.slack.com/link/?ticket=[secret]&app_id=1",
    ],
    ["JSON in a text", '{"response_url":"http://127.0.0.1/SEKRIT","a":1}', '{"response_url":"[secret]","a":1}'],
    [
      "JSON in JSON",
      String.raw`{"p":"{\"token\":\"SEK\\\"RIT\",\"a\":1}"}`,
      String.raw`{"p":"{\"token\":\"[secret]\",\"a\":1}"}`,
    ],
    ["inspected", "{ response_url: 'http://127.0.0.1/SEKRIT', a: 1 }", "{ response_url: '[secret]', a: 1 }"],
    ["cut off", '{"token":"SEKRI', '{"token":"[secret]"'],
    [
      "form",
      "token=SEKRIT&response_url=http%3A%2F%2F127.0.0.1%2FSEKRIT&user=U1",
      "token=[secret]&response_url=[secret]&user=U1",
    ],
    ["nothing to hide", "the token of box-1 expires; 3 tokens", "the token of box-1 expires; 3 tokens"],
  ])("are known by their looks: %s", (_name, said, written) => {
    const { logger, lines } = open();
    logger.info({ field: said }, "%s", said);
    expect(lines()).toEqual([expect.objectContaining({ field: written, msg: written })]);
  });

  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);

  test("a configured value is in no line, wherever it was, in whatever form", () => {
    const secret = fc
      .string({ unit: "grapheme", minLength: 8, maxLength: 40 })
      .filter((s) => s.trim().length >= 8 && !"[secret]".includes(s));
    fc.assert(
      fc.property(secret, fc.boolean(), (value, pretty) => {
        const { logger, text } = open({ pretty, secrets: [value, ""] });
        logger.info({ a: value, b: [{ c: `x${value}x` }], [value]: 1 }, "m %s", value);
        logger.child({ who: value }).warn(JSON.stringify({ body: JSON.stringify({ value }) }));
        logger.error(new Error(`failed: ${value}`));
        logger.error(new Error("outer", { cause: new Error(value) }), `https://x/?q=${encodeURIComponent(value)}`);
        logger.info("Basic %s", Buffer.from(value).toString("base64"));
        const encoded = [encodeURIComponent(value), Buffer.from(value).toString("base64")];
        for (const form of [value, escaped(value), escaped(escaped(value)), ...encoded]) {
          expect(text()).not.toContain(form);
        }
      }),
    );
  });

  test("a line stays JSON, whatever is said", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.jsonValue({ maxDepth: 6 }), (said, value) => {
        const { logger, lines } = open({ secrets: ["secret-1"] });
        logger.info({ value }, "%s", said);
        expect(lines()).toHaveLength(1);
      }),
    );
  });

  test.each([1_000, 2_500, 3_000, 3_500, 4_000, 5_000, 100_000])(
    "nested %i deep: no exception, and no secret",
    (depth) => {
      let deep: unknown = "xoxb-1-SEKRIT";
      for (let i = 0; i < depth; i++) deep = [deep];
      for (const pretty of [false, true]) {
        const { logger, text } = open({ pretty });
        logger.info({ deep }, "deep");
        expect(text()).toContain("deep");
        expect(text()).not.toMatch(/SEKRIT|\n\n/);
      }
    },
  );
});

describe("errors", () => {
  test("say what they are and leave the request out", () => {
    const request = { headers: { authorization: "Bearer SEKRIT", "x-api": "SEKRIT" } };
    const where = { code: "ENOTFOUND", syscall: "getaddrinfo", hostname: "app.hex.test" };
    const cause = Object.assign(new Error("connect"), { ...where, request });
    const said = { detail: "not yours", flaw: "shape", retryAfterMs: 1_000 };
    const facts = { operation: "runProject", host: "app.hex.test", traceId: "t-1", ...said };
    const error = Object.assign(new TypeError("failed", { cause }), {
      status: 403,
      // Not what it should be.
      code: request,
      request,
      response: { headers: {}, body: "SEKRIT" },
      config: request,
      facts: { ...facts, inputs: ["SEKRIT"] },
      data: {
        error: "missing_scope",
        needed: "chat:write",
        response_metadata: { messages: ["must be shorter"] },
        message: "SEKRIT",
      },
    });
    const { logger, lines, text } = open();
    logger.error(error);
    logger.error({ err: error, other: error });
    logger.child({ err: error, error }).error("and its child");
    expect(text()).not.toContain("SEKRIT");
    const expected = {
      type: "TypeError",
      message: "failed",
      stack: expect.stringContaining("logger.test.ts"),
      status: 403,
      ...facts,
      slack: { error: "missing_scope", needed: "chat:write", messages: ["must be shorter"] },
      cause: { type: "Error", message: "connect", stack: expect.any(String), ...where },
    };
    expect(lines()[0]).toMatchObject({ level: "error", msg: "failed", err: expected });
    expect(lines()[1]).toMatchObject({ err: expected, other: expected });
    expect(lines()[2]).toMatchObject({ err: expected, error: expected });
    expect(Object.keys(z.object({ err: line }).parse(lines()[0]).err).sort()).toEqual(Object.keys(expected).sort());
  });

  test("have no stack if a kind says what happened, and neither have their causes", () => {
    const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const { logger, lines } = open();
    for (const kind of ["refused", "failed"]) logger.error({ err: Object.assign(new Error("x", { cause }), { kind }) });
    const [told, unforeseen] = lines();
    expect(told?.err).toEqual({
      type: "Error",
      message: "x",
      kind: "refused",
      cause: { type: "Error", message: "connect", code: "ECONNREFUSED" },
    });
    expect(unforeseen).toMatchObject({ err: { stack: expect.any(String), cause: { stack: expect.any(String) } } });
  });

  test("of many parts, and in a circle", () => {
    const circle = new Error("round");
    circle.cause = circle;
    const { logger, lines } = open();
    logger.error(new AggregateError([new Error("one"), { request: "SEKRIT" }, circle], "several"));
    expect(lines()[0]).toMatchObject({ err: { errors: [{ message: "one" }, { message: "round" }] } });
  });

  test("of Slack's libraries, which have other names for causes and parts", () => {
    const { logger, lines } = open();
    const facts = { statusCode: 429, retryAfter: 30 };
    logger.error(Object.assign(new Error("refused"), { ...facts, original: new Error("connect") }));
    logger.error(Object.assign(new Error("several failed"), { originals: [new Error("one")] }));
    expect(lines()).toMatchObject([
      { err: { ...facts, cause: { message: "connect" } } },
      { err: { errors: [{ message: "one" }] } },
    ]);
  });

  test("what is thrown and is no error is logged as it is", () => {
    const { logger, lines } = open();
    logger.error({ err: "just text" });
    logger.error(new Error("with a cause", { cause: "just text" }));
    expect(lines()).toMatchObject([{ err: "just text" }, { err: { cause: "just text" } }]);
  });
});

test("pretty: lines for people, at once, without control characters of others", () => {
  const { logger, text } = open({ pretty: true });
  logger.info({ runId: "r1" }, "started \u001b[31mred\u0007 hxtw_SEKRIT");
  expect(text()).toMatch(/INFO.*: started \uFFFD\[31mred\uFFFD \[secret\]\n\s+runId: "r1"\n$/);
  logger.error(new Error("with a stack"));
  expect(text()).toMatch(/\n\s+at .*logger\.test\.ts/);
});

describe("Bolt's logger", () => {
  test.each<[LogLevel, BoltLevel]>([
    ["trace", BoltLevel.DEBUG],
    ["debug", BoltLevel.INFO],
    ["info", BoltLevel.INFO],
    ["warn", BoltLevel.WARN],
    ["error", BoltLevel.ERROR],
    ["fatal", BoltLevel.ERROR],
    ["silent", BoltLevel.ERROR],
  ])("at %s is at %s", (level, expected) => {
    expect(boltLogger(open({ level }).logger).getLevel()).toBe(expected);
  });

  test("debug is trace; the rest keep their names", () => {
    const { logger, lines } = open();
    const bolt = boltLogger(logger);
    bolt.debug("a");
    bolt.info("b", { n: { of: { many: 1 } }, long: "x".repeat(100) }, undefined, 2);
    bolt.warn("50% of %s %d", "all");
    bolt.error("broke:", new Error("inner"), Object.assign(new TypeError("another"), { request: "SEKRIT" }));
    bolt.error(new Error("alone"));
    bolt.error();
    expect(lines().map(({ level, msg }) => [level, msg])).toEqual([
      ["trace", "a"],
      ["info", `b { n: { of: { many: 1 } }, long: '${"x".repeat(100)}' } undefined 2`],
      ["warn", "50% of %s %d all"],
      ["error", "broke: TypeError: another"],
      ["error", "alone"],
      ["error", ""],
    ]);
    expect(lines()[3]).toMatchObject({ err: { message: "inner" } });
  });

  test("payloads are not written below trace, and never with a response_url", () => {
    const payload = { response_url: "http://127.0.0.1:1/SEKRIT", token: "SEKRIT" };
    const quiet = open({ level: "debug" });
    boltLogger(quiet.logger).debug(payload);
    expect(quiet.text()).toBe("");
    const loud = open();
    boltLogger(loud.logger).debug("Received:", payload, JSON.stringify(payload));
    expect(loud.text()).toContain("Received");
    expect(loud.text()).not.toContain("SEKRIT");
  });

  test("setLevel makes it quieter, never louder; setName marks its lines", () => {
    const { logger, lines } = open({ level: "warn" });
    const bolt = boltLogger(logger);
    bolt.setLevel(BoltLevel.DEBUG);
    expect(bolt.getLevel()).toBe(BoltLevel.WARN);
    bolt.setLevel(BoltLevel.ERROR);
    expect(bolt.getLevel()).toBe(BoltLevel.ERROR);
    bolt.setName("socket");
    bolt.warn("no");
    bolt.error("yes");
    logger.warn("mine");
    expect(lines()).toEqual([
      expect.objectContaining({ name: "socket", msg: "yes" }),
      expect.objectContaining({ msg: "mine", level: "warn" }),
    ]);
  });
});
