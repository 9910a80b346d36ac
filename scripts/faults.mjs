// Runs the long version of test/faults, prints its figures, and puts them into docs/reliability.md with command and date.
// npm run faults -- [--minutes N] [kills] [sabotage] [corruption]: after so many minutes it ends, and the same command goes on.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { putFigures } from "./figures.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "600" } },
});
const names = positionals.length > 0 ? positionals : ["kills", "sabotage", "corruption"];
const page = "docs/reliability.md";

/** Cases of other code are not gone on with. */
const hash = createHash("sha256");
for (const folder of ["dist", "test/faults"]) {
  const paths = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  for (const path of paths.sort()) if (statSync(path).isFile()) hash.update(readFileSync(path));
}
const kept = join(".vitest/faults", hash.digest("hex").slice(0, 16));
mkdirSync(kept, { recursive: true });

for (const name of names) {
  const { status } = spawnSync("npx", ["vitest", "run", `test/faults/${name}.test.ts`], {
    stdio: "inherit",
    env: { ...process.env, LEXSTREAM_FAULTS: kept, LEXSTREAM_FAULTS_MINUTES: values.minutes },
  });
  if (status !== 0) process.exit(status ?? 1);
  const figures = readFileSync(join(kept, `${name}.md`), "utf8");
  console.log(putFigures(page, [`faults:${name}`, "faults"], `npm run faults -- ${name}`, figures));
}
rmSync(kept, { recursive: true });
