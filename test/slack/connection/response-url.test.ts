// Which addresses the bot posts answers to.

import { expect, test } from "vitest";
import { isSlacksOwn } from "../../../src/slack/connection/response-url.js";

const SLACK = "https://slack.com/api/";
const GOV = "https://slack-gov.com/api/";
const LOCAL = "http://127.0.0.1:4000/api/";
const EMULATOR = "https://slack.example.com:8443/api/";

test.each([
  ["https://hooks.slack.com/commands/T1/1/x", SLACK],
  ["https://hooks.slack-gov.com/actions/T1/1/x", GOV],
  ["https://HOOKS.slack.com:443/commands/x", SLACK],
  ["https://slack.example.com:8443/commands/x", EMULATOR],
  ["http://127.0.0.1:4000/commands/x", LOCAL],
  ["http://localhost:4001/commands/x", LOCAL],
])("%s, with SLACK_API_URL %s: Slack's own", (url, apiUrl) => {
  expect(isSlacksOwn(url, apiUrl)).toBe(true);
});

test.each([
  ["http://hooks.slack.com/commands/x", SLACK],
  ["https://hooks.slack.com.example.com/x", SLACK],
  ["https://example.com/hooks.slack.com", SLACK],
  ["https://hooks.slack.com@example.com/x", SLACK],
  ["https://user@hooks.slack.com/x", SLACK],
  ["https://user:pass@hooks.slack.com/x", SLACK],
  ["https://hooks.slack.com:8443/x", SLACK],
  ["https://evil.hooks.slack.com/x", SLACK],
  ["http://169.254.169.254/latest/meta-data", SLACK],
  ["http://127.0.0.1:3000/metrics", SLACK],
  ["https://localhost/x", SLACK],
  ["file:///etc/passwd", SLACK],
  ["javascript:alert(1)", SLACK],
  ["//hooks.slack.com/x", SLACK],
  ["hooks.slack.com", SLACK],
  ["", SLACK],
  ["https://slack.example.com/x", EMULATOR],
  ["http://slack.example.com:8443/x", EMULATOR],
  ["https://example.com/x", LOCAL],
  ["http://127.0.0.1.example.com/x", LOCAL],
  ["ftp://127.0.0.1/x", LOCAL],
])("%s, with SLACK_API_URL %s: not Slack's", (url, apiUrl) => {
  expect(isSlacksOwn(url, apiUrl)).toBe(false);
});
