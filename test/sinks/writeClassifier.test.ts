import { join } from "node:path";
import { of } from "rxjs";
import { expect, it } from "vitest";
import type { Classifier } from "#schemas";
import { writeClassifier } from "#sinks";
import { readWhole } from "#storage";
import { kinds } from "../../dist/kinds/kinds.js";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const classifier: Classifier = {
  labels: ["水果", "ships"],
  labelCounts: Float64Array.of(3, 2),
  terms: ["apple", "boat", "船"],
  counts: Float64Array.of(4, 2, 1),
  loss: "softmax",
  wordNgrams: 2,
  subwords: { units: "characters", minLength: 3, maxLength: 0, buckets: 100 },
  buckets: Uint32Array.of(7, 42),
  pruned: false,
  sentenceEnd: false,
  input: { columns: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) },
  output: { columns: 2, values: Float32Array.of(0.5, -0.5, 0.25, 1) },
  temperature: 1.5,
  metadata: new Map([["model", "fastTextClassifier"]]),
};

it.each(["arrow", "parquet"])("writes what is read again, in %s", async (format) => {
  const path = join(await temporaryFolder(), `classifier.${format}`);
  expect(await collect(of(classifier).pipe(writeClassifier({ path })))).toEqual([classifier]);
  expect(await readWhole(kinds.classifier, path)).toEqual(classifier);
});

it("refuses rows that are quantised", async () => {
  const codes = { columns: 2, pieceSize: 2, codes: new Uint8Array(5), centroids: new Float32Array(512) };
  const path = join(await temporaryFolder(), "quantised.arrow");
  await expect(collect(of({ ...classifier, input: codes }).pipe(writeClassifier({ path })))).rejects.toThrow(
    "classifier: rows must be dense to be written as a table, got quantised ones",
  );
});
