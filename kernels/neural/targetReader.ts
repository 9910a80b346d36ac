import type { ContextChoice } from "./contextWords.js";
import type { LanguageReader } from "./languageReader.js";
import type { Network } from "./network.js";
import type { PlaceLayers } from "./placeReader.js";
import type { TextFrame } from "./wordIds.js";

/** Reads rows side by side. */
export type RowsReader = Pick<LanguageReader, "network" | "layersOfRows">;

/** The ids of a text, and which of them, one at least, are those of its target: from `from` up to `to`. */
export interface TargetRow {
  readonly ids: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** Places of a window of a network that reads any number. */
const WINDOW = 128;
/** Places that are read at once, about. */
const AT_ONCE = 2048;

interface FramedRow extends TargetRow {
  /** Its number among the rows that were given. */
  readonly number: number;
}

/**
 * What the layers of a network make of one target in each of some short texts: those of about equal length are read side by side, and each stands
 * alone. Of a text that is longer than a window the part is read that has the target in its middle, or, by a network that looks back alone, at its end.
 *
 * Out: `places` is the number of texts, in their order. State: the layers of some 2,000 places.
 */
export async function readTargets(
  reader: RowsReader,
  rows: readonly TargetRow[],
  { before, after, pooling }: TextFrame & Pick<ContextChoice, "pooling">,
): Promise<PlaceLayers> {
  const framed = rows.map(
    (row, number): FramedRow => ({
      ...frameTarget(row, { before, after }, reader.network),
      number,
    }),
  );
  framed.sort((a, b) => a.ids.length - b.ids.length || a.number - b.number);
  const layers: Float32Array[] = [];
  for (let next = 0; next < framed.length; ) {
    const some = framed.slice(next, next + rowsFrom(framed, next));
    const { ids, ...batch } = sideBySide(some, reader.network.stateSize);
    const read = await reader.layersOfRows({ ids, ...batch });
    read.layers.forEach((values, layer) => {
      const width = values.length / ids.length;
      layers[layer] ??= new Float32Array(rows.length * width);
      for (const [row, { number, from, to }] of some.entries()) {
        const places = values.subarray((row * batch.length + from) * width, (row * batch.length + to) * width);
        layers[layer].set(pooling === "first" ? places.subarray(0, width) : meanOf(places, width), number * width);
      }
    });
    next += some.length;
  }
  return { places: rows.length, layers };
}

/** A target as a network reads it: what is left of a text that is longer than `longest` places, with what stands around it. */
export function frameTarget(
  row: TargetRow,
  { before, after }: TextFrame,
  { longest = WINDOW, looksAhead = false }: Pick<Network, "longest" | "looksAhead">,
): TargetRow {
  const size = longest - before.length - after.length;
  const { ids, from, to } = looksAhead ? aroundTarget(row, size) : upToTarget(row, size);
  const whole = Uint32Array.from([...before, ...ids, ...after]);
  return { ids: whole, from: before.length + from, to: before.length + to };
}

/** How many of the rows from one on are read at once: the last of them is the longest. */
function rowsFrom(framed: readonly FramedRow[], first: number): number {
  let count = 1;
  while (first + count < framed.length && (count + 1) * framed[first + count]!.ids.length <= AT_ONCE) count++;
  return count;
}

/** What stands behind the target changes nothing of what a network makes of it that looks back alone. */
function upToTarget({ ids, from, to }: TargetRow, size: number): TargetRow {
  const start = Math.min(from, Math.max(0, to - size));
  return cut({ ids, from, to }, start, Math.min(to, start + size));
}

function aroundTarget({ ids, from, to }: TargetRow, size: number): TargetRow {
  const middle = Math.floor((from + to - size) / 2);
  const start = Math.max(0, Math.min(from, middle, ids.length - size));
  return cut({ ids, from, to }, start, Math.min(ids.length, start + size));
}

function cut({ ids, from, to }: TargetRow, start: number, end: number): TargetRow {
  return { ids: ids.subarray(start, end), from: from - start, to: Math.min(to, end) - start };
}

function sideBySide(rows: readonly FramedRow[], stateSize: number) {
  const length = rows.at(-1)!.ids.length;
  const ids = new Uint32Array(rows.length * length);
  rows.forEach((row, k) => {
    ids.set(row.ids, k * length);
  });
  const lengths = Uint32Array.from(rows, (row) => row.ids.length);
  return { rows: rows.length, length, ids, lengths, state: new Float32Array(rows.length * stateSize) };
}

function meanOf(places: Float32Array, width: number): Float32Array {
  const mean = new Float32Array(width);
  const count = places.length / width;
  places.forEach((value, i) => {
    mean[i % width]! += value / count;
  });
  return mean;
}
