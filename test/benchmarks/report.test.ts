import { expect, test } from "vitest";
import { markdownOf, median, megabytes, ms, quantile, ratio } from "./report.js";

test("a report is a paragraph and a table that is in line", () => {
  const report = { about: "What is measured.", head: ["figure", "the bot"], rows: [["start to ready", "300 ms"]] };
  expect(markdownOf(report)).toBe(
    [
      "What is measured.",
      "",
      "| figure         | the bot |",
      "|----------------|---------|",
      "| start to ready | 300 ms  |",
    ].join("\n"),
  );
});

test("quantiles are of the values by size, in whatever order they came", () => {
  expect([median([30, 1, 2]), quantile([5, 1, 4, 2, 3], 0.99), quantile([10, 9], 0)]).toEqual([2, 5, 9]);
  expect(median([])).toBeNaN();
});

test("figures have as many digits as mean something, and what could not be measured says so", () => {
  expect([ms(0.416), ms(4.16), ms(41.6)]).toEqual(["0.42 ms", "4.2 ms", "42 ms"]);
  expect([megabytes(98_400_000), megabytes(Number.NaN)]).toEqual(["98 MB", "-"]);
  expect(ratio(355, 237)).toBe("1.50 x");
});
