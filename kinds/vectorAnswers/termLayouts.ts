import { Thread } from "../../runtime/threads.js";
import { type LaidOut, type LayoutTask, layOutScript } from "./layoutTask.js";
import { rowOf, type SharedRows } from "./sharedRows.js";

/** What is laid out: terms and their rows. */
interface TermRows {
  readonly terms: readonly string[];
  readonly shared: SharedRows;
}

/** Terms as points in a plane. */
export interface TermLayout {
  /** Grows from one layout of the same number of terms to the next. */
  readonly version: number;
  /** The terms, most frequent first: those in front of the table. */
  readonly terms: readonly string[];
  /** Where they lie, row-major (V, 2), from 0 to 65,535 in the longer direction. */
  readonly points: Uint16Array;
  /** The cluster of each by k-means. */
  readonly groups: Uint8Array;
  /** The share of nearest neighbours by cosine that are among the nearest points. */
  readonly neighborsKept: number;
}

interface Kept extends TermLayout {
  /** Before they were moved and rounded. */
  readonly exact: Float64Array;
  readonly of: TermRows;
}

const GRID = 65_535;
const SEED = 1;

/**
 * Layouts of what is asked, each made on a thread of its own when it is first wanted. While the vectors of later snapshots are laid out,
 * the layout from before is given; the next one begins where that one left the terms, so that a map moves and does not jump.
 *
 * State: the last layout, 33 bytes a term and the terms; while one is made, 4 D bytes a term and what `layOutTerms` takes.
 */
export class TermLayouts {
  #kept: Kept | undefined;
  #making: { readonly thread: Thread<never, LaidOut>; readonly top: number } | undefined;
  #failure: Error | undefined;

  /**
   * The last layout of the first `top` terms; undefined while there is none. Begins a newer one where the vectors are others by now.
   * @throws the error of the thread that could not make one
   */
  of(vectors: TermRows, top: number): TermLayout | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
    const count = Math.min(top, vectors.terms.length);
    const kept = this.#kept?.terms.length === count ? this.#kept : undefined;
    if (kept?.of !== vectors && this.#making?.top !== count) this.#make(vectors, count, kept);
    return kept;
  }

  async close(): Promise<void> {
    await this.#making?.thread.close();
  }

  #make(vectors: TermRows, count: number, from: Kept | undefined): void {
    void this.#making?.thread.close(); // another number of terms is wanted by now
    const { terms, shared } = vectors;
    const { vectorSize } = shared.layout;
    const values = new Float32Array(count * vectorSize);
    for (let row = 0; row < count; row++) values.set(rowOf(shared, row), row * vectorSize);
    const drawn = terms.slice(0, count);
    const before = from && startFrom(from, drawn);
    const workerData: LayoutTask = { values, vectorSize, before, options: { method: "neighbors", seed: SEED } };
    const forget = () => {
      if (this.#making?.thread === thread) this.#making = undefined;
    };
    const thread = new Thread<never, LaidOut>(
      layOutScript,
      {
        workerData,
        lost: (found) => new Error(`map: the thread that lays out must live until it is done, got ${found}`),
        onLost: (error) => {
          if (this.#making?.thread === thread) this.#failure = error;
          forget();
        },
      },
      ({ points, groups, neighborsKept }) => {
        thread.letEnd();
        if (this.#making?.thread !== thread) return;
        forget();
        const version = (this.#kept?.version ?? 0) + 1;
        this.#kept = {
          version,
          terms: drawn,
          points: onGrid(points),
          groups,
          neighborsKept,
          exact: points,
          of: vectors,
        };
      },
    );
    this.#making = { thread, top: count };
  }
}

/** Where the terms in front lay before, as far as they are the same; undefined if not even the first ones are. */
function startFrom({ terms, exact }: Kept, drawn: readonly string[]): Float64Array | undefined {
  const other = drawn.findIndex((term, row) => term !== terms[row]);
  const same = other < 0 ? drawn.length : other;
  return same > drawn.length / 2 ? exact.slice(0, 2 * same) : undefined;
}

function onGrid(points: Float64Array): Uint16Array {
  const [least, most] = [
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ];
  points.forEach((value, at) => {
    least[at & 1] = Math.min(least[at & 1]!, value);
    most[at & 1] = Math.max(most[at & 1]!, value);
  });
  const span = Math.max(most[0]! - least[0]!, most[1]! - least[1]!) || 1;
  return Uint16Array.from(points, (value, at) => Math.round(((value - least[at & 1]!) / span) * GRID));
}
