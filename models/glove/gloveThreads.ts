import { readFileSync } from "node:fs";
import { type GloveJob, startEpoch } from "../../kernels/embedding/gloveThread.js";
import type { GloveTilesKernel } from "../../kernels/embedding/gloveTiles.js";
import { compileKernel, startKernel, type WasmMemory, type WasmModule } from "../../kernels/numbers/webAssembly.js";
import { ThreadPool } from "../../runtime/threads.js";

/** What a thread is given. */
export interface GloveThreadData {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  /** Cells in shared memory, or the file that holds them. */
  readonly cells: Uint32Array | string;
  readonly thread: number;
  readonly threads: number;
}

/** What it is asked for. */
export interface GloveEpoch {
  readonly job: Omit<GloveJob, "memory">;
  readonly epoch: number;
}

export interface GloveThreads {
  /** Resolves once every thread has done its part of the epoch; rejects if one fails or they are closed. */
  train(job: GloveJob, epoch: number): Promise<void>;
  close(): Promise<void>;
}

const compiled = (kernel: string): WasmModule =>
  compileKernel(readFileSync(new URL(`../../kernels/assembly/${kernel}.wasm`, import.meta.url)));

/** What lays tiles out in a memory. */
export const tilesKernel = (memory: WasmMemory): GloveTilesKernel => startKernel(compiled("gloveTiles"), memory);

/** Starts threads, which wait to be told to train an epoch; meanwhile they let the system find the pages of the memory and of the cells. */
export function startThreads(memory: WasmMemory, cells: Uint32Array | string, threads: number): GloveThreads {
  const module = compiled("glove");
  let current = 0;
  const pool = new ThreadPool<GloveEpoch, number>(
    new URL("./gloveWorker.js", import.meta.url),
    Array.from({ length: threads }, (_, thread) => ({
      workerData: { module, memory, cells, thread, threads } satisfies GloveThreadData,
      lost: () => stopped(current),
      resourceLimits: { maxYoungGenerationSizeMb: 4 }, // they make next to nothing
    })),
  );
  return {
    async train(shared, epoch) {
      current = epoch;
      startEpoch(shared);
      const { memory: _, ...job } = shared; // the threads have what it is the buffer of
      await pool.askAll({ job, epoch });
    },
    close: () => pool.close(),
  };
}

const stopped = (epoch: number): Error =>
  new Error(`glove: threads must live until training ends, got stopped in epoch ${epoch}`);
