// Damages files of every format that lexstream reads, reads them, and tells what came of it. See cases.mjs.
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { eachCase, folder } from "./cases.mjs";
import { damaged } from "./damage.mjs";
import { makeFiles } from "./readers.mjs";

async function outcomeOf(read, path, expected) {
  try {
    return { outcome: (await read(path)) === expected ? "equal" : "changed" };
  } catch (error) {
    const isClear = error instanceof Error && !error.message.includes("\n") && error.message.includes(basename(path));
    return isClear ? { outcome: "refused" } : { outcome: "unclear", message: String(error?.stack ?? error) };
  }
}

const files = await makeFiles(folder);
for (const file of files) file.expected = await file.reads[0](file.path);

await eachCase(async (n, below) => {
  const { name, path, bytes, reads, expected } = files[n % files.length];
  writeFileSync(path, damaged(bytes, below));
  const outcomes = [];
  for (const read of reads) outcomes.push(await outcomeOf(read, path, expected));
  writeFileSync(path, bytes);
  return { name, outcomes };
});
