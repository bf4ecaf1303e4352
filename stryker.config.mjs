// Mutation testing of the pure cores: changes them in one place after the other, and counts the changes that no unit test notices.
// `npm run mutation`, or of one file: `npm run mutation -- --mutate src/hex/budget.ts`.

/** What is pure and decides something. Each has a unit test of its own name, or is tested through another core's. */
export const CORES = [
  "src/catalog/match.ts",
  "src/catalog/state.ts",
  "src/hex/budget.ts",
  "src/hex/error-of-answer.ts",
  "src/hex/error-of-fetch.ts",
  "src/hex/links.ts",
  "src/hex/own-link.ts",
  "src/hex/refused-inputs.ts",
  "src/hex/retry-after.ts",
  "src/hex/server-clock.ts",
  "src/lib/due.ts",
  "src/lib/json.ts",
  "src/lib/spelling.ts",
  "src/lib/text.ts",
  "src/log/line-limit.ts",
  "src/outages/expiry.ts",
  "src/outages/history.ts",
  "src/outages/incident.ts",
  "src/outages/watchdog-state.ts",
  "src/runs/known-inputs.ts",
  "src/runs/poll-plan.ts",
  "src/runs/run.ts",
  "src/runs/transitions.ts",
  "src/runs/typical-duration.ts",
  "src/slack/home/own-runs.ts",
  "src/slack/messages/limits.ts",
  "src/slack/messages/mrkdwn.ts",
  "src/slack/messages/run-form-state.ts",
  "src/slack/parse/emoji-codes.ts",
  "src/slack/parse/form-inputs.ts",
  "src/slack/parse/formatting.ts",
  "src/slack/parse/input-value.ts",
  "src/slack/parse/project-ref.ts",
  "src/slack/parse/run-arguments.ts",
  "src/slack/parse/run-form.ts",
  "src/slack/parse/slack-marks.ts",
  "src/slack/parse/subcommand.ts",
  "src/slack/parse/words-to-bot.ts",
  "src/slack/parse/words.ts",
];

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: CORES,
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.mjs" },
  // Vitest runs the code as it is: there are no types to check.
  disableTypeChecks: false,
  concurrency: 2,
  reporters: ["clear-text", "progress", "html"],
  thresholds: { high: 95, low: 90, break: 90 },
};
