// Runs the long version of test/faults, prints its figures, and puts them into docs/reliability.md with command and date.
// node scripts/faults.mjs [kills] [sabotage] [corruption]: all of them, or those that are named.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const names = process.argv.slice(2);
const tests = names.length > 0 ? names.map((name) => `test/faults/${name}.test.ts`) : ["test/faults"];
const figures = ".vitest/faults";
const page = "docs/reliability.md";

rmSync(figures, { recursive: true, force: true });
const { status } = spawnSync("npx", ["vitest", "run", ...tests], {
  stdio: "inherit",
  env: { ...process.env, LEXSTREAM_FAULTS: "long" },
});
if (status !== 0) process.exit(status ?? 1);
const date = new Date().toISOString().slice(0, 10);
let text = readFileSync(page, "utf8");
for (const file of readdirSync(figures)) {
  const name = file.replace(".md", "");
  const found = `\`npm run faults -- ${name}\`, ${date}, Node ${process.versions.node}: ${readFileSync(`${figures}/${file}`, "utf8")}`;
  console.log(found);
  const place = new RegExp(`(<!-- faults:${name} -->\n)[^]*?(<!-- /faults -->)`);
  if (!place.test(text)) throw new Error(`${page} must have a place for the figures of ${name}`);
  text = text.replace(place, (_, open, close) => `${open}${found}${close}`);
}
writeFileSync(page, text);
