import { startKernel, type WasmMemory, type WasmModule } from "../numbers/webAssembly.js";

type Setting =
  | ("text" | "textEnd" | "places" | "placesEnd" | "sums" | "used" | "usedWords" | "summaryWords" | "windowSize")
  | ("ofEnd" | "ofAll" | "isFixed" | "ownLeft" | "otherLeft" | "ownRight" | "otherRight" | "hasHalves")
  | ("cells" | "tooLarge" | "unitsPerWeight");

/** What kernels/assembly/cooccurrence.ts exports. */
export interface CooccurrenceKernel extends Readonly<Record<Setting, { value: number }>> {
  notePlaces(firstRow: number, endRow: number): void;
  addPlaces(first: number, end: number): void;
  beginRow(row: number, out: number): number;
  writeCells(out: number, outEnd: number): number;
  hasRow(stream: number): number;
  addRow(stream: number): void;
  copyRecords(stream: number, to: number, room: number): number;
  readonly copiedUnits: { readonly value: bigint };
}

export function startCooccurrenceKernel(module: WasmModule, memory: WasmMemory): CooccurrenceKernel {
  return startKernel(module, memory);
}

/** Bytes that the number of a row and of its cells take. */
export const headBytes = 8;
/** Bytes that a cell takes at most. */
export const longestCell = 15;
