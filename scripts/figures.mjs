import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Puts what was measured in its place on a page, between `<!-- NAME -->` and `<!-- /END -->`, with command and date; returns it. */
export function putFigures(page, [name, end], command, figures) {
  const date = new Date().toISOString().slice(0, 10);
  const found = `\`${command}\`, ${date}, Node ${process.versions.node}: ${figures}`;
  const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${end} -->)`);
  const text = readFileSync(page, "utf8");
  if (!place.test(text)) throw new Error(`${page} must have a place for the figures of ${name}`);
  writeFileSync(
    page,
    text.replace(place, (_, open, close) => `${open}${found}${close}`),
  );
  return found;
}

/** Tells one state of the code from another: cases of other code are not gone on with. */
export function hashOf(...folders) {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const paths = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
    for (const path of paths.sort()) if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}
