// Runs the long version of test/faults, prints its figures, and puts them into docs/reliability.md with command and date.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const figures = ".vitest/faults";
rmSync(figures, { recursive: true, force: true });
const { status } = spawnSync("npx", ["vitest", "run", "test/faults", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, LEXSTREAM_FAULTS: "long" },
});
if (status !== 0) process.exit(status ?? 1);
const page = "docs/reliability.md";
let text = readFileSync(page, "utf8");
for (const file of readdirSync(figures)) {
  const name = file.replace(".md", "");
  const found = readFileSync(`${figures}/${file}`, "utf8");
  console.log(found);
  const date = new Date().toISOString().slice(0, 10);
  const stamped = `\`npm run faults\`, ${date}, Node ${process.versions.node}: ${found}`;
  const place = new RegExp(`(<!-- faults:${name} -->\n)[^]*?(<!-- /faults -->)`);
  if (!place.test(text)) throw new Error(`${page} must have a place for the figures of ${name}`);
  text = text.replace(place, (_, open, close) => `${open}${stamped}${close}`);
}
writeFileSync(page, text);
