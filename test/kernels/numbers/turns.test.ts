import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";

const script = `
  import { parentPort, workerData } from "node:worker_threads";
  import { passTurn, waitForTurn } from ${JSON.stringify(new URL("../../../dist/kernels/numbers/turns.js", import.meta.url))};
  const { turns, log, thread, threads } = workerData;
  for (let turn = thread; turn < log.length; turn += threads) {
    waitForTurn(turns, 0, turn);
    log[turn] = log[turn - 1] + 1; // no atomics: nobody else is at it
    passTurn(turns, 0);
  }
  parentPort.postMessage("done");
`;

it("lets threads pass one after the other, in the order of their turns", async () => {
  const threads = 3;
  const turns = new Int32Array(new SharedArrayBuffer(4));
  const log = new Float64Array(new SharedArrayBuffer(8 * 3000));
  turns[0] = 1; // turn 0 is where the log begins
  await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const workerData = { turns, log, thread: thread + 1, threads };
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { workerData });
      return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    }),
  );
  expect([...log]).toEqual(Array.from({ length: 3000 }, (_, turn) => turn));
});
