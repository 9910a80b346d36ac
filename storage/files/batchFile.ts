import { closeSync, openSync } from "node:fs";
import { setImmediate as otherWork } from "node:timers/promises";
import type { LogForm, LoggedBatch } from "../../schemas/kinds.js";
import { fillFrom, type ScratchWriter } from "./scratchArrays.js";

const elements = { uint8: Uint8Array, uint32: Uint32Array, float32: Float32Array, float64: Float64Array } as const;

/** What a form says of the arrays and the numbers of a batch. */
export type BatchForm = Pick<LogForm<never>, "arrays" | "facts">;

/** Writes a batch behind the others: the lengths of its arrays and its facts in double precision, then the arrays as they lie in memory. */
export function writeBatch(writer: ScratchWriter, form: BatchForm, { arrays, facts }: LoggedBatch): void {
  const lists = Object.keys(form.arrays).map((name) => arrays[name]!);
  const numbers = (form.facts ?? []).map((name) => facts![name]!);
  writer.write(Float64Array.of(...lists.map(({ length }) => length), ...numbers));
  for (const list of lists) writer.write(list);
}

/**
 * The batches of a file, so many; the event loop takes its turn before each. At once: to wait for a short read takes several times as long
 * as the read. State: one batch.
 */
export async function* readBatches(
  who: string,
  path: string,
  form: BatchForm,
  count: number,
): AsyncGenerator<LoggedBatch> {
  const lists = Object.entries(form.arrays);
  const facts = form.facts ?? [];
  const file = openSync(path, "r");
  try {
    let place = 0;
    const next = <T extends InstanceType<(typeof elements)[keyof typeof elements]>>(array: T): T => {
      fillFrom(who, file, array, place);
      place += array.byteLength;
      return array;
    };
    for (let k = 0; k < count; k++) {
      const head = next(new Float64Array(lists.length + facts.length));
      const arrays = lists.map(([name, type], i) => [name, next(new elements[type](head[i]!))] as const);
      const numbers = facts.map((name, i) => [name, head[lists.length + i]!] as const);
      await otherWork();
      yield { arrays: Object.fromEntries(arrays), facts: Object.fromEntries(numbers) };
    }
  } finally {
    closeSync(file);
  }
}

/** Of all arrays together. */
export function batchBytes({ arrays }: LoggedBatch): number {
  return Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
