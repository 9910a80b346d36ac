/**
 * How long a query for 10 neighbours takes, over HTTP on the loopback, with and without training beside it.
 *
 *     npm run bench:serve -- [--terms 200000] [--vectorSize 100] [--seconds 10] [--clients 1,4] [--workers 1] [--snapshots 5]
 *
 * Made-up vectors are served; a new snapshot is published every `--snapshots` seconds. For training, word2vec learns the English
 * sample on `--workers` threads, over and over, in this process. The clients keep their connections, ask as soon as they were
 * answered, and live on a thread of their own, so that training does not hold up their clocks.
 */
import { once } from "node:events";
import { Agent, get } from "node:http";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { serveOnThread } from "../cli/serveOnThread.js";
import { Vectors } from "../kernels/index.js";
import { word2vec } from "../models/index.js";
import { buildVocab, encode, feed, normalize, repeatEpochs, tokenize, windowContexts } from "../operators/index.js";
import { builtIn } from "../pipelines/index.js";
import { run } from "../runtime/index.js";
import { files } from "../sources/index.js";

interface Load {
  readonly port: number;
  readonly clients: number;
  readonly seconds: number;
  readonly terms: number;
}

if (isMainThread) await measure();
else parentPort!.postMessage(await ask(workerData as Load));

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
  const terms = Array.from({ length: count }, (_, id) => `t${id}`);
  const vectors = Float32Array.from({ length: count * vectorSize }, (_, i) => Math.sin(i * 0.7351 + (i % 97)));
  const value = new Vectors({ terms, values: vectors, vectorSize, metadata: new Map() });
  const server = await serveOnThread([{ name: "vectors", kind: "vectors" }], builtIn, { host: "127.0.0.1", port: 0 });
  let sequence = 0;
  const copies: number[] = [];
  const publish = () => {
    const before = performance.now();
    void server.publish("vectors", { sequence: ++sequence, value });
    copies.push(performance.now() - before);
  };
  publish();
  const timer = setInterval(publish, 1000 * Number(values.snapshots));
  console.log(`${count} terms, D = ${vectorSize}; a snapshot every ${values.snapshots} s; ${seconds} s each`);
  for (const training of [false, true]) {
    const stop = new AbortController();
    const trained = training ? train(Number(values.workers), stop.signal) : Promise.resolve(0);
    for (const clients of values.clients.split(",").map(Number)) {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { port: server.address.port, clients, seconds, terms: count } satisfies Load,
      });
      const [times] = (await once(worker, "message")) as [number[]];
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

/** Trains until it is told to stop; returns how many windows it saw. */
async function train(workers: number, signal: AbortSignal): Promise<number> {
  const path = new URL("../../data/sample-english-two-novels.txt", import.meta.url).pathname;
  const tokens$ = files({ paths: path }).pipe(normalize(), tokenize());
  const vocabulary = await run(tokens$.pipe(buildVocab({ minCount: 5 })));
  const epochs = 1000;
  const model = word2vec({ vectorSize: 100, epochs, workers });
  let windows = 0;
  const passes = repeatEpochs(epochs, (epoch) =>
    tokens$.pipe(encode(vocabulary!, { epoch }), windowContexts({ radius: "random", sample: 1e-3 }), feed(model)),
  );
  try {
    await run(passes, { signal, onEvent: ({ examples }) => (windows += examples) });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await model.close();
  }
  return windows;
}

/** Asks until the time is up, and returns how many milliseconds each answer took. */
async function ask({ port, clients, seconds, terms }: Load): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  const until = performance.now() + 1000 * seconds;
  const client = async (first: number) => {
    for (let asked = first; performance.now() < until; asked += clients) {
      const before = performance.now();
      await fetchText(`http://127.0.0.1:${port}/neighbors?term=t${(asked * 7919) % terms}&k=10`, agent);
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, k) => client(k)));
  agent.destroy();
  return times;
}

function fetchText(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    }).on("error", reject);
  });
}

function report(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms of ${sorted.length}`;
}
