// Runs test/bounds at full size, prints its figures, and puts them into docs/reliability.md: npm run bounds -- [case ...]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putFigures } from "./figures.mjs";

const kept = mkdtempSync(join(tmpdir(), "lexstream-bounds-"));
const chosen = process.argv.slice(2);
const only = chosen.length > 0 ? ["-t", chosen.join("|")] : [];
const { status } = spawnSync("npx", ["vitest", "run", "test/bounds", ...only], {
  stdio: "inherit",
  env: { ...process.env, LEXSTREAM_BOUNDS: kept },
});
const figures = readFileSync(join(kept, "bounds.md"), "utf8");
rmSync(kept, { recursive: true });
if (status !== 0 || chosen.length > 0) console.log(figures);
else console.log(putFigures("docs/reliability.md", ["bounds", "bounds"], "npm run bounds", figures));
process.exitCode = status ?? 1;
