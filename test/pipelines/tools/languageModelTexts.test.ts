import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { neural } from "#kernels";
import { builtIn, openLanguageModel, perplexityOf, scoreTexts } from "#pipelines";
import type { LanguageModel } from "#schemas";
import { firstValues } from "../../support/neuralSteps.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const terms = ["a", "b", "c", "d"];
const settings = {
  cell: "lstm",
  layers: 1,
  vectorSize: 6,
  hiddenSize: 6,
  tied: false,
  dropout: 0,
  output: "full",
} as const;

/** A network that has not learned: what it keeps of a text changes what it expects all the same. */
function model(): LanguageModel {
  const network = neural.rnnlm({ ...settings, terms: terms.length, initialRange: 2, output: { kind: "full" } });
  const values = firstValues(network, 5);
  let from = 0;
  const tensors = network.forms.map(({ name, shape }) => {
    const size = shape.reduce((product, each) => product * each, 1);
    from += size;
    return { name, shape, values: values.slice(from - size, from) };
  });
  return {
    ...{ architecture: "rnnlm", settings: { ...settings, initialRange: 2, candidates: 1 }, vectors: network.vectors },
    ...{ terms, counts: Float64Array.of(4, 3, 2, 1), tensors },
    metadata: new Map([["textSteps", JSON.stringify([{ tokenize: { mode: "whitespace" } }])]]),
  };
}

/** So long that it takes many batches, in one lane or in many. */
const text = Array.from({ length: 1500 }, (_, k) => terms[((k * k + 3 * k) % 7) % 4]!);

it("judges a long text with what was kept of all before, batch after batch", async () => {
  const open = await openLanguageModel("perplexity", model(), builtIn);
  const ids = Uint32Array.from(text, (term) => terms.indexOf(term));
  const length = ids.length - 1;
  const { losses } = await open.reader.losses({
    ...{ rows: 1, length, ids: ids.subarray(0, length), targets: Int32Array.from(ids.subarray(1)) },
    ...{ lengths: Uint32Array.of(length), state: new Float32Array(open.reader.network.stateSize) },
  });
  const expected = losses.reduce((sum, each) => sum + each, 0);
  const path = join(await temporaryFolder(), "text.txt");
  writeFileSync(path, `${text.join(" ")}\n`);
  for (const across of ["corpus", "document"] as const) {
    const told = await perplexityOf("perplexity", open, {
      source: "files",
      options: { paths: path, format: "lines" },
      across,
    });
    expect(told.predicted).toBe(length);
    expect(told.loss / expected).toBeCloseTo(1, 5);
  }
  const scores: number[] = [];
  await scoreTexts(open, { source: "files", options: { paths: path, format: "lines" } }, (one) =>
    scores.push(one.logProbability),
  );
  expect(-scores[0]! / expected).toBeCloseTo(1, 5);
});
