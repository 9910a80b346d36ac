import type { WasmMemory, WasmModule } from "../numbers/webAssembly.js";
import type { ParameterForm } from "./engine.js";
import type { Network, NetworkBatch } from "./network.js";
import { evaluatePart, learnPart, type PartOutcome } from "./stepParts.js";
import type { StepOptions } from "./stepper.js";
import { SharedHeap } from "./wasm/heap.js";
import { blocksOf, countOf, PARAMETER_BLOCK, WasmParameters } from "./wasm/parameters.js";
import { WasmEngine } from "./wasmEngine.js";

/** Where arrays of all parameters lie in the memory that threads share. */
export interface NetworkPlaces {
  readonly values: number;
  readonly first: number;
  readonly second: number;
  /** Of each part of a batch. The first becomes that of the batch. */
  readonly gradients: readonly number[];
  /** Sums of squares of the batch's gradient, of each block, in double precision. */
  readonly norms: number;
}

/** What a thread is started with. */
export interface NetworkJob {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly limit: number;
  readonly places: NetworkPlaces;
  readonly seed: number;
  /** What the thread makes its network of. */
  readonly settings: unknown;
}

export type NetworkTask =
  /** The gradient of one part of a batch. */
  | { readonly kind: "learn"; readonly part: number; readonly batch: NetworkBatch; readonly scale: number }
  | { readonly kind: "evaluate"; readonly batch: NetworkBatch }
  /** The sum of the gradients of so many parts, and its squares, in some of the blocks of parameters. */
  | { readonly kind: "sum"; readonly parts: number; readonly blocks: BlockRange }
  /** A step along the gradient times `factor`, in some of the blocks. `step` counts from 1. */
  | {
      readonly kind: "update";
      readonly blocks: BlockRange;
      readonly options: StepOptions;
      readonly factor: number;
      readonly step: number;
    };

export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/** Bytes of all parameters. */
export const parameterBytes = (forms: readonly ParameterForm[]): number => 4 * countOf(forms);

/** Bytes of all that threads share, as `claimPlaces` takes them. */
export function networkBytes(forms: readonly ParameterForm[], parts: number): number {
  return (3 + parts) * parameterBytes(forms) + 8 * blocksOf(countOf(forms));
}

export function claimPlaces(heap: SharedHeap, forms: readonly ParameterForm[], parts: number): NetworkPlaces {
  const count = countOf(forms);
  const claim = () => heap.claim(4 * count);
  return {
    ...{ values: claim(), first: claim(), second: claim() },
    gradients: Array.from({ length: parts }, claim),
    norms: heap.claim(8 * blocksOf(count)),
  };
}

/**
 * What one thread does, a task at a time, in memory that it shares with others. Nothing depends on which thread does what: sums are taken in
 * the order of parts and of blocks.
 */
export function networkWorker(
  { module, memory, limit, places, seed }: NetworkJob,
  network: Network,
): (task: NetworkTask) => Promise<PartOutcome> {
  const engine = new WasmEngine(module, new SharedHeap(memory, limit));
  const { kernel } = engine.core;
  const ofParts = places.gradients.map(
    (gradients) => new WasmParameters(engine.core, network.forms, { ...places, gradients }),
  );
  const parameters = ofParts[0]!;

  function sum(parts: number, { from, to }: BlockRange): void {
    const total = places.gradients[0]!;
    const norms = new Float64Array(memory.buffer, places.norms, blocksOf(parameters.count));
    for (let block = from; block < to; block++) {
      const first = block * PARAMETER_BLOCK;
      const count = Math.min(PARAMETER_BLOCK, parameters.count - first);
      for (const gradients of places.gradients.slice(1, parts))
        kernel.add(total + 4 * first, gradients + 4 * first, total + 4 * first, count);
      norms[block] = parameters.squaredNormOf(block);
    }
  }

  function update(task: NetworkTask & { kind: "update" }): void {
    const { optimiser, rate } = task.options;
    const [from, to] = [task.blocks.from, task.blocks.to].map((block) =>
      Math.min(block * PARAMETER_BLOCK, parameters.count),
    ) as [number, number];
    if (optimiser.kind === "sgd") parameters.sgdOf(rate, task.factor, from, to);
    else parameters.adamWOf({ ...optimiser, rate, step: task.step }, task.factor, from, to);
  }

  return async (task) => {
    if (task.kind === "learn") {
      const own = ofParts[task.part]!;
      own.clearGradients();
      return await learnPart(engine, own, network, task.batch, { seed, scale: task.scale });
    }
    if (task.kind === "evaluate") return await evaluatePart(engine, parameters, network, task.batch);
    if (task.kind === "sum") sum(task.parts, task.blocks);
    else update(task);
    return { loss: 0 };
  };
}
