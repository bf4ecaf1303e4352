// Runs TypeScript without a build: node --import ./register.mjs src/main.ts
// On Node 22 and later ts-node uses something deprecated: --disable-warning=DEP0180 keeps that out of sight.
import { register } from "node:module";
import { pathToFileURL } from "node:url";

// ts-node would leave a cache in the machine's temporary folder.
process.env.DISABLE_V8_COMPILE_CACHE = "1";
register("ts-node/esm/transpile-only", pathToFileURL("./"));
