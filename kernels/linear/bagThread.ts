import { CONTROL_LENGTH, SLOTS, type SlotDone, takeSlots } from "../numbers/slotRing.js";
import { startKernel, type WasmModule } from "../numbers/webAssembly.js";
import { BAG_SLOT_BYTES, type BagMemory } from "./bagMemory.js";

interface Variable {
  value: number;
}

/** What `kernels/assembly/bags.ts` exports, besides the variables that are set at the start. */
interface BagKernel {
  readonly loss: Variable;
  readonly examples: Variable;
  readonly labels: Variable;
  readonly restRate: Variable;
  train(at: number, count: number): void;
  fuses(x: number): number;
}

export interface BagJob {
  readonly module: WasmModule;
  readonly shared: BagMemory;
  readonly thread: number;
  /** All threads train on every slot, together; otherwise each takes the next one. */
  readonly together: boolean;
}

const HEADER_BYTES = 64;

/** Trains slot after slot as they are published, until told to stop. Blocks its thread. */
export function trainBags({ module, shared, thread, together }: BagJob, done: (slot: SlotDone) => void): void {
  const { memory, control, slots } = shared;
  const exported = startKernel<BagKernel & Record<string, Variable>>(module, memory);
  for (const [name, value] of Object.entries(shared.variables[thread]!)) exported[name]!.value = value;
  const kernel: BagKernel = exported;
  takeSlots(new Int32Array(memory.buffer, control, CONTROL_LENGTH), together, (turn) => {
    const slot = slots + (turn % SLOTS) * BAG_SLOT_BYTES;
    const [count, labels] = new Uint32Array(memory.buffer, slot, 2);
    kernel.labels.value = labels!;
    kernel.restRate.value = new Float32Array(memory.buffer, slot + 8, 1)[0]!;
    kernel.train(slot + HEADER_BYTES, count!);
    done({ turn, loss: kernel.loss.value, examples: kernel.examples.value });
  });
}

/** Fills a slot. */
export function writeBags(
  { memory, slots }: BagMemory,
  slot: number,
  words: Uint32Array,
  count: number,
  { labels, restRate }: { readonly labels: number; readonly restRate: number },
) {
  const start = slots + slot * BAG_SLOT_BYTES;
  new Uint32Array(memory.buffer, start, 2).set([count, labels]);
  new Float32Array(memory.buffer, start + 8, 1)[0] = restRate;
  new Uint32Array(memory.buffer, start + HEADER_BYTES, words.length).set(words);
}

/** Whether multiplying and adding is rounded once in this engine, with this kernel. */
export function bagsFuse(module: WasmModule, { memory }: BagMemory): boolean {
  return startKernel<BagKernel>(module, memory).fuses(1 + 2 ** -23) === 1;
}
