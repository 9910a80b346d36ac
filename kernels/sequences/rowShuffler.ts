import type { StageState } from "../../schemas/state.js";
import { drawBelow, type RandomStream, randomStream } from "../numbers/random.js";
import { shuffled } from "../numbers/shuffle.js";
import { rowsOfState, type SequenceRow, stateOfRows } from "./sequenceRow.js";

/**
 * Rows in another order: each row that comes, once as many as `size` are held, takes the place of one of them, which goes. What place that
 * is depends on the seed, the epoch and the number of the row that comes. State: `size` rows.
 */
export class RowShuffler {
  readonly #size: number;
  readonly #places: RandomStream;
  readonly #rest: RandomStream;
  #rows: SequenceRow[] = [];
  #taken = 0;

  constructor(size: number, seed: number, epoch: number) {
    this.#size = size;
    this.#places = randomStream(seed, "packSequences.shuffle", epoch);
    this.#rest = randomStream(seed, "packSequences.shuffle.rest", epoch);
  }

  /** The row that goes for the one that comes; none while there is room. */
  push(row: SequenceRow): SequenceRow[] {
    const number = this.#taken++;
    if (this.#rows.length < this.#size) {
      this.#rows.push(row);
      return [];
    }
    const place = drawBelow(this.#places, number, this.#size);
    const gone = this.#rows[place]!;
    this.#rows[place] = row;
    return [gone];
  }

  /** All rows that are held. */
  end(): SequenceRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return Array.from(shuffled(rows.length, this.#rest), (place) => rows[place]!);
  }

  save(): StageState {
    const { facts, arrays } = stateOfRows(this.#rows);
    return { facts: { ...facts, taken: this.#taken }, arrays };
  }

  restore(state: StageState): void {
    this.#rows = rowsOfState(state);
    this.#taken = state.facts.taken as number;
  }
}
