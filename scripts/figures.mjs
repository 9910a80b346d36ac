import { readFileSync, writeFileSync } from "node:fs";

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
