import { join } from "node:path";
import { kinds } from "lexstream";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { writeDocumentFrequencies } from "#sinks";
import { arrowFormat, readWhole, writeTable } from "#storage";
import { collect } from "../support/collect.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const vocabulary = vocabularyOf(["the", "猫"]);
const frequencies = { vocabulary, counts: Float64Array.of(2, 0), documents: 3, tokens: 8 };

it.each(["f.arrow", "f.parquet"])("writes what is read again: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(from([frequencies]).pipe(writeDocumentFrequencies({ path })));
  const { terms, counts } = vocabulary;
  expect(await readWhole(kinds.documentFrequencies, path)).toMatchObject({
    ...frequencies,
    vocabulary: { terms, counts },
  });
});

it("is refused where a term occurs in more documents than there are", async () => {
  const path = join(await temporaryFolder(), "f.arrow");
  const { schema } = kinds.documentFrequencies.table!;
  const metadata = new Map([
    ["kind", "documentFrequencies"],
    ["facts", JSON.stringify({ documents: 3, tokens: 8 })],
  ]);
  await writeTable(path, { ...schema(frequencies), metadata }, arrowFormat, (writer) =>
    writer.write([["the"], Float64Array.of(9), Float64Array.of(4)], 1),
  );
  await expect(readWhole(kinds.documentFrequencies, path)).rejects.toThrow(
    "a term must occur in 0 to 3 documents, got 4 in row 0",
  );
});
