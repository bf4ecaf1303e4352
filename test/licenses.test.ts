// What the packages that the bot is run with allow. The lock file names the licence of each.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

/** Licences that ask for no more than their own text. */
const ALLOWED = ["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"];

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ license: z.string().optional(), dev: z.boolean().optional(), link: z.boolean().optional() }),
  ),
});

test("every package that the bot is run with may be used by anybody", () => {
  const text = readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8");
  const { packages } = lockSchema.parse(JSON.parse(text));
  const run = Object.entries(packages).filter(([path, { dev, link }]) => path !== "" && !dev && !link);
  const other = run.filter(([, { license }]) => !ALLOWED.includes(license ?? "none"));
  expect(run.length).toBeGreaterThan(50);
  expect(other.map(([path, { license }]) => `${path}: ${license ?? "none"}`)).toEqual([]);
});
