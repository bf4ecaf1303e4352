// Builds `npm run demo` and `npm run pictures` into a few files, as the program is built, and for the same reason.

import { dirname, join } from "node:path";
import { build } from "rolldown";
import program from "../../rolldown.config.js";

/** What a module reads lies beside its source, and not beside what is built of it. */
const besideTheSource = {
  name: "beside-the-source",
  transform: {
    filter: { code: "import.meta.dirname" },
    handler: (code, id) => code.replaceAll("import.meta.dirname", JSON.stringify(dirname(id))),
  },
};

await build({
  ...program,
  cwd: join(import.meta.dirname, "../.."),
  input: { main: "test/demo/main.ts", pictures: "test/demo/pictures.ts" },
  external: [program.external, "playwright-core", "rolldown/utils"].flat(),
  plugins: [besideTheSource],
  output: { dir: "test/demo/dist", cleanDir: true, chunkFileNames: "chunks/[name].js" },
});
