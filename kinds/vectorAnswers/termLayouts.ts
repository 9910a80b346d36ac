import { onGrid } from "../../kernels/layout/onGrid.js";
import { Thread } from "../../runtime/threads.js";
import { NotFound } from "../../schemas/answers.js";
import type { DrawnTerms } from "../../schemas/layout.js";
import { type LaidOut, type LayoutTask, layOutScript } from "./layoutTask.js";
import { rowOf, type SharedRows } from "./sharedRows.js";

/** What is laid out: terms and their rows. */
interface TermRows {
  readonly terms: readonly string[];
  readonly shared: SharedRows;
}

/** Terms as points in a plane. */
interface VersionedLayout extends DrawnTerms {
  /** Grows from one layout to the next. */
  readonly version: number;
  /** So many terms were wanted. */
  readonly top: number;
}

interface Kept extends VersionedLayout {
  /** Before they were moved and rounded. */
  readonly exact: Float64Array;
  readonly of: TermRows;
}

const SEED = 1;
/** So many points of earlier layouts are kept: 20 MB. */
const MOST_EARLIER = 4_000_000;

/**
 * Layouts of what is asked, each made on a thread of its own when it is first wanted. While the vectors of later snapshots are laid out,
 * the layout from before is given; the next one begins where that one left the terms, so that a map moves and does not jump.
 *
 * State: the last layout, 33 bytes a term and the terms; of earlier ones 5 bytes a term, of 4,000,000 terms in all; while one is made, 4 D bytes a
 * term and what `layOutTerms` takes.
 */
export class TermLayouts {
  #kept: Kept | undefined;
  #earlier: readonly VersionedLayout[] = [];
  #making: { readonly thread: Thread<never, LaidOut>; readonly top: number } | undefined;
  #failure: Error | undefined;

  /**
   * The last layout of the first `top` terms; undefined while there is none. Begins a newer one where the vectors are others by now.
   * @throws the error of the thread that could not make one
   */
  of(vectors: TermRows, top: number): VersionedLayout | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
    const kept = this.#kept?.top === top ? this.#kept : undefined;
    if (kept?.of !== vectors && this.#making?.top !== top) this.#make(vectors, top, kept);
    return kept;
  }

  /** Versions of all layouts of so many terms that are kept, the newest last. */
  versions(top: number): number[] {
    return this.#all.filter((layout) => layout.top === top).map(({ version }) => version);
  }

  /** @throws NotFound if it is not kept */
  version(version: number): VersionedLayout {
    return this.#all.find((layout) => layout.version === version) ?? missing(version);
  }

  get #all(): readonly VersionedLayout[] {
    return this.#kept ? [...this.#earlier, this.#kept] : this.#earlier;
  }

  async close(): Promise<void> {
    await this.#making?.thread.close();
  }

  #make(vectors: TermRows, top: number, from: Kept | undefined): void {
    void this.#making?.thread.close(); // another number of terms is wanted by now
    const { terms, shared } = vectors;
    const count = Math.min(top, terms.length);
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
        this.#keepEarlier();
        this.#kept = {
          version,
          top,
          terms: drawn,
          points: onGrid(points),
          groups,
          neighborsKept,
          exact: points,
          of: vectors,
        };
      },
    );
    this.#making = { thread, top };
  }

  /** The layout that is not the last any more, without what only the next one needs. */
  #keepEarlier(): void {
    if (!this.#kept) return;
    const { exact, of, ...layout } = this.#kept;
    let room = MOST_EARLIER;
    const newestFirst = [layout, ...this.#earlier.toReversed()];
    const kept = newestFirst.filter(({ terms }) => {
      room -= terms.length;
      return room >= 0;
    });
    this.#earlier = kept.toReversed();
  }
}

function missing(version: number): never {
  throw new NotFound(`layout ${version} is not kept; ask for the newest`);
}

/** Where the terms lay before, NaN of those that did not; undefined if most did not. */
function startFrom({ terms, exact }: Kept, drawn: readonly string[]): Float64Array | undefined {
  const rows = new Map(terms.map((term, row) => [term, row]));
  const before = new Float64Array(2 * drawn.length).fill(Number.NaN);
  let placed = 0;
  drawn.forEach((term, n) => {
    const row = rows.get(term);
    if (row === undefined) return;
    before.set(exact.subarray(2 * row, 2 * row + 2), 2 * n);
    placed++;
  });
  return placed > drawn.length / 2 ? before : undefined;
}
