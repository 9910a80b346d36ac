import { join } from "node:path";
import { kinds } from "lexstream";
import { from } from "rxjs";
import { expect, it } from "vitest";
import type { SemanticSpace } from "#schemas";
import { writeSemanticSpace } from "#sinks";
import { readWhole } from "#storage";
import { collect } from "../support/collect.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const vocabulary = vocabularyOf(["the", "猫", "cat"]);
const written: SemanticSpace = {
  vocabulary,
  termVectors: Float32Array.of(1, 0, -0.5, 0.25, 0.125, -1),
  singularValues: Float64Array.of(Math.PI, 1 / 3),
  squares: 12.5,
  documents: 7,
  metadata: new Map([["model", "lsa"]]),
};

it.each(["s.arrow", "s.parquet"])("writes what is read again: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(from([written]).pipe(writeSemanticSpace({ path })));
  const { terms, counts } = vocabulary;
  expect(await readWhole(kinds.semanticSpace, path)).toMatchObject({ ...written, vocabulary: { terms, counts } });
});

it("is refused with a coordinate that is not finite", async () => {
  const path = join(await temporaryFolder(), "s.arrow");
  const termVectors = Float32Array.of(1, 0, -0.5, Number.NaN, 0.125, -1);
  await collect(from([{ ...written, termVectors }]).pipe(writeSemanticSpace({ path })));
  await expect(readWhole(kinds.semanticSpace, path)).rejects.toThrow(
    "the coordinates of terms must be finite, got NaN in row 1",
  );
});
