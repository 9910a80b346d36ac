import type { SubwordForm, SubwordRows } from "../../schemas/subwords.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { fillUniform, type RandomStream, randomStream } from "../numbers/random.js";

interface Rows {
  /** A row every `stride` numbers. */
  readonly input: Float32Array;
  readonly stride: number;
}

/**
 * What rows of input begin with: draws in [-1 / D, 1 / D), as in fastText, which are a function of the seed and the bucket, or of the seed,
 * the term's number and the generation in which it got that. In fastText most rows begin at zero if there are few threads (its issue 1061).
 * A bucket that `initialVectors` have begins with their row, and a term of theirs with the row by which its mean is their vector.
 */
export class FirstInputRows {
  readonly #rowOf: ReadonlyMap<string, number>;
  readonly #buckets: ReadonlyMap<number, Float32Array>;
  readonly #ofSubwords: RandomStream;
  /** Of the row that is filled. */
  readonly #draws: Float64Array;

  /** @throws RangeError if initialVectors are of another size, or have subwords of another form */
  constructor(
    readonly vectorSize: number,
    readonly seed: number,
    form: SubwordForm,
    readonly initialVectors: VectorTable | undefined,
    who = "fastText",
  ) {
    if (initialVectors && initialVectors.vectorSize !== vectorSize)
      throw new RangeError(
        `${who}: initialVectors must be of vectorSize = ${vectorSize} numbers a term, got ${initialVectors.vectorSize}`,
      );
    this.#rowOf = new Map(initialVectors?.terms.map((term, row) => [term, row]));
    this.#buckets = knownBuckets(initialVectors?.subwords, form, vectorSize);
    this.#ofSubwords = randomStream(seed, "subwords");
    this.#draws = new Float64Array(vectorSize);
  }

  fillBucket({ input, stride }: Rows, row: number, bucket: number): void {
    const known = this.#buckets.get(bucket);
    if (known) input.set(known, row * stride);
    else this.#draw(input, row * stride, this.#ofSubwords, bucket);
  }

  /** The row of its own of a term with these rows, the first of which it is; those of its subwords must be there. */
  fillTerm({ input, stride }: Rows, term: string, list: Uint32Array, since = 0): void {
    const id = list[0]!;
    this.#draw(input, id * stride, randomStream(this.seed, "weights", since), id);
    const known = this.#rowOf.get(term);
    if (known === undefined) return;
    for (let d = 0; d < this.vectorSize; d++) {
      let own = list.length * this.initialVectors!.values[known * this.vectorSize + d]!;
      for (const row of list.subarray(1)) own -= input[row * stride + d]!;
      input[id * stride + d] = own;
    }
  }

  #draw(input: Float32Array, at: number, stream: RandomStream, row: number): void {
    const size = this.vectorSize;
    const draws = this.#draws;
    fillUniform(stream, row * size, draws);
    for (let d = 0; d < size; d++) input[at + d] = (2 * draws[d]! - 1) / size;
  }
}

function knownBuckets(
  subwords: SubwordRows | undefined,
  form: SubwordForm,
  size: number,
): ReadonlyMap<number, Float32Array> {
  if (!subwords) return new Map();
  for (const part of ["units", "minLength", "maxLength", "buckets"] as const)
    if (subwords.form[part] !== form[part])
      throw new RangeError(
        `fastText: initialVectors must have subwords of the same form, got ${part} ${subwords.form[part]} for ${form[part]}`,
      );
  const { buckets, values } = subwords;
  return new Map(Array.from(buckets, (bucket, i) => [bucket, values.subarray(i * size, (i + 1) * size)]));
}
