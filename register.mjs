// Runs TypeScript without a build: node --import ./register.mjs src/main.ts
import { register } from "node:module";
import { pathToFileURL } from "node:url";

// ts-node would leave a cache in the machine's temporary folder.
process.env.DISABLE_V8_COMPILE_CACHE = "1";
register("ts-node/esm/transpile-only", pathToFileURL("./"));
