// What a process of a test gets of the tests' own environment.

import { join } from "node:path";

/**
 * Where programs are, and where Node 22 and later keep what they have compiled (https://nodejs.org/api/module.html): for many starts of
 * the same program, compiling is a quarter of the work.
 */
export const CHILD_ENV = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/hex-bot-compiled"),
};
