import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";

const script = `
  import { parentPort, workerData } from "node:worker_threads";
  import { Barrier } from "lexstream/kernels";
  const { state, counts, threads } = workerData;
  const barrier = new Barrier(state, threads);
  for (let round = 0; round < 300; round++) {
    Atomics.add(counts, 0, 1);
    barrier.wait(() => { if (Atomics.exchange(counts, 0, 0) !== threads) Atomics.add(counts, 1, 1); });
  }
  parentPort.postMessage("done");
`;

it("lets no thread pass before all have arrived, 300 times over", async () => {
  const threads = 3;
  const state = new Int32Array(new SharedArrayBuffer(8));
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const source = new URL(
    `data:text/javascript,${encodeURIComponent(script.replaceAll('"lexstream/kernels"', JSON.stringify(import.meta.resolve("lexstream/kernels"))))}`,
  );
  await Promise.all(
    Array.from({ length: threads }, () => {
      const worker = new Worker(source, { workerData: { state, counts, threads } });
      return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    }),
  );
  expect([...counts]).toEqual([0, 0]); // none left over, and never fewer than all of them
});
