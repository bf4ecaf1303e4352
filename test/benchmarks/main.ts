// npm run bench -- <name>: prints what the named benchmark measured.

import { catalogBench } from "./catalog.js";
import { watchBench } from "./watch.js";

const BENCHES = new Map([
  ["catalog", catalogBench],
  ["watch", watchBench],
]);

const bench = BENCHES.get(process.argv[2] ?? "");
if (bench) console.log(bench());
else {
  console.error(`Usage: npm run bench -- <name>, where <name> is one of: ${[...BENCHES.keys()].join(", ")}`);
  process.exitCode = 1;
}
