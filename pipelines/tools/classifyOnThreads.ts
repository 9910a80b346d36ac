import { concat, defer, filter, map, type Observable, of } from "rxjs";
import { type TextShard, TextShards } from "../../kernels/text/textShards.js";
import { inWorkers } from "../../runtime/inWorkers.js";
import {
  type AnyClassifier,
  type Explanation,
  isNetworkClassifier,
  type RowMatrix,
  type TextBatch,
} from "../../schemas/index.js";
import type { ClassifiedText, ClassifyOptions } from "./textClassifier.js";

/** Bytes of a part. */
const SHARD_BYTES = 1 << 20;

/** What threads are told once. */
export interface ShardRequest {
  /** Where the classifier was read. */
  readonly path: string;
  readonly classifier: AnyClassifier;
  readonly steps: string | undefined;
  readonly options: ClassifyOptions;
}

/** What is told of the texts of a part, in their order. */
export interface ShardAnswer {
  /** Labels told of each text (N,). */
  readonly counts: Uint32Array;
  /** The labels of all texts end to end, by their places in the classifier, and how probable each is. */
  readonly labels: Uint32Array;
  readonly probabilities: Float64Array;
  readonly explanations?: readonly (Explanation | undefined)[];
}

/**
 * Classifies texts on threads, a part of some whole texts each: the same answers, in order, for any number of threads. State: the rows of the
 * classifier, which the threads share, and its terms a thread; two parts a thread.
 */
export function classifyOnThreads(
  source: Observable<TextBatch>,
  request: ShardRequest,
  workers: number,
): Observable<readonly ClassifiedText[]> {
  const { labels } = request.classifier;
  return defer(() => {
    const given: (readonly (readonly string[])[])[] = [];
    const parts = inParts(source).pipe(
      map(({ labels: own, ...shard }) => {
        given.push(own);
        return { ...shard, labels: [] };
      }),
    );
    const workerData: ShardRequest = { ...request, classifier: withSharedRows(request.classifier) };
    return parts.pipe(
      inWorkers<TextShard, ShardAnswer>(new URL("./classifyShard.js", import.meta.url), { workers, workerData }),
      map((answer) => classifiedTexts(answer, given.shift()!, labels)),
    );
  });
}

function inParts(source: Observable<TextBatch>): Observable<TextShard> {
  return defer(() => {
    const shards = new TextShards(SHARD_BYTES);
    return concat(
      source.pipe(map((batch) => shards.add(batch))),
      defer(() => of(shards.finish())),
    );
  }).pipe(filter((shard) => shard !== undefined));
}

function classifiedTexts(
  { counts, labels, probabilities, explanations }: ShardAnswer,
  given: readonly (readonly string[])[],
  names: readonly string[],
): ClassifiedText[] {
  let at = 0;
  return Array.from(counts, (count, text) => {
    const predicted = Array.from({ length: count }, () => {
      const prediction = { label: names[labels[at]!]!, probability: probabilities[at]! };
      at++;
      return prediction;
    });
    const explanation = explanations?.[text];
    return { given: given[text]!, predicted, ...(explanation ? { explanation } : {}) };
  });
}

/** A copy whose rows threads share; of a network each thread has its own. */
const withSharedRows = (classifier: AnyClassifier): AnyClassifier =>
  isNetworkClassifier(classifier) ? classifier : { ...classifier, input: shared(classifier.input) };

function shared(matrix: RowMatrix): RowMatrix {
  if (!("values" in matrix)) return matrix;
  const values = new Float32Array(new SharedArrayBuffer(matrix.values.byteLength));
  values.set(matrix.values);
  return { columns: matrix.columns, values };
}
