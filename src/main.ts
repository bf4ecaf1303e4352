// Starts the bot, and lets Node 22.1 or newer keep what it compiles, so that the next start doesn't have to compile it again
// (https://nodejs.org/api/module.html#module-compile-cache). If the folder cannot be written, nothing is kept.

import "./node-version.js";
import module from "node:module";
import { join } from "node:path";

// Node's types here are those of Node 20. NODE_COMPILE_CACHE names another folder.
if ("enableCompileCache" in module && typeof module.enableCompileCache === "function") {
  module.enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/hex-bot-compiled"));
}
await import("./start.js");
