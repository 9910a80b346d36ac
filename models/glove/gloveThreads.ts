import { readFileSync } from "node:fs";
import { type GloveJob, startEpoch } from "../../kernels/embedding/gloveThread.js";
import type { GloveTilesKernel } from "../../kernels/embedding/gloveTiles.js";
import { compileKernel, startKernel, type WasmMemory, type WasmModule } from "../../kernels/numbers/webAssembly.js";
import { ThreadPool } from "../../runtime/threads.js";

/** What a thread is given. */
export interface GloveThreadData {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly job: Omit<GloveJob, "memory">;
  /** Cells in shared memory, or the file that holds them. */
  readonly cells: Uint32Array | string;
  readonly thread: number;
}

export interface GloveThreads {
  /** Resolves once every thread has done its part of the epoch; rejects if one fails or they are closed. */
  train(epoch: number): Promise<void>;
  close(): Promise<void>;
}

const compiled = (kernel: string): WasmModule =>
  compileKernel(readFileSync(new URL(`../../kernels/assembly/${kernel}.wasm`, import.meta.url)));

/** What lays tiles out in a memory. */
export const tilesKernel = (memory: WasmMemory): GloveTilesKernel => startKernel(compiled("gloveTiles"), memory);

/** Starts the threads of a job, which wait to be told to train an epoch. */
export function startThreads(memory: WasmMemory, shared: GloveJob, cells: Uint32Array | string): GloveThreads {
  const { memory: _, ...job } = shared; // it goes to the threads as what it is the buffer of
  const module = compiled("glove");
  let current = 0;
  const pool = new ThreadPool<number, number>(
    new URL("./gloveWorker.js", import.meta.url),
    Array.from({ length: job.threads }, (_, thread) => ({
      workerData: { module, memory, job, cells, thread } satisfies GloveThreadData,
      lost: () => stopped(current),
      resourceLimits: { maxYoungGenerationSizeMb: 4 }, // they make next to nothing
    })),
  );
  return {
    async train(epoch) {
      current = epoch;
      startEpoch(shared);
      await pool.askAll(epoch);
    },
    close: () => pool.close(),
  };
}

const stopped = (epoch: number): Error =>
  new Error(`glove: threads must live until training ends, got stopped in epoch ${epoch}`);
