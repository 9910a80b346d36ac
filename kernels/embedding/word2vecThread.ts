import { randomStream } from "../numbers/random.js";
import { CONTROL_LENGTH, SLOTS, type SlotDone, takeSlots } from "../numbers/slotRing.js";
import { startKernel, type WasmModule } from "../numbers/webAssembly.js";
import { type LayWindows, SLOT, SLOT_BYTES, type Word2vecMemory } from "./word2vecMemory.js";

interface Variable {
  value: number;
}

/** What `kernels/assembly/word2vec.ts` exports, besides the variables that are set at the start. */
interface Word2vecKernel {
  drawRows(vectorSize: number, key0: number, key1: number): void;
  layWindows(...numbers: number[]): number;
  readonly loss: Variable;
  readonly examples: Variable;
  readonly totalCentres: Variable;
  train(...numbers: number[]): void;
  flush(): void;
  fuses(x: number): number;
}

export interface Word2vecJob {
  readonly module: WasmModule;
  readonly shared: Word2vecMemory;
  readonly thread: number;
  /** All threads train on every slot, together; otherwise each takes the next one. */
  readonly together: boolean;
}

/** What works through slots with a thread's share of the memory. */
export interface SlotTrainer {
  train(turn: number): SlotDone;
  /** Applies what is still held. */
  flush(): void;
}

export function slotTrainer({ module, shared, thread, together }: Word2vecJob): SlotTrainer {
  const { memory, slots } = shared;
  const kernel = start(module, shared, thread);
  return {
    train(turn) {
      const slot = slots + (turn % SLOTS) * SLOT_BYTES;
      const [first, count, position, step, totalCentres, key0, key1] = new Float64Array(memory.buffer, slot, 7);
      kernel.totalCentres.value = totalCentres!;
      const parts = [slot + SLOT.ids, slot + SLOT.before, slot + SLOT.after];
      kernel.examples.value = 0; // what it tells afterwards is of this slot
      kernel.train(...parts, first!, count!, position!, step!, key0!, key1!);
      if (!together) kernel.flush(); // another thread may take what follows
      return { turn, loss: kernel.loss.value, examples: kernel.examples.value };
    },
    flush: () => kernel.flush(),
  };
}

/** Trains slot after slot as they are published, until told to stop, and applies what is still held. Blocks its thread. */
export function trainSlots(job: Word2vecJob, done: (slot: SlotDone) => void): void {
  const trainer = slotTrainer(job);
  const { memory, control } = job.shared;
  const state = new Int32Array(memory.buffer, control, CONTROL_LENGTH);
  takeSlots(state, job.together, (turn) => done(trainer.train(turn)));
  trainer.flush();
}

function start(module: WasmModule, { memory, variables }: Word2vecMemory, thread: number): Word2vecKernel {
  const kernel = startKernel<Word2vecKernel & Record<string, Variable>>(module, memory);
  for (const [name, value] of Object.entries(variables[thread]!)) kernel[name]!.value = value;
  return kernel;
}

/** What a thread does that fills the slots. */
export interface SlotWriter {
  /** Whether multiplying and adding is rounded once in this engine, with this kernel. */
  readonly fuses: boolean;
  /** Draws the first weights. */
  drawRows(vectorSize: number, seed: number): void;
  /** Lays the windows of a slot whose tokens lie there, and tells how many examples they are. */
  layWindows: LayWindows;
}

export function slotWriter(module: WasmModule, shared: Word2vecMemory): SlotWriter {
  const kernel = start(module, shared, 0);
  return {
    fuses: kernel.fuses(1 + 2 ** -23) === 1,
    drawRows(vectorSize, seed) {
      const { key0, key1 } = randomStream(seed, "weights");
      kernel.drawRows(vectorSize, key0, key1);
    },
    layWindows: (slot, { length, first, count }, side) => {
      const at = shared.slots + slot * SLOT_BYTES;
      const sides = [Number(side !== "right"), Number(side !== "left")];
      return kernel.layWindows(at + SLOT.before, at + SLOT.after, length, first, count, ...sides);
    },
  };
}
