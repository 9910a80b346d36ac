import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import fc from "fast-check";
import { makeFiles } from "../../faults/readers.mjs";
import { assertClear, edited, edits, target } from "../target.js";

const words = [
  "nan",
  "inf",
  "-",
  "1e999",
  "0x1",
  " ",
  "\t",
  "\n",
  "\r\n",
  "\0",
  "99999999999",
  "-1",
  "\xff\xff\xff\xff",
  "\0\0\0\x80",
];

/** Whatever a file holds, its reader takes it or says what is wrong with it, and says the same again. */
export const readers = target("readers", async (folder) => {
  const files = await makeFiles(folder);
  const cases = fc.tuple(fc.constantFrom(...files), edits(words)).map(([{ name, bytes }, changes]) => ({
    name,
    base64: Buffer.from(edited(bytes.toString("latin1"), changes), "latin1").toString("base64"),
  }));
  return {
    cases,
    async check({ name, base64 }) {
      const { path, reads, bytes } = files.find((file) => file.name === name)!;
      const outcome = async () => {
        await writeFile(path, Buffer.from(base64, "base64"));
        return reads[0]!(path).catch((error: unknown) => {
          assertClear(error, true);
          if (!(error as Error).message.includes(basename(path))) throw error;
          return (error as Error).message;
        });
      };
      const first = await outcome();
      const second = await outcome();
      await writeFile(path, bytes);
      if (first !== second) throw new Error(`must be read alike twice, got ${first} and ${second}`);
    },
  };
});
