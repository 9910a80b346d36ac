import { drawUniform, type RandomStream } from "../numbers/random.js";

export interface SamplingOptions {
  /** Divides the logits: below 1 sure choices become surer; 0 takes the most probable. */
  readonly temperature: number;
  /** Only so many of the most probable ones may be drawn; 0 for all. */
  readonly topK: number;
  /** Only the most probable ones that together have this share may be drawn (Holtzman et al. 2020); 1 for all. */
  readonly topP: number;
}

export interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/** The softmax of logits, in double precision. */
export function probabilitiesOf(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let most = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) most = Math.max(most, logits[id]!);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The most probable ids, of equal ones those with the lower id. */
export function mostProbable(probabilities: Float64Array, count: number): Candidate[] {
  const ids = Uint32Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  return Array.from(ids.subarray(0, count), (id) => ({ id, probability: probabilities[id]! }));
}

/**
 * Draws an id by its probability, as a function of the draw's number alone.
 * @param excluded ids that are never drawn
 * @throws RangeError if all are excluded
 */
export function sampleId(
  logits: Float32Array,
  { temperature, topK, topP }: SamplingOptions,
  draws: RandomStream,
  number: number,
  excluded: readonly number[] = [],
): number {
  const allowed = excluded.length > 0 ? logits.slice() : logits;
  for (const id of excluded) allowed[id] = Number.NEGATIVE_INFINITY;
  if (temperature === 0) return mostProbable(probabilitiesOf(allowed), 1)[0]!.id;
  const probabilities = probabilitiesOf(allowed, temperature);
  if (topK === 0 && topP === 1) return idAt(probabilities.keys(), probabilities, drawUniform(draws, number));
  const candidates = nucleus(mostProbable(probabilities, topK || probabilities.length), topP);
  const sum = candidates.reduce((total, { probability }) => total + probability, 0);
  const ids = candidates.map(({ id }) => id);
  return idAt(ids, probabilities, drawUniform(draws, number) * sum);
}

/** The first candidates whose probabilities together reach a share. */
function nucleus(candidates: readonly Candidate[], share: number): readonly Candidate[] {
  let sum = 0;
  const last = candidates.findIndex(({ probability }) => {
    sum += probability;
    return sum >= share;
  });
  return last < 0 ? candidates : candidates.slice(0, last + 1);
}

function idAt(ids: Iterable<number>, probabilities: Float64Array, place: number): number {
  let left = place;
  let found = 0;
  for (const id of ids) {
    if (probabilities[id] === 0) continue;
    found = id;
    left -= probabilities[id]!;
    if (left < 0) break;
  }
  return found;
}
