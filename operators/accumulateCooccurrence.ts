import { defer, last, map, type OperatorFunction, scan, startWith } from "rxjs";
import { type CellRun, mergeAll, transposeRun } from "../kernels/cellRun.js";
import { distanceUnits } from "../kernels/distanceUnits.js";
import { batchCells, tableInMemory } from "../kernels/finalTable.js";
import { PairCounter } from "../kernels/pairCounter.js";
import type { ContextBatch } from "../schemas/contexts.js";
import type { FinalCooccurrence } from "../schemas/cooccurrence.js";
import { boolean, oneOf } from "../schemas/fields.js";
import { defineUnit, type OptionsOf, parseOptions, type SettingsOf } from "../schemas/units.js";

export const accumulateCooccurrenceSchema = defineUnit({
  name: "accumulateCooccurrence",
  kind: "operator",
  consumes: "contexts",
  produces: "cooccurrence",
  summary: "Counts how often terms occur in each other's windows, and gives the finished table",
  paper: "Pennington et al. 2014, EMNLP, D14-1162, section 3; Stanford's cooccur.c",
  fields: {
    weighting: oneOf(["harmonic", "flat"], {
      default: "harmonic",
      description: "How a pair at distance d counts: 1/d, as in GloVe, or 1",
    }),
    symmetric: boolean({
      default: true,
      description: "Count each pair in both directions; otherwise rows are centres and columns contexts",
    }),
  },
});

export type AccumulateCooccurrenceOptions = OptionsOf<typeof accumulateCooccurrenceSchema>;

const denseCells = 2 ** 21;
const bufferRecords = 2 ** 20;

/**
 * Counts a whole stream of windows into one table of co-occurrences.
 *
 * In:  ContextBatch. Out: one FinalCooccurrence on completion. Sums are exact integers, so any order of the text's batches gives the
 * same table. As in GloVe, what is counted is what the windows hold: with subsampling or a random radius that is fewer pairs.
 * State: the table, 16 bytes per cell, twice for a moment.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if
 *   there were no windows, or the weight of a cell is beyond 2^53 units
 * @see Pennington et al. 2014, https://nlp.stanford.edu/pubs/glove.pdf
 * @example
 *   ids$.pipe(windowContexts({ windowSize: 10, boundary: "document" }), accumulateCooccurrence(), feed(glove()))
 */
export function accumulateCooccurrence(
  options?: AccumulateCooccurrenceOptions,
): OperatorFunction<ContextBatch, FinalCooccurrence> {
  const settings = parseOptions(accumulateCooccurrenceSchema, options);
  return (source) =>
    defer(() => {
      const accumulator = new Accumulator(settings);
      return source.pipe(
        scan((state, batch) => {
          state.add(batch);
          return state;
        }, accumulator),
        startWith(accumulator),
        last(),
        map((state) => state.finish()),
      );
    });
}

class Accumulator {
  readonly #settings: SettingsOf<typeof accumulateCooccurrenceSchema>;
  readonly #runs: CellRun[] = [];
  #first: ContextBatch | undefined;
  #counter: PairCounter | undefined;
  #unitsPerCount = 1;

  constructor(settings: SettingsOf<typeof accumulateCooccurrenceSchema>) {
    this.#settings = settings;
  }

  add(batch: ContextBatch): void {
    this.#first ??= batch;
    this.#counter ??= this.#open(batch);
    this.#counter.add(batch);
  }

  finish(): FinalCooccurrence {
    if (!this.#first || !this.#counter)
      throw new RangeError("accumulateCooccurrence: the stream must have windows, got none");
    const { weighting, symmetric } = this.#settings;
    const { vocabulary, windowSize } = this.#first;
    this.#counter.flush();
    const upper = mergeAll([...this.#counter.denseRuns(batchCells), ...this.#runs]);
    checkExact(upper);
    const unitsPerCount = this.#unitsPerCount * (this.#counter.hasHalves ? 2 : 1);
    const parts = symmetric ? [transposeRun(upper, vocabulary.terms.length), upper] : [upper];
    return tableInMemory(
      vocabulary,
      { windowSize, weighting, symmetric, unitsPerCount },
      this.#unitsPerCount * (symmetric ? 2 : 1),
      parts,
    );
  }

  #open({ vocabulary, windowSize }: ContextBatch): PairCounter {
    const { weighting, symmetric } = this.#settings;
    const { unitsPerCount, ofDistance } = distanceUnits(weighting, windowSize);
    this.#unitsPerCount = unitsPerCount;
    return new PairCounter({
      terms: vocabulary.terms.length,
      symmetric,
      windowSize,
      ofDistance,
      denseCells,
      bufferRecords,
      onRun: (run) => this.#runs.push(trimmed(run)),
    });
  }
}

/** A run without the room that adding up left over. */
function trimmed({ row, column, units, length }: CellRun): CellRun {
  return { row: row.slice(0, length), column: column.slice(0, length), units: units.slice(0, length), length };
}

function checkExact({ row, column, units, length }: CellRun): void {
  for (let i = 0; i < length; i++) {
    if (units[i]! < 2 ** 53) continue;
    throw new RangeError(
      `accumulateCooccurrence: sums must stay below 2^53 units to be exact, got ${units[i]} in cell (${row[i]}, ${column[i]})`,
    );
  }
}
