import { groupsOf } from "../../kernels/documents/documentGroups.js";
import { ClassCounts } from "../../kernels/topics/classCounts.js";
import { requireValues } from "../../kernels/topics/requireValues.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import {
  type DocumentTermBatch,
  defineUnit,
  number,
  type OptionsOf,
  parseOptions,
  type StageState,
  type StepStats,
  type Topics,
  text,
  type UpdatedModel,
  type Vocabulary,
} from "../../schemas/index.js";

export const classTopicsSchema = defineUnit({
  name: "classTopics",
  kind: "model",
  reads: "documentTerms",
  makes: "topics",
  summary: "Makes a topic of each class of documents, to tell classes by their terms: class-based TF-IDF",
  paper: "Grootendorst 2022, arXiv:2203.05794",
  fields: {
    field: text({
      optional: true,
      minLength: 1,
      description: "Field of the documents whose values are the classes; their labels if left out",
    }),
    binSize: number({
      optional: true,
      min: 0,
      aboveMin: true,
      description: "Width of the bins in which the numbers of the field are classes; each value is one if left out",
    }),
  },
  create: (_, options): UpdatedModel<"documentTerms", "topics"> => classTopics(options),
});

export type ClassTopicsOptions = OptionsOf<typeof classTopicsSchema>;

/**
 * Counts the terms of each class of documents; as topics, they are told by their terms, in the order `classTfIdf` for class-based TF-IDF.
 * Classes may come from labels, or from any clustering that wrote a field.
 *
 * In:  DocumentTermBatch, N documents of V terms, counts, one pass. Out: Topics (V, K), K classes that have their names, numbers by size before texts
 * by code point; weights are counts, and alpha is 1 / K. Exact, whatever the batches and the order of the documents. A document of several classes counts
 * in each; those of none count in none, and are told as `withoutClass` in the metadata. Has no loss.
 * State: 8 V bytes a class. `snapshot` tells the classes so far.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; from `update`, if the vocabulary changes, the source was
 * not asked for the classes, a value is no count, or one that goes into bins no number; RangeError from `result`, if no document had a class
 * @example
 *   await run(documentTerms$.pipe(feed(model)));
 *   topicTerms(await model.result(), { by: "classTfIdf" });
 */
export function classTopics(options?: ClassTopicsOptions): UpdatedModel<"documentTerms", "topics"> {
  const settings = parseOptions(classTopicsSchema, options);
  let vocabulary: Vocabulary | undefined;
  let counts: ClassCounts | undefined;
  let [documents, withoutClass] = [0, 0];

  function update(batch: DocumentTermBatch): StepStats {
    follow(batch.vocabulary);
    requireValues("classTopics", batch, "counts");
    const { offsets, terms, values, lengths } = batch;
    let taken = 0;
    lengths.forEach((length, row) => {
      const names = groupsOf("classTopics", batch.documents, row, settings);
      const [from, to] = [offsets[row]!, offsets[row + 1]!];
      for (const name of names) counts!.add(name, terms.subarray(from, to), values.subarray(from, to));
      if (names.length === 0) withoutClass++;
      taken += length;
    });
    documents += lengths.length;
    return { taken, examples: lengths.length, loss: 0, epoch: batch.epoch };
  }

  function follow(next: Vocabulary): void {
    if (next === vocabulary) return;
    requireFixed("classTopics", next);
    if (vocabulary) throw new TypeError("classTopics: every batch must have the same vocabulary, got another one");
    vocabulary = next;
    counts = new ClassCounts(next.terms.length);
  }

  function result(): Topics {
    const { names, weights } = counts?.table() ?? { names: [], weights: new Float32Array(0) };
    if (!vocabulary || names.length === 0)
      throw new RangeError(`classTopics: documents must have classes, got ${documents} documents without`);
    return {
      vocabulary,
      weights,
      alpha: new Float64Array(names.length).fill(1 / names.length),
      names,
      metadata: new Map([
        ["model", "classTopics"],
        ["options", JSON.stringify(settings)],
        ["documents", String(documents)],
        ["withoutClass", String(withoutClass)],
      ]),
    };
  }

  function save(): StageState | undefined {
    if (!counts) return undefined;
    const { facts, arrays } = counts.save();
    return { facts: { ...facts, documents, withoutClass }, arrays };
  }

  return {
    name: "classTopics",
    reads: "documentTerms",
    makes: "topics",
    epochs: 1,
    hasLoss: false,
    update,
    save,
    restore(state, context) {
      follow(context.vocabulary!);
      counts!.restore(state);
      [documents, withoutClass] = [state.facts.documents as number, state.facts.withoutClass as number];
    },
    snapshot: () => (documents > withoutClass ? result() : undefined),
    result,
    close: () => {},
  };
}
