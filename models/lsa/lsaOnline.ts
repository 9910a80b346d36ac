import type { RowBatch, SparseRows } from "../../kernels/decomposition/subspace.js";
import {
  atMost,
  type DocumentTermBatch,
  defineUnit,
  integer,
  type ModelContext,
  number,
  type OptionsOf,
  parseOptions,
  type SemanticSpace,
  type StageState,
  type UpdatedModel,
  type Vocabulary,
} from "../../schemas/index.js";
import {
  type Fitted,
  fittedFacts,
  iterationsField,
  SubspaceFit,
  subspaceCost,
  subspaceFields,
} from "../subspace/subspaceFit.js";

const { memory: _, iterations: __, ...sharedFields } = subspaceFields;

export const lsaOnlineSchema = defineUnit({
  name: "lsaOnline",
  kind: "model",
  reads: "documentTerms",
  makes: "semanticSpace",
  resumable: true,
  summary: "Latent semantic analysis of a stream: chunks of documents are merged into the space one after the other",
  paper: "Řehůřek 2011, Subspace tracking for latent semantic analysis, ECIR",
  upstream: { weighTermsOnline: { sublinear: true } },
  fields: {
    ...sharedFields,
    iterations: integer({ ...iterationsField, default: 3 }),
    chunkSize: integer({
      min: 1,
      default: 20_000,
      description: "Documents that are merged at a time, whatever the batches are",
    }),
    decay: number({
      min: 0,
      aboveMin: true,
      max: 1,
      default: 1,
      description: "What the singular values so far are multiplied by at each merge; below 1, older documents fade",
    }),
  },
  cost(options, { sizes }) {
    const { vectorSize, chunkSize } = options;
    const { vocabulary, documents, cells } = sizes;
    const rows = atMost(chunkSize, documents);
    const chunk = Math.ceil((rows * cells) / documents);
    const stacked = { rows: vectorSize + rows, columns: vocabulary, cells: vectorSize * vocabulary + chunk };
    const { bytes, threads } = subspaceCost("lsaOnline", { ...options, memory: Number.MAX_SAFE_INTEGER }, stacked);
    const held = { bytes: 4 * vocabulary * vectorSize, from: ["vocabulary", "vectorSize"] };
    return {
      memory: {
        bytes: held.bytes + 16 * chunk + bytes,
        from: ["vocabulary", "vectorSize", "oversampling", "chunkSize", "cells", "documents"],
      },
      held,
      threads,
    };
  },
  create: (_, options): UpdatedModel<"documentTerms", "semanticSpace"> => lsaOnline(options),
});

export type LsaOnlineOptions = OptionsOf<typeof lsaOnlineSchema>;

/** What was learned before the first chunk. */
const nothing: Fitted = {
  singularValues: new Float64Array(0),
  vectors: new Float32Array(0),
  squares: 0,
  arithmetic: "plain",
};

/**
 * LSA in one pass over documents that come batch by batch. With the space S, V so far and a chunk A of documents, the next one is that of
 *
 *     ( decay S V' )
 *     (     A      )
 *
 * since both have the same V'V: the old space stands for its documents, as k rows. This is the merge of Řehůřek 2011, section 3, of which the chunk
 * is not decomposed before, so that one decomposition loses less than two.
 *
 * In:  DocumentTermBatch of weights, one pass; a vocabulary that grows, too: a row that gets another term begins at 0. Out: SemanticSpace (V, k). The
 * same bytes for any batches and any number of workers. Has no loss.
 * State: 4 V k bytes, and 16 a cell of the chunk; while it is merged, 8 V (k + m) more, m = vectorSize + oversampling rounded up to a multiple of 32.
 * @throws RangeError at the call, if an option is out of range; from `result`, if all cells are 0; from both, if the memory were more than 4 GiB
 * @see Řehůřek 2011, https://doi.org/10.1007/978-3-642-20161-5_29
 * @example
 *   await run(weights$.pipe(feed(model)));
 *   const { singularValues, termVectors } = await model.result();
 */
export function lsaOnline(options?: LsaOnlineOptions): UpdatedModel<"documentTerms", "semanticSpace"> {
  const settings = parseOptions(lsaOnlineSchema, options);
  const { vectorSize, chunkSize, decay } = settings;
  const chunk = new Chunk();
  let learned = nothing;
  let documents = 0;
  let vocabulary: Vocabulary | undefined;

  /** The space so far and the documents that wait; squares decay as singular values do. */
  async function merged(): Promise<Fitted> {
    if (chunk.squares === 0) return learned;
    const columns = vocabulary!.terms.length;
    const stacked = stackedRows(learned, decay, chunk, columns);
    const rank = Math.min(vectorSize, stacked.rows, columns);
    const passes = new SubspaceFit("lsaOnline", { ...settings, vectorSize: rank, memory: Number.MAX_SAFE_INTEGER });
    for await (const _ of passes.fit({ rows: stacked, names: ["documents", "terms"], wantsProducts: false }));
    return { ...passes.fitted, squares: decay * decay * learned.squares + chunk.squares };
  }

  function follow(next: Vocabulary): void {
    if (next === vocabulary) return;
    const before = vocabulary?.terms ?? [];
    vocabulary = next;
    const size = learned.singularValues.length;
    const vectors = new Float32Array(next.terms.length * size);
    vectors.set(learned.vectors.subarray(0, vectors.length));
    const changed = new Set<number>();
    for (let id = 0; id < before.length; id++) if (before[id] !== next.terms[id]) changed.add(id);
    for (const id of changed) vectors.fill(0, id * size, (id + 1) * size);
    learned = { ...learned, vectors };
    chunk.forget(changed);
  }

  async function update(batch: DocumentTermBatch) {
    follow(batch.vocabulary);
    const rows = batch.lengths.length;
    for (let row = 0; row < rows; row++) {
      chunk.add(batch, row);
      documents++;
      if (chunk.rows < chunkSize) continue;
      learned = await merged();
      chunk.clear();
    }
    const taken = batch.lengths.reduce((sum, length) => sum + length, 0);
    return { taken, examples: rows, loss: 0, epoch: batch.epoch };
  }

  async function result(): Promise<SemanticSpace> {
    const found = await merged();
    if (found.squares === 0) throw new RangeError("lsaOnline: a document must have a cell that is not 0, got none");
    const { iterations, oversampling, seed } = settings;
    const metadata = new Map([
      ["model", "lsaOnline"],
      ["options", JSON.stringify({ vectorSize, iterations, oversampling, seed, chunkSize, decay })],
      ...fittedFacts(found, vectorSize),
    ]);
    const { vectors: termVectors, singularValues, squares } = found;
    return { vocabulary: vocabulary!, termVectors, singularValues, squares, documents, metadata };
  }

  return {
    name: "lsaOnline",
    reads: "documentTerms",
    makes: "semanticSpace",
    epochs: 1,
    hasLoss: false,
    update,
    save: () => ({
      facts: { documents, squares: learned.squares, arithmetic: learned.arithmetic },
      arrays: { vectors: learned.vectors, singularValues: learned.singularValues, ...chunk.save() },
    }),
    restore({ facts, arrays }: StageState, context: ModelContext) {
      documents = facts.documents as number;
      vocabulary = context.vocabulary;
      const [vectors, singularValues] = [arrays.vectors as Float32Array, arrays.singularValues as Float64Array];
      const { squares, arithmetic } = facts as { squares: number; arithmetic: string };
      learned = { vectors, singularValues, squares, arithmetic };
      chunk.restore(arrays);
    },
    snapshot: () => (chunk.squares > 0 || learned.squares > 0 ? result() : undefined),
    result,
    close: () => {},
  };
}

/** Documents that wait to be merged. State: 16 bytes a cell. */
class Chunk {
  #offsets: number[] = [0];
  #terms: number[] = [];
  #values: number[] = [];

  get rows(): number {
    return this.#offsets.length - 1;
  }

  get cells(): number {
    return this.#terms.length;
  }

  get squares(): number {
    return this.#values.reduce((sum, value) => sum + value * value, 0);
  }

  add({ offsets, terms, values }: DocumentTermBatch, row: number): void {
    for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++) {
      this.#terms.push(terms[cell]!);
      this.#values.push(values[cell]!);
    }
    this.#offsets.push(this.#terms.length);
  }

  /** Cells of columns that stand for other terms now become 0. */
  forget(columns: ReadonlySet<number>): void {
    if (columns.size === 0) return;
    for (let cell = 0; cell < this.#terms.length; cell++) if (columns.has(this.#terms[cell]!)) this.#values[cell] = 0;
  }

  clear(): void {
    [this.#offsets, this.#terms, this.#values] = [[0], [], []];
  }

  batch(): RowBatch {
    const { offsets, terms, values } = this.save();
    return { offsets, terms, values };
  }

  save() {
    return {
      offsets: Uint32Array.from(this.#offsets),
      terms: Uint32Array.from(this.#terms),
      values: Float64Array.from(this.#values),
    };
  }

  restore({ offsets, terms, values }: StageState["arrays"]): void {
    [this.#offsets, this.#terms, this.#values] = [[...offsets!], [...terms!], [...values!]];
  }
}

/** The space so far as k full rows, decay S V', and below them the chunk. */
function stackedRows({ singularValues, vectors }: Fitted, decay: number, chunk: Chunk, columns: number): SparseRows {
  const size = singularValues.length;
  return {
    columns,
    rows: size + chunk.rows,
    cells: size * columns + chunk.cells,
    async *batches() {
      const terms = Uint32Array.from({ length: columns }, (_, term) => term);
      for (let k = 0; k < size; k++) {
        const values = Float64Array.from(terms, (term) => decay * singularValues[k]! * vectors[term * size + k]!);
        yield { offsets: Uint32Array.of(0, columns), terms, values };
      }
      yield chunk.batch();
    },
  };
}
