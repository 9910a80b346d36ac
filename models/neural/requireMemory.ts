const GIB = 2 ** 30;
/** What addresses of compiled kernels reach. */
const LIMIT = 4 * GIB;

/** What learning needs in any case. */
export interface NeededMemory {
  readonly parameters: number;
  /** Parts of a batch, each with a gradient of its own. */
  readonly parts: number;
  /** Places that threads learn from at the same time. */
  readonly places: number;
  /** Terms that each place scores. */
  readonly scores: number;
}

/**
 * Refuses what the memory of compiled kernels cannot hold, before any is taken: three numbers a parameter, and one for each part; and two for
 * each place and term that it scores.
 * @param who the model
 * @throws RangeError if that is more than 4 GiB
 */
export function requireMemory(who: string, { parameters, parts, places, scores }: NeededMemory): void {
  const [kept, made] = [4 * (3 + parts) * parameters, 8 * places * scores];
  if (kept + made <= LIMIT) return;
  const [all, ofParameters, ofScores] = [kept + made, kept, made].map((bytes) => (bytes / GIB).toFixed(1));
  const way =
    kept > made
      ? "lower vectorSize, hiddenSize or parts, or the vocabulary's maxSize"
      : "choose output: classes, or lower the length, lanes or batchSize of packSequences, or the vocabulary's maxSize";
  throw new RangeError(
    `${who}: learning must fit into 4 GiB, got ${all} GiB: ${ofParameters} for ${parameters} parameters, ${ofScores} for the scores of ${scores} terms at ${places} places; ${way}`,
  );
}
