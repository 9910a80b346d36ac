import { characterBuckets, Vectors } from "#kernels";

type Rows = Readonly<Record<string, readonly number[]>>;

const form = { units: "characters", minLength: 1, maxLength: 1, buckets: 1_000_003 } as const;

/** Vectors whose subwords are single characters: a term outside the table has the mean of those of its characters. */
export function characterVectors(rows: Rows, characters: Rows): Vectors {
  const known = Object.entries(characters)
    .map(([character, row]) => ({ bucket: characterBuckets(character, form)[0]!, row }))
    .sort((a, b) => a.bucket - b.bucket);
  return new Vectors({
    terms: Object.keys(rows),
    values: Float32Array.from(Object.values(rows).flat()),
    vectorSize: Object.values(rows)[0]!.length,
    subwords: {
      form,
      buckets: Uint32Array.from(known, ({ bucket }) => bucket),
      values: Float32Array.from(known.flatMap(({ row }) => row)),
    },
    metadata: new Map(),
  });
}
