/**
 * How long a query for 10 neighbours takes, over HTTP on the loopback, with and without training beside it.
 *
 *     npm run bench:serve -- [--terms 200000] [--vectorSize 100] [--seconds 10] [--clients 1,4] [--workers 1] [--snapshots 5]
 *
 * Made-up vectors are served; a new snapshot is published every `--snapshots` seconds. For training, word2vec learns the English
 * sample on `--workers` threads, over and over, in this process. The clients keep their connections, ask as soon as they were
 * answered, and live on a thread of their own, so that training does not hold up their clocks.
 */
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { serveOnThread } from "../cli/serveOnThread.js";
import { builtIn } from "../pipelines/index.js";
import { askedBy, madeUpVectors, report, train } from "./queryLoad.js";

await measure();

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      terms: { type: "string", default: "200000" },
      vectorSize: { type: "string", default: "100" },
      seconds: { type: "string", default: "10" },
      clients: { type: "string", default: "1,4" },
      workers: { type: "string", default: "1" },
      snapshots: { type: "string", default: "5" },
    },
  });
  const [count, vectorSize, seconds] = [Number(values.terms), Number(values.vectorSize), Number(values.seconds)];
  const value = madeUpVectors(count, vectorSize);
  const server = await serveOnThread([{ name: "vectors", kind: "vectors" }], builtIn, { host: "127.0.0.1", port: 0 });
  let sequence = 0;
  const copies: number[] = [];
  const publish = () => {
    const before = performance.now();
    void server.publish("vectors", { sequence: ++sequence, value });
    copies.push(performance.now() - before);
  };
  publish();
  await answers(`http://127.0.0.1:${server.address.port}/neighbors?term=t0&k=1`);
  const timer = setInterval(publish, 1000 * Number(values.snapshots));
  console.log(`${count} terms, D = ${vectorSize}; a snapshot every ${values.snapshots} s; ${seconds} s each`);
  for (const training of [false, true]) {
    const stop = new AbortController();
    const trained = training ? train(Number(values.workers), stop.signal) : Promise.resolve(0);
    for (const clients of values.clients.split(",").map(Number)) {
      const times = await askedBy({ port: server.address.port, clients, seconds, terms: count });
      const label = `${training ? `training on ${values.workers} threads` : "no training"}, ${clients} clients`;
      console.log(`${label}: ${report(times)}, ${(times.length / seconds).toFixed(0)} a second`);
    }
    stop.abort();
    const tokens = await trained;
    if (training) console.log(`trained on ${(tokens / 1e6).toFixed(1)} M windows meanwhile`);
  }
  console.log(`publishing a snapshot: ${report(copies)}`);
  console.log(`peak resident memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
  clearInterval(timer);
  await server.close();
}

/** A snapshot is made ready before it answers, which takes seconds where it is large. */
async function answers(url: string): Promise<void> {
  while (!(await fetch(url)).ok) await setTimeout(100);
}
