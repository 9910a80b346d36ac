// Runs test/bounds at full size, prints its figures, and puts them into docs/reliability.md once all cases have passed:
// npm run bounds -- [case ...]. Cases that have passed are kept until the code changes.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hashOf, putFigures } from "./figures.mjs";

const kept = join(".vitest/bounds", hashOf("dist", "test/bounds"));
mkdirSync(kept, { recursive: true });
const chosen = process.argv.slice(2);
const only = chosen.length > 0 ? ["-t", chosen.join("|")] : [];
const { status } = spawnSync("npx", ["vitest", "run", "test/bounds", ...only], {
  stdio: "inherit",
  env: { ...process.env, LEXSTREAM_BOUNDS: kept },
});
process.exitCode = status ?? 1;

const [unfinished, figures] = ["unfinished.md", "bounds.md"].map((name) => join(kept, name));
if (existsSync(figures)) {
  console.log(putFigures("docs/reliability.md", ["bounds", "bounds"], "npm run bounds", readFileSync(figures, "utf8")));
  rmSync(kept, { recursive: true });
} else if (existsSync(unfinished)) console.log(readFileSync(unfinished, "utf8"));
