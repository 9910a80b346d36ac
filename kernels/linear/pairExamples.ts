import type { ContextBatch } from "../../schemas/contexts.js";
import { forEachWindow } from "../embedding/contextWindow.js";
import type { BagRecords } from "./bagRecords.js";
import { forEachContext } from "./windowExamples.js";

/**
 * What windows teach vectors with subwords, in the order of fastText's program (`fasttext.cc`, `skipgram` and `cbow`): skip-gram has a record for
 * each pair of a centre and one of its contexts, from left to right; CBOW has one for each centre. The reference for what fastText itself
 * computes; `writeWindowExamples` writes what trains.
 */
export interface PairExampleSettings {
  readonly architecture: "skipGram" | "cbow";
  /** Step size of the centre at a position. */
  readonly rateOf: (position: number) => number;
  /** Writes the rows of the input for a term. */
  readonly writeInputs: (term: number) => void;
  /** Writes the outputs of a term that is to be told from others; called in the order of the records. */
  readonly writeOutputs: (term: number) => void;
}

export function writePairExamples(records: BagRecords, batch: ContextBatch, settings: PairExampleSettings): void {
  const { architecture, rateOf, writeInputs, writeOutputs } = settings;
  const { ids, position, firstCentre } = batch;
  forEachWindow(batch, (centre, start, end) => {
    if (end - start < 2) return;
    const rate = rateOf(position + centre - firstCentre);
    if (architecture === "cbow") {
      records.begin(rate);
      forEachContext([start, end], centre, (place) => writeInputs(ids[place]!));
      writeOutputs(ids[centre]!);
      return;
    }
    forEachContext([start, end], centre, (place) => {
      records.begin(rate);
      writeInputs(ids[centre]!);
      writeOutputs(ids[place]!);
    });
  });
}
