import type { LanguageModel, SequenceBatch, UpdatedModel } from "#schemas";
import { lettersVocabulary, sequenceBatches } from "./sequenceBatches.js";

export const vocabulary = lettersVocabulary(6);
/** After a and b comes c, after d and b comes e: a model must look two terms back. Each document ends in f. */
export const documents = Array.from({ length: 60 }, (_, k) => {
  const pieces = Array.from({ length: 5 }, (_, i) => ((k * 7 + i * 3) % 4 < 2 ? [0, 1, 2] : [3, 1, 4]));
  return [...pieces.flat(), 5];
});
export const small = { vectorSize: 8, epochs: 12, learningRate: 0.02, holdout: 0, engine: "reference" } as const;
export const batches = (epochs: number) => sequenceBatches(vocabulary, documents, { length: 15, rows: 10, epochs });

/** All batches learned from, pass after pass: the loss of each in nats a place, and the model. */
export async function learned(
  model: UpdatedModel<"sequences", "languageModel">,
  from: readonly SequenceBatch[],
): Promise<{ readonly losses: number[]; readonly made: LanguageModel }> {
  const losses: number[] = [];
  for (const [k, batch] of from.entries()) {
    const { loss, examples } = await model.update(batch);
    losses.push(loss / examples);
    if (from[k + 1]?.epoch !== batch.epoch && (await model.endPass!())) break;
  }
  const made = await model.result();
  await model.close();
  return { losses, made };
}

export const bytesOf = ({ tensors }: LanguageModel) =>
  tensors.map(({ values }) => Buffer.from(values.slice().buffer).toString("hex"));
