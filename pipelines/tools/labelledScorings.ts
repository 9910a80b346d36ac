import { Vectors } from "../../kernels/embedding/vectors.js";
import { unitVector } from "../../kernels/evaluation/cosines.js";
import { SenseMeans } from "../../kernels/evaluation/wordSenses.js";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { run } from "../../runtime/run.js";
import type { Scorings, SearchIndex, VectorTable } from "../../schemas/index.js";
import { readEvaluationText } from "./evaluationSets.js";
import { type TextVector, weightsIn } from "./indexWeights.js";
import { labelledTexts } from "./labelledTexts.js";
import { meanOf, stepsForTexts } from "./targetVectors.js";
import { type Known, throughSteps } from "./textSteps.js";

const WHO = "labelled";

/** Texts with labels, cut into words. */
interface LabelledWords {
  readonly words: readonly string[];
  readonly labels: readonly string[];
}

/** How well word vectors tell the labels of texts: each text is the mean of those of its words. */
export const labelledByWords = (known: Known): Scorings<VectorTable> =>
  labelledBy(known, (table) => {
    const vectors = new Vectors(table);
    return (words) => meanOf(vectors, words);
  });

/** How well the weights of an index tell the labels of texts: each text is those of its terms, as a document would be. BM25 has none without a query. */
export const labelledByIndex = (known: Known): Scorings<SearchIndex> => labelledBy(known, weightsIn);

/**
 * How well vectors tell the labels of texts: each text has the label whose texts' mean is nearest by cosine, and one without a known word is told
 * wrong.
 * @param vectorOf what makes vectors by a value; nothing where it makes none
 */
function labelledBy<Value>(known: Known, vectorOf: (value: Value) => TextVector | undefined): Scorings<Value> {
  return {
    [WHO]: {
      on: "files",
      besides: ["learned"],
      measures: {
        "p@1": { about: "Share of the texts whose most probable label is one of their own", better: "higher" },
      },
      async open(path, { learned }) {
        const [texts, examples] = [await wordsOf(path, known), await wordsOf(learned!, known)];
        const score = (value: Value) => {
          const ofText = vectorOf(value);
          return { "p@1": ofText ? shareRight(ofText, examples, texts) : Number.NaN };
        };
        return { items: texts.length, unit: "texts", score };
      },
    },
  };
}

async function wordsOf(path: string, known: Known): Promise<LabelledWords[]> {
  const steps = await stepsForTexts(WHO, [await readEvaluationText(path)], known);
  const documents = new TokenDocuments();
  const found: LabelledWords[] = [];
  const visit = (words: readonly string[], labels: readonly string[]) => {
    if (labels.length > 0) found.push({ words, labels });
  };
  await run(throughSteps(labelledTexts(path, known), steps), { onEvent: (batch) => documents.add(batch, visit) });
  documents.finish(visit);
  return found;
}

function shareRight(ofText: TextVector, examples: readonly LabelledWords[], texts: readonly LabelledWords[]): number {
  const names = [...new Set(examples.flatMap(({ labels }) => labels))];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const means = new SenseMeans();
  for (const { words, labels } of examples) {
    const vector = ofText(words);
    if (vector) for (const label of labels) means.add(numbers.get(label)!, Float32Array.from(unitVector(vector)));
  }
  const right = texts.filter(({ words, labels }) => {
    const vector = ofText(words);
    const nearest = vector && means.nearest(vector);
    return nearest !== undefined && labels.includes(names[nearest]!);
  });
  return right.length / texts.length;
}
