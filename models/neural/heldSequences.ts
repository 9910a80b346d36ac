import type { StepBatch, StepOutcome } from "../../kernels/neural/stepper.js";
import { drawUniform, type RandomStream, randomStream } from "../../kernels/numbers/random.js";
import { NO_TARGET, type SequenceBatch, type StageState } from "../../schemas/index.js";

/** Held-out text that is kept; of more, the first is. */
const MOST_TOKENS = 200_000;

/** A row, of which nothing is learned. */
interface HeldRow {
  readonly document: number;
  /** Whether it goes on where the row before it in the list ended. */
  readonly goesOn: boolean;
  readonly ids: Uint32Array;
  readonly targets: Int32Array;
  readonly length: number;
  /** Which text of the row each place belongs to; left out where rows hold one text. */
  readonly segments?: Uint8Array;
  /** Left out where rows have no class. */
  readonly label?: number;
}

/** What is learned of a batch: its rows without those that are held. */
export interface TakenTargets {
  readonly targets: Int32Array;
  /** -1 for rows that are held; left out where rows have no class. */
  readonly labels?: Int32Array;
}

/** What held rows tell of a network. */
export interface HeldLoss {
  /** In nats, summed. */
  readonly loss: number;
  readonly predicted: number;
  /** Of the classes of rows, in nats, summed. */
  readonly labelLoss: number;
  /** Rows whose class is told right. */
  readonly labelRight: number;
  /** Rows that have a class. */
  readonly labelled: number;
}

/**
 * Documents that are not learned from: a share of all, drawn by their numbers. A row belongs to the document in which it begins.
 * State: their rows, 8 bytes a place, of at most 200,000 tokens.
 */
export class HeldSequences {
  readonly #share: number;
  readonly #draws: RandomStream;
  readonly #rows: HeldRow[] = [];
  readonly #kept = new Set<number>();
  #tokens = 0;
  #isFull = false;

  constructor(share: number, seed: number) {
    this.#share = share;
    this.#draws = randomStream(seed, "heldSequences");
  }

  get tokens(): number {
    return this.#tokens;
  }

  has(document: number): boolean {
    return this.#share > 0 && drawUniform(this.#draws, document) < this.#share;
  }

  /** What a batch has to learn, without held rows, which are kept in the first pass. */
  taken(batch: SequenceBatch): TakenTargets {
    const { ids, targets, lengths, rowDocuments, continues, sequenceLength, epoch, segments } = batch;
    const labels = batch.labels && Int32Array.from(batch.labels);
    let left: Int32Array | undefined;
    lengths.forEach((length, row) => {
      const document = rowDocuments[row]!;
      if (!this.has(document)) return;
      const [from, to] = [row * sequenceLength, (row + 1) * sequenceLength];
      if (epoch === 0)
        this.#keep({
          ...{ document, length, goesOn: continues[row] === 1 && this.#kept.has(document) },
          ids: ids.slice(from, to),
          targets: targets.slice(from, to),
          ...(segments && { segments: segments.slice(from, to) }),
          ...(labels && { label: labels[row]! }),
        });
      left ??= targets.slice();
      left.fill(NO_TARGET, from, to);
      if (labels) labels[row] = NO_TARGET;
    });
    return { targets: left ?? targets, ...(labels && { labels }) };
  }

  /** The loss of all that is kept, rows of a document in their order with the state between them. */
  async score(
    rowsAtOnce: number,
    stateSize: number,
    evaluate: (batch: StepBatch) => Promise<StepOutcome>,
  ): Promise<HeldLoss> {
    const chains = this.#chains();
    let [loss, predicted, labelLoss, labelRight, labelled] = [0, 0, 0, 0, 0];
    for (let from = 0; from < chains.length; from += rowsAtOnce) {
      const some = chains.slice(from, from + rowsAtOnce);
      let states = some.map(() => new Float32Array(stateSize));
      for (let place = 0; some.some((chain) => chain.length > place); place++) {
        const open = [...some.keys()].filter((k) => some[k]!.length > place);
        const batch = batchOf(
          open.map((k) => some[k]![place]!),
          open.map((k) => states[k]!),
        );
        const outcome = await evaluate(batch);
        loss += outcome.loss;
        predicted += outcome.predicted;
        labelLoss += outcome.labelLoss ?? 0;
        labelRight += outcome.labelRight ?? 0;
        labelled += outcome.labelLoss === undefined ? 0 : open.length;
        states = states.map((state, k) => {
          const row = open.indexOf(k);
          return row < 0 || !outcome.state ? state : outcome.state.slice(row * stateSize, (row + 1) * stateSize);
        });
      }
    }
    return { loss, predicted, labelLoss, labelRight, labelled };
  }

  save(): StageState {
    const width = this.#rows[0]?.ids.length ?? 0;
    const ids = new Uint32Array(this.#rows.length * width);
    const targets = new Int32Array(ids.length);
    this.#rows.forEach((row, k) => {
      ids.set(row.ids, k * width);
      targets.set(row.targets, k * width);
    });
    const texts = this.#rows.flatMap(({ segments }) => (segments ? [...segments] : []));
    const classes = this.#rows.flatMap(({ label }) => label ?? []);
    const column = (of: (row: HeldRow) => number) => Uint32Array.from(this.#rows, of);
    return {
      facts: { width },
      arrays: {
        ...{ ids, targets, documents: column(({ document }) => document) },
        ...{ lengths: column(({ length }) => length), goesOn: column(({ goesOn }) => Number(goesOn)) },
        ...{ segments: Uint8Array.from(texts), labels: Uint32Array.from(classes) },
      },
    };
  }

  restore({ facts, arrays }: StageState): void {
    const width = facts.width as number;
    const { documents, lengths, goesOn, labels } = arrays as Readonly<Record<string, Uint32Array>>;
    const segments = arrays.segments as Uint8Array;
    lengths!.forEach((length, k) => {
      const [from, to] = [k * width, (k + 1) * width];
      this.#keep({
        ...{ document: documents![k]!, length, goesOn: goesOn![k] === 1 },
        ids: (arrays.ids as Uint32Array).slice(from, to),
        targets: (arrays.targets as Int32Array).slice(from, to),
        ...(segments.length > 0 && { segments: segments.slice(from, to) }),
        ...(labels!.length > 0 && { label: labels![k]! }),
      });
    });
  }

  #keep(row: HeldRow): void {
    this.#isFull ||= this.#tokens + row.length > MOST_TOKENS;
    if (this.#isFull) return;
    this.#tokens += row.length;
    this.#kept.add(row.document);
    this.#rows.push(row);
  }

  /** The rows of each document that go on from each other. */
  #chains(): HeldRow[][] {
    const chains: HeldRow[][] = [];
    const last = new Map<number, HeldRow[]>();
    for (const row of this.#rows) {
      const before = row.goesOn ? last.get(row.document) : undefined;
      const chain = before ?? [];
      if (!before) chains.push(chain);
      chain.push(row);
      last.set(row.document, chain);
    }
    return chains;
  }
}

function batchOf(rows: readonly HeldRow[], states: readonly Float32Array[]): StepBatch {
  const length = rows[0]!.ids.length;
  const ids = new Uint32Array(rows.length * length);
  const targets = new Int32Array(ids.length);
  rows.forEach((row, k) => {
    ids.set(row.ids, k * length);
    targets.set(row.targets, k * length);
  });
  const size = states[0]!.length;
  const state = new Float32Array(rows.length * size);
  states.forEach((values, k) => {
    state.set(values, k * size);
  });
  return {
    ...{ rows: rows.length, length, ids, targets, step: 0 },
    lengths: Uint32Array.from(rows, (row) => row.length),
    ...(rows[0]!.segments && { segments: Uint8Array.from(rows.flatMap((row) => [...row.segments!])) }),
    ...(rows[0]!.label !== undefined && { labels: Int32Array.from(rows, (row) => row.label!) }),
    ...(size > 0 ? { state } : {}),
  };
}
