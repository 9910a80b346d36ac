import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { writeVectors } from "#sinks";
import { openTable } from "#storage";
import { collect } from "../../support/collect.js";
import { twoLanguages, vectorTable } from "../../support/tables.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { unsigned } from "../../support/unsigned.mjs";

it.each(["v.arrow", "v.parquet"])("refuses a stretch of 64 other bytes at any place: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(of(vectorTable(twoLanguages, 3)).pipe(writeVectors({ path })));
  const whole = await readFile(path);
  const accepted: number[] = [];
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole).fill(0x2a, at, Math.min(whole.length, at + 64));
    await writeFile(path, damaged);
    await openTable(path).then(
      () => accepted.push(at),
      (error) => expect(error.message).toContain(path),
    );
  }
  expect(accepted).toEqual([]);
});

it.each(["v.arrow", "v.parquet"])("reads a file without a checksum, as other programs write them: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(of(vectorTable(twoLanguages, 3)).pipe(writeVectors({ path })));
  await writeFile(path, unsigned(await readFile(path)));
  expect((await openTable(path)).columns.map((column) => column.name)).toEqual(["term", "vector"]);
});
