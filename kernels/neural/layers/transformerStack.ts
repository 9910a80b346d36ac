import type { Activation } from "../engine.js";
import type { NetworkBatch } from "../network.js";
import type { Flow, Tape } from "../tape.js";
import { dropout } from "./dropout.js";
import { type BlockKind, type BlockNames, type BlockRun, transformerBlock } from "./transformerBlock.js";

/** What networks of transformer blocks are made by. */
export interface TransformerOptions {
  readonly terms: number;
  /** Places of the longest row (T): each has a vector of its own. */
  readonly positions: number;
  readonly layers: number;
  readonly heads: number;
  readonly vectorSize: number;
  /** Numbers between the two layers behind attention. */
  readonly innerSize: number;
  /** Share of the embeddings and of what each layer adds to them that is dropped in learning. */
  readonly dropout: number;
  readonly activation: Activation;
  /** Of the norms. */
  readonly epsilon: number;
}

/** @throws RangeError if heads are no equal parts of a vector */
export function requireHeads(who: string, { vectorSize, heads }: TransformerOptions): void {
  if (vectorSize % heads !== 0)
    throw new RangeError(`${who}: vectorSize must be a multiple of heads, got ${vectorSize} and ${heads}`);
}

/** @throws RangeError if rows have more places than there are vectors of positions */
export function requirePlaces(who: string, length: number, { positions }: TransformerOptions): void {
  if (length > positions)
    throw new RangeError(`${who}: rows must have at most ${positions} places, as many as positions, got ${length}`);
}

export interface StackRun extends Pick<NetworkBatch, "length" | "firstRow" | "step">, Pick<BlockRun, "attend"> {
  /** Share that is dropped. */
  readonly rate: number;
}

/** Blocks one above the other, with dropout of the embeddings, too: the embeddings, and what is behind each block (rows x D each). */
export function transformerStack(
  tape: Tape,
  embedded: Flow,
  blocks: readonly BlockNames[],
  kind: BlockKind,
  { attend, rate, length, firstRow, step }: StackRun,
): Flow[] {
  const dropped = (x: Flow, purpose: number) => dropout(tape, x, rate, { purpose, step, firstRow: firstRow * length });
  const stack = [dropped(embedded, 0)];
  for (const [layer, names] of blocks.entries()) {
    const ofLayer = { attend, dropped: (x: Flow, place: number) => dropped(x, 1 + 2 * layer + place) };
    stack.push(transformerBlock(tape, stack.at(-1)!, names, kind, ofLayer));
  }
  return stack;
}
