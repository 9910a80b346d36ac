import { startKernel, type WasmModule } from "../numbers/webAssembly.js";
import { TERM_BLOCK, type VariationalMemory } from "./variationalMemory.js";

interface Variable {
  value: number;
}

/** What `kernels/assembly/topics.ts` exports, besides the variables that are set before a phase. */
interface TopicsKernel {
  fuses(x: number): number;
  refresh(from: number, to: number): void;
  infer(from: number, to: number): void;
  learn(block: number, end: number): void;
}

export interface VariationalJob {
  readonly module: WasmModule;
  readonly shared: VariationalMemory;
  readonly worker: number;
  /** What stays the same, by the names of the kernel's variables. */
  readonly variables: Readonly<Record<string, number>>;
}

/** A phase of a step: rows of e^E[ln beta] of terms, topics of documents, weights of terms. */
export interface VariationalPhase {
  readonly phase: "refresh" | "infer" | "learn";
  /** Terms or documents that there are. */
  readonly count: number;
  readonly variables: Readonly<Record<string, number>>;
  readonly scratch: number;
  readonly scratchBytes: number;
}

/** Documents that a worker takes at a time. */
const DOCUMENTS = 16;

/** What one worker does in a phase: it takes piece after piece until none is left. Which worker takes which changes nothing. */
export function variationalWorker({ module, shared, worker, variables }: VariationalJob) {
  const exported = startKernel<TopicsKernel & Record<string, Variable>>(module, shared.memory);
  const next = new Int32Array(shared.memory.buffer, shared.places.control, 1);
  const set = (values: Readonly<Record<string, number>>) => {
    for (const [name, value] of Object.entries(values)) exported[name]!.value = value;
  };
  set(variables);
  const kernel: TopicsKernel = exported;
  return ({ phase, count, variables: own, scratch, scratchBytes }: VariationalPhase): true => {
    const sums = scratch + worker * scratchBytes;
    set({ ...own, sums, copies: sums + shared.rowBytes });
    const size = phase === "infer" ? DOCUMENTS : TERM_BLOCK;
    for (let piece = Atomics.add(next, 0, 1); piece * size < count; piece = Atomics.add(next, 0, 1)) {
      const [from, to] = [piece * size, Math.min(count, (piece + 1) * size)];
      if (phase === "learn") kernel.learn(piece, count);
      else kernel[phase](from, to);
    }
    return true;
  };
}

/** Whether multiplying and adding is rounded once in this engine, with this kernel. */
export function topicsFuse(module: WasmModule, { memory }: VariationalMemory): boolean {
  return startKernel<TopicsKernel>(module, memory).fuses(1 + 2 ** -23) === 1;
}
