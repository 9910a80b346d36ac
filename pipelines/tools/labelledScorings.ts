import { Vectors } from "../../kernels/embedding/vectors.js";
import { unitVector } from "../../kernels/evaluation/cosines.js";
import { SenseMeans } from "../../kernels/evaluation/wordSenses.js";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { run } from "../../runtime/run.js";
import type { Scorings, VectorTable } from "../../schemas/index.js";
import { readEvaluationText } from "./evaluationSets.js";
import { labelledTexts } from "./labelledTexts.js";
import { meanOf, stepsForTexts } from "./targetVectors.js";
import { type Known, throughSteps } from "./textSteps.js";

const WHO = "labelled";

/** Texts with labels, cut into words. */
interface LabelledWords {
  readonly words: readonly string[];
  readonly labels: readonly string[];
}

/**
 * How well vectors tell the labels of texts: each text is the mean of the vectors of its words, and has the label whose texts' mean is nearest by
 * cosine. A text without a known word is told wrong.
 */
export function labelledScorings(known: Known): Scorings<VectorTable> {
  return {
    [WHO]: {
      on: "files",
      besides: ["learned"],
      measures: {
        "p@1": { about: "Share of the texts whose most probable label is one of their own", better: "higher" },
      },
      async open(path, { learned }) {
        const [texts, examples] = [await wordsOf(path, known), await wordsOf(learned!, known)];
        const score = (table: VectorTable) => ({ "p@1": shareRight(new Vectors(table), examples, texts) });
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

function shareRight(vectors: Vectors, examples: readonly LabelledWords[], texts: readonly LabelledWords[]): number {
  const names = [...new Set(examples.flatMap(({ labels }) => labels))];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const means = new SenseMeans();
  for (const { words, labels } of examples) {
    const mean = meanOf(vectors, words);
    if (mean) for (const label of labels) means.add(numbers.get(label)!, Float32Array.from(unitVector(mean)));
  }
  const right = texts.filter(({ words, labels }) => {
    const mean = meanOf(vectors, words);
    const nearest = mean && means.nearest(mean);
    return nearest !== undefined && labels.includes(names[nearest]!);
  });
  return right.length / texts.length;
}
