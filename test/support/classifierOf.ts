import type { Classifier } from "#schemas";

/** A classifier over two columns, of terms and buckets with their rows, and labels with theirs. */
export function classifierOf(
  terms: Readonly<Record<string, readonly [number, number]>>,
  labels: Readonly<Record<string, readonly [number, number]>>,
  {
    buckets = {},
    ...rest
  }: Partial<Omit<Classifier, "buckets">> & {
    readonly buckets?: Readonly<Record<number, readonly [number, number]>>;
  } = {},
): Classifier {
  const used = Object.keys(buckets).map(Number);
  return {
    terms: Object.keys(terms),
    counts: new Float64Array(Object.keys(terms).length).fill(1),
    labels: Object.keys(labels),
    labelCounts: new Float64Array(Object.keys(labels).length).fill(1),
    loss: "softmax",
    wordNgrams: 1,
    subwords: { units: "characters", minLength: 3, maxLength: 0, buckets: 100 },
    buckets: Uint32Array.from(used),
    pruned: false,
    sentenceEnd: false,
    temperature: 1,
    metadata: new Map(),
    input: {
      columns: 2,
      values: Float32Array.from([...Object.values(terms), ...used.map((bucket) => buckets[bucket]!)].flat()),
    },
    output: { columns: 2, values: Float32Array.from(Object.values(labels).flat()) },
    ...rest,
  };
}
