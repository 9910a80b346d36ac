// Runs the long version of test/faults, prints its figures, and puts them into docs/reliability.md with command and date.
// npm run faults -- [--minutes N] [kills] [networks] [live] [sabotage] [corruption]: after so many minutes it ends, and the same command goes on.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hashOf, putFigures } from "./figures.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "600" } },
});
const names = positionals.length > 0 ? positionals : ["kills", "networks", "live", "sabotage", "corruption"];
const page = "docs/reliability.md";

const kept = join(".vitest/faults", hashOf("dist", "test/faults"));
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
