import type { WasmMemory, WasmModule } from "../../kernels/numbers/webAssembly.js";
import type { PhaseTask, WarpLdaJob } from "../../kernels/topics/warpLdaThread.js";
import { ThreadPool } from "../../runtime/threads.js";
import { loadKernel } from "../trainingKernel.js";

/** What a thread is given. */
export interface LdaSamplerThreadData {
  readonly job: WarpLdaJob;
  readonly memory: WasmMemory;
  readonly thread: number;
  /** The plain kernel works if left out. */
  readonly module: WasmModule | undefined;
}

export interface LdaSamplerThreads {
  /** Resolves once every thread has done its part of the phase; rejects if one fails or they are closed. */
  sample(task: PhaseTask): Promise<void>;
  close(): Promise<void>;
}

/** Starts the threads of a job, which wait to be told a phase. */
export function startThreads(memory: WasmMemory, job: WarpLdaJob, isReference: boolean): LdaSamplerThreads {
  const module = isReference ? undefined : loadKernel("warpLda", false);
  let current = 0;
  const pool = new ThreadPool<PhaseTask, number>(
    new URL("./ldaSamplerWorker.js", import.meta.url),
    job.layout.scratch.map((_, thread) => ({
      workerData: { job, memory, thread, module } satisfies LdaSamplerThreadData,
      lost: () => stopped(current),
    })),
  );
  return {
    async sample(task) {
      current = task.iteration;
      job.next.fill(0);
      await pool.askAll(task);
    },
    close: () => pool.close(),
  };
}

const stopped = (iteration: number): Error =>
  new Error(`ldaSampler: threads must live until sampling ends, got stopped in iteration ${iteration}`);
