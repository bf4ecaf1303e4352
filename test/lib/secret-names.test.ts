// Which texts nobody may see again: however the name of a secret is written, and wherever a credential stands in an address.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { givesSecret, holdsSecret } from "../../src/lib/secret-names.js";
import { typedCommand } from "../../src/slack/parse/typed-command.js";

/** Nobody sees it as part of a command, nor as the value of an input in a channel or in the audit log. */
function expectHidden(text: string): void {
  expect(givesSecret(text), text).toBe(true);
  expect(holdsSecret("note", text), text).toBe(true);
  expect(typedCommand("/hex", `run zebra note=1 ${text}`), text).toBeNull();
}

const secretName = fc
  .tuple(
    fc.constantFrom("", "db", "my_", "X-"),
    fc.constantFrom("password", "api_key", "access-token", "Secret", "TOKEN", "privateKey", "passwd"),
  )
  .map((parts) => parts.join(""));
/** Each character as it is, or as JSON may write it. */
const inJson = (name: string, areEscaped: readonly boolean[]) =>
  [...name]
    .map((one, at) =>
      areEscaped[at % areEscaped.length] ? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}` : one,
    )
    .join("");
const someEscaped = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
const times = (count: number, change: (text: string) => string, text: string) =>
  Array.from({ length: count }).reduce<string>(change, text);
const value = fc.string({ unit: "grapheme", minLength: 1 });
const word = fc.stringMatching(/^[\w!$%^&*()+=:;,.~?#/-]{1,20}$/);

describe("the name of a secret is found", () => {
  test("in JSON, in JSON within JSON, and with escaped letters", () => {
    fc.assert(
      fc.property(secretName, someEscaped, value, fc.nat(5), (name, areEscaped, secret, depth) => {
        const json = `{"${inJson(name, areEscaped)}": ${JSON.stringify(secret)}}`;
        expectHidden(times(depth, (text) => JSON.stringify(text).slice(1, -1), json));
      }),
    );
  });

  test("in an address, encoded or not", () => {
    fc.assert(
      fc.property(
        secretName,
        word,
        fc.nat(3),
        fc.constantFrom("?", "?a=b&", "#", "?a=b&amp;"),
        (name, secret, depth, before) => {
          const address = `https://example.com/a${before}${name}=${encodeURIComponent(secret)}`;
          expectHidden(times(depth, encodeURIComponent, address));
        },
      ),
    );
  });

  test.each([
    "password = x",
    "{'token': 'x'}",
    "--api-key x",
    "pass\u200bword=x",
    "pass\\u200bword=x",
    '"api key": "x"',
  ])("in %j", (text) => expectHidden(text));
});

describe("a credential in an address is found", () => {
  test("before the host, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("https", "postgres", "s3+http"),
        word,
        word,
        fc.boolean(),
        (scheme, user, secret, isEncoded) => {
          const [name, password] = isEncoded
            ? [user, secret].map(encodeURIComponent)
            : [user.replace(/[/?#:]/g, ""), secret];
          expectHidden(`${scheme}://${name}:${password}@example.com/a`);
          expectHidden(JSON.stringify({ link: `${scheme}://${name}:${password}@example.com` }));
        },
      ),
    );
  });

  test.each([
    "https://s3cr3t@github.com/acme/repo",
    "https://:s3cr3t@example.com",
    "https://example.com/a?key=s3cr3t",
    "https://example.com/a?b=1&sig=s3cr3t",
    "https://example.com/a?X-Amz-Signature=s3cr3t",
    "https://example.com/#id_token=s3cr3t",
    "https:\\/\\/user:s3cr3t@example.com",
    "https%3A%2F%2Fuser%3As3cr3t%40example.com",
    "https://hooks.slack.com/services/T0/B0/s3cr3t",
  ])("%s", (text) => expectHidden(text));
});

test.each([
  "region=EMEA days=30",
  'page=https://example.com/a?b=1&c=2#top note="at 10:30"',
  "owner=ada@example.com page=https://example.com:8080/a",
  "https://medium.com/@ada/why",
  "path=C:\\users\\ada",
  "monkey=1 keyboard=2 key=3",
  "share=50%25",
])("%s may be seen again", (text) => {
  expect(givesSecret(text)).toBe(false);
  expect(holdsSecret("note", text)).toBe(false);
});
