/**
 * The models in `test/fixtures/fasttext` and the numbers below were made by fastText 0.9.2 (Debian's package) from 200 lines of six words, drawn
 * from two sets of six: `skipgram -dim 4 -bucket 60 -minn 2 -maxn 3 -epoch 5 -minCount 1 -thread 1 -t 1` (sg.bin), `supervised -dim 4 -bucket 300
 * -minn 2 -maxn 3 -wordNgrams 2 -epoch 3 -lr .5` (sup.bin), `supervised -dim 4 -loss hs -epoch 3 -lr .5` (hs.bin), `quantize -qnorm` of sup.bin
 * (sup.ftz), and `quantize -cutoff 280` (pruned.ftz); `print-word-vectors` and `predict-prob ... 2`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { characterBuckets, Predictor, Vectors } from "#kernels";
import { writeClassifier, writeVectors } from "#sinks";
import { inspectFile, readVectors } from "#storage";
import { quantizeClassifier, rowsByLength } from "../../../dist/kernels/linear/quantizeClassifier.js";
import { quantizedSize } from "../../../dist/storage/fasttext/quantizedSize.js";
import { readFastTextClassifier, readFastTextVectors } from "../../../dist/storage/fasttext/readFastText.js";
import { collect } from "../../support/collect.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/fasttext/${name}`, import.meta.url));

const vectorsByFastText = {
  river: [-0.47455, 1.405, 0.21549, -1.6155],
  rivers: [-0.42902, 1.1446, 0.2698, -1.457], // not in the vocabulary
  河水: [0.1666, 0.93849, -0.5671, 0.085985],
};

/** Of `river boat`, `fresh bread`, `河岸 unknown`: the probability of water. */
const predictedByFastText = {
  "sup.bin": [0.990155, 0.0547712, 0.72211],
  "hs.bin": [0.991181, 0.0420483, 0.981376],
  "sup.ftz": [0.990155, 0.0547712, 0.72211],
  "pruned.ftz": [0.990155, 0.049164, 0.730364],
};
const texts = [
  ["river", "boat"],
  ["fresh", "bread"],
  ["河岸", "unknown"],
];

it("reads vectors as fastText does, of unseen words too", async () => {
  const vectors = new Vectors(await readVectors(fixture("sg.bin")));
  for (const [term, expected] of Object.entries(vectorsByFastText))
    vectors.vectorOf(term).forEach((value, d) => {
      expect(value).toBeCloseTo(expected[d]!, 4); // five digits are printed
    });
});

it.each(Object.entries(predictedByFastText))("predicts as fastText does, from %s", async (name, expected) => {
  const predictor = new Predictor(await readFastTextClassifier(fixture(name)));
  texts.forEach((tokens, i) => {
    const water = predictor.predict(tokens, { k: 2 }).find(({ label }) => label === "water")!;
    expect(Math.abs(water.probability - expected[i]!)).toBeLessThan(3e-5); // fastText adds 0.00001 to each
  });
});

it("reads some terms alone, with the same numbers, also those that the model has no row of", async () => {
  const whole = new Vectors(await readVectors(fixture("sg.bin")));
  const listed = ["河水", "rivers", "</s>", "boat", "河水"];
  const some = await readVectors(fixture("sg.bin"), { terms: listed });
  expect(some.terms).toEqual(["河水", "rivers", "</s>", "boat"]); // in their order, each once
  some.terms.forEach((term, row) => {
    expect(some.values.slice(4 * row, 4 * row + 4)).toEqual(whole.vectorOf(term));
  });
  expect(some.subwords).toBeUndefined();
});

it("holds the rows of the terms that are wanted, and of their subwords", async () => {
  const whole = await readFastTextVectors(fixture("sg.bin"));
  const { terms, values, subwords } = await readFastTextVectors(fixture("sg.bin"), {
    wanted: new Set(["river", "rivers"]),
  });
  expect(terms).toEqual(["river"]);
  expect([...values]).toEqual([...new Vectors(whole).vectorOf("river")]);
  const buckets = new Set(["river", "rivers"].flatMap((term) => characterBuckets(term, subwords!.form)));
  const used = [...buckets].filter((bucket) => whole.subwords!.buckets.includes(bucket)).sort((a, b) => a - b);
  expect([...subwords!.buckets]).toEqual(used);
  expect(used.length).toBeLessThan(whole.subwords!.buckets.length);
});

it("reads of subwords only what makes the terms that are asked about, from a model and from tables", async () => {
  const whole = new Vectors(await readFastTextVectors(fixture("sg.bin")));
  const wholeBuckets = new Set(whole.subwords!.buckets);
  const folder = await temporaryFolder();
  const paths = [fixture("sg.bin"), ...["v.arrow", "v.parquet"].map((name) => join(folder, name))];
  for (const path of paths.slice(1)) await collect(of(whole).pipe(writeVectors({ path })));
  for (const path of paths) {
    const some = new Vectors(await readVectors(path, { asked: ["river", "rivers"] }));
    expect(some.terms).toEqual(whole.terms);
    expect(some.values).toEqual(whole.values);
    expect(some.vectorOf("rivers")).toEqual(whole.vectorOf("rivers"));
    const needed = characterBuckets("rivers", some.subwords!.form).filter((bucket) => wholeBuckets.has(bucket));
    expect([...some.subwords!.buckets]).toEqual(expect.arrayContaining(needed));
    if (path !== paths[0]) expect(some.subwords!.buckets.length).toBe(new Set(needed).size); // there, words need none
  }
  const known = await readVectors(paths[1]!, { asked: ["river"] });
  expect([...known.subwords!.buckets]).toEqual([]); // a term of the file needs none
});

it("writes vectors that it reads again, subwords and all", async () => {
  const path = join(await temporaryFolder(), "vectors.fasttext");
  const table = await readFastTextVectors(fixture("sg.bin"));
  await collect(of(table).pipe(writeVectors({ path })));
  const again = await readFastTextVectors(path);
  expect(again.terms).toEqual(table.terms);
  expect(again.subwords).toEqual(table.subwords);
  again.values.forEach((value, i) => {
    expect(value).toBeCloseTo(table.values[i]!, 6);
  });
  expect(readFileSync(path).length).toBe(readFileSync(fixture("sg.bin")).length);
});

it.each(["sup.bin", "hs.bin"])("writes the very rows of %s again", async (name) => {
  const path = join(await temporaryFolder(), "classifier.bin");
  const classifier = await readFastTextClassifier(fixture(name));
  await collect(of(classifier).pipe(writeClassifier({ path })));
  expect(await readFastTextClassifier(path)).toEqual(classifier);
  expect(readFileSync(path).length).toBe(readFileSync(fixture(name)).length);
});

it("writes rows of labels that tell probabilities at the temperature, in every loss", async () => {
  for (const name of ["sup.bin", "hs.bin"]) {
    const path = join(await temporaryFolder(), "classifier.bin");
    const classifier = { ...(await readFastTextClassifier(fixture(name))), temperature: 2.5 };
    await collect(of(classifier).pipe(writeClassifier({ path })));
    const written = await readFastTextClassifier(path);
    expect(written.temperature).toBe(1);
    for (const text of texts) {
      const [own, found] = [classifier, written].map((each) => new Predictor(each).probabilities(text)!);
      found!.forEach((probability, label) => {
        expect(probability).toBeCloseTo(own![label]!, 6);
      });
    }
  }
});

it("keeps vectors with subwords in tables, and counts what other formats leave out", async () => {
  const folder = await temporaryFolder();
  const table = await readFastTextVectors(fixture("sg.bin"));
  for (const name of ["v.arrow", "v.parquet"]) {
    const path = join(folder, name);
    await collect(of(table).pipe(writeVectors({ path })));
    const again = await readVectors(path);
    expect(again.terms).toEqual(table.terms);
    expect(again.values).toEqual(table.values);
    expect(again.subwords).toEqual(table.subwords);
    expect(again.metadata.get("subwords")).toBeUndefined();
  }
});

it("keeps in tables that subwords are of strokes, which fastText's files cannot", async () => {
  const folder = await temporaryFolder();
  const form = { units: "strokes", minLength: 3, maxLength: 12, buckets: 60 } as const;
  const table = { ...(await readFastTextVectors(fixture("sg.bin"))) };
  const ofStrokes = { ...table, subwords: { ...table.subwords!, form } };
  for (const name of ["v.arrow", "v.parquet"]) {
    const path = join(folder, name);
    await collect(of(ofStrokes).pipe(writeVectors({ path })));
    const again = await readVectors(path);
    expect(again.subwords).toEqual(ofStrokes.subwords);
    expect(new Vectors(again).has("森林")).toBe(true);
  }
  await expect(collect(of(ofStrokes).pipe(writeVectors({ path: join(folder, "v.fasttext") })))).rejects.toThrow(
    "writeVectors: subwords must be of characters in format fastText, got strokes; arrow and parquet hold them",
  );
});

it("refuses tables whose subwords are of nothing that is known", async () => {
  const path = join(await temporaryFolder(), "v.arrow");
  const table = await readFastTextVectors(fixture("sg.bin"));
  const form = { ...table.subwords!.form, units: "syllables" as "strokes" };
  await collect(of({ ...table, subwords: { ...table.subwords!, form } }).pipe(writeVectors({ path })));
  await expect(readVectors(path)).rejects.toThrow(
    'v.arrow: subwords in the metadata must say the form of the subwords, got {"units":"syllables"',
  );
});

it("tells what a model holds", async () => {
  expect(await inspectFile(fixture("sg.bin"))).toMatchObject({ format: "fastText", holds: "vectors", vectorSize: 4 });
  expect(await inspectFile(fixture("sup.ftz"))).toMatchObject({ format: "fastText", holds: "classifier" });
});

const model = readFileSync(fixture("sg.bin"));
const changed = (change: (bytes: Buffer) => Buffer) => change(Buffer.from(model));
const put = (at: number, value: number) => (bytes: Buffer) => {
  bytes.writeInt32LE(value, at);
  return bytes;
};

it.each([
  [
    "cut in its rows",
    changed((bytes) => bytes.subarray(0, 1200)),
    /the output must have 13 x 4 numbers|it is cut short/,
  ],
  ["cut in its dictionary", changed((bytes) => bytes.subarray(0, 100)), /it is cut short|entries/],
  [
    "longer than its end",
    changed((bytes) => Buffer.concat([bytes, Buffer.from([0])])),
    /must end after its output matrix at byte 1704, got 1705 bytes/,
  ],
  ["of a version that nobody knows", changed(put(4, 13)), /must be of version 11 or 12, got 13/],
  ["without buckets", changed(put(8 + 4 * 8, 0)), /bucket must be above 0 where there are n-grams, got 0/],
  [
    "with a number that is none",
    changed((bytes) => {
      bytes.writeFloatLE(Number.NaN, bytes.length - 13 * 16 - 17 - 16); // in the last row of the input
      return bytes;
    }),
    /numbers must be finite, got NaN in row \d+ of the input/,
  ],
] as const)("says in one line what is wrong with a model that is %s", async (_, bytes, message) => {
  const path = join(await temporaryFolder(), "odd.bin");
  writeFileSync(path, bytes);
  await expect(readFastTextVectors(path)).rejects.toThrow(message);
});

it("does not take one for the other", async () => {
  await expect(readFastTextVectors(fixture("sup.bin"))).rejects.toThrow(
    "must hold vectors, got a classifier; lexstream classify asks it",
  );
  await expect(readFastTextClassifier(fixture("sg.bin"))).rejects.toThrow("must hold a classifier, got vectors");
});

it("writes quantised classifiers that predict the same again, pruned with n-grams or with words alone", async () => {
  for (const [name, cutoff] of [
    ["sup.bin", 280],
    ["hs.bin", 8],
  ] as const) {
    const dense = await readFastTextClassifier(fixture(name));
    const kept = rowsByLength(dense).subarray(0, cutoff);
    const quantized = await quantizeClassifier({ ...dense, temperature: 2 }, kept, { pieceSize: 3, seed: 1 });
    const path = join(await temporaryFolder(), "small.ftz");
    await collect(of(quantized).pipe(writeClassifier({ path })));
    const { fixed, ofRow } = quantizedSize(dense, 3);
    expect(readFileSync(path)).toHaveLength(kept.reduce((sum, row) => sum + ofRow(row), fixed));
    const again = await readFastTextClassifier(path);
    expect(again.terms).toContain("</s>");
    expect(again.terms.length + again.buckets.length).toBe(cutoff);
    const [before, after] = [new Predictor(quantized), new Predictor(again)];
    for (const tokens of texts) expect(after.predict(tokens, { k: 2 })).toEqual(before.predict(tokens, { k: 2 }));
  }
});
