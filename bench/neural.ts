/**
 * How fast networks learn with compiled kernels, beside PyTorch on the processor.
 *
 *     npm run bench:neural -- [--networks nnlm,lstm,gpt] [--ways 1/1,2/1,2/2] [--steps 20] [--rounds 3] [--fused false] [--products false]
 *
 * First the products of matrices that the networks consist of, in 10^9 additions and multiplications a processor second, on one thread, packing
 * included. Then whole steps of learning with AdamW, V terms of output:
 *
 *     nnlm  4 terms before, D 100, H 100, V 10,000, 256 places a step; 2.05 M parameters
 *     lstm  2 layers of 200, V 10,000, 20 rows of 20; 4.65 M parameters
 *     wide  2 layers of 650, V 10,000, 20 rows of 20; 19.8 M parameters, about as many as from which on `auto` takes TensorFlow; only if asked for
 *     gpt   4 layers, 4 heads, D 128, V 4,000, tied, 8 rows of 128; 1.32 M parameters
 *
 * A way is `parts/threads`: parts of a batch have gradients of their own. All contenders run in turn, `--rounds` times; the first five steps of each
 * are left out. TensorFlow.js is there where @tensorflow/tfjs-node is installed; PyTorch is that of the Python of PYTHON, python3 if it is not set, with two threads; it is left out where that has none.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { neural } from "../kernels/index.js";
import { openTensorflow, threadStepper } from "../models/index.js";
import { loadKernel } from "../models/trainingKernel.js";
import { benchBatch, benchNetworks } from "./neuralNetworks.js";
import { median } from "./wholeProcess.js";

const python = process.env.PYTHON ?? "python3";
const { values } = parseArgs({
  options: {
    networks: { type: "string", default: "nnlm,lstm,gpt" },
    ways: { type: "string", default: "1/1,2/1,2/2" },
    steps: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    fused: { type: "string", default: "true" },
    products: { type: "string", default: "true" },
  },
});
const [steps, rounds] = [Number(values.steps), Number(values.rounds)];
const WARM_UP = 5;

/** m x k x n. */
const shapes = [
  [256, 256, 256],
  [512, 512, 512],
  [1024, 128, 512],
  [1024, 128, 4096],
  [400, 200, 10000],
  [20, 200, 800],
  [5, 200, 800],
] as const;

interface Took {
  /** Milliseconds of each step. */
  readonly wall: readonly number[];
  /** Milliseconds of all threads, a step. */
  readonly processor: number;
}

let isMissing = false;
const tensorflow = await openTensorflow("bench/neural");
if ("why" in tensorflow) console.log(`${tensorflow.why}\n`);
if (values.products === "true") measureProducts();
for (const name of values.networks.split(",").filter(Boolean)) await measureSteps(name);

function measureProducts(): void {
  printRow(["product", "plain: a b", "a b'", "a' b", "fused: a b", "a b'", "a' b"]);
  printRow(new Array(7).fill("---"));
  const engines = [false, true].map((fused) => new neural.WasmEngine(loadKernel("neural", fused)));
  for (const shape of shapes)
    printRow([shape.join(" x "), ...engines.flatMap((engine) => rates(engine, shape).map((rate) => rate.toFixed(1)))]);
  console.log("");
}

function rates(engine: neural.Engine, [m, k, n]: readonly [number, number, number]): number[] {
  const ways = [{}, { transposeB: true }, { transposeA: true }];
  const operations = 2 * m * k * n;
  return ways.map(({ transposeA = false, transposeB = false }) =>
    engine.scope(() => {
      const drawn = (rows: number, columns: number) =>
        engine.place(
          Float32Array.from({ length: rows * columns }, (_, i) => ((37 * i) % 41) / 41),
          [rows, columns],
        );
      const a = transposeA ? drawn(k, m) : drawn(m, k);
      const b = transposeB ? drawn(n, k) : drawn(k, n);
      const repeats = Math.ceil(8e9 / operations);
      const used = process.cpuUsage();
      for (let n = 0; n < repeats; n++) engine.scope(() => engine.product(a, b, { transposeA, transposeB }));
      return (operations * repeats) / process.cpuUsage(used).user / 1000;
    }),
  );
}

async function measureSteps(name: string): Promise<void> {
  const contenders: [string, () => Promise<Took> | Took | undefined][] = values.ways.split(",").map((way) => {
    const [parts, workers] = way.split("/").map(Number) as [number, number];
    return [`lexstream, ${parts} parts, ${workers} threads`, () => ours(name, parts, workers)];
  });
  if ("engine" in tensorflow) {
    const { engine } = tensorflow;
    contenders.push([`TensorFlow.js, ${engine.arithmetic}`, () => ofTensorflow(name, engine)]);
  }
  contenders.push(["PyTorch, 2 threads", () => torch(name)]);
  const runs = contenders.map((): Took[] => []);
  const before = loadavg()[0]!;
  for (let round = 0; round < rounds; round++)
    for (const [i, [, run]] of contenders.entries()) {
      const took = await run();
      if (took) runs[i]!.push(took);
    }
  console.log(`${name}, load ${before.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after\n`);
  printRow(["program", "best wall, ms a step", "median wall", "processor, ms a step"]);
  printRow(new Array(4).fill("---"));
  for (const [i, [program]] of contenders.entries()) {
    if (runs[i]!.length === 0) continue;
    const walls = runs[i]!.flatMap(({ wall }) => wall);
    const processor = median(runs[i]!.map((took) => took.processor));
    printRow([program, Math.min(...walls).toFixed(1), median(walls).toFixed(1), processor.toFixed(1)]);
  }
  console.log("");
}

function ours(name: string, parts: number, workers: number): Promise<Took> {
  const network = benchNetworks[name]!.make();
  const script = new URL("./serveNeural.js", import.meta.url);
  const own = { who: "bench/neural", script, settings: name, seed: 1, parts, workers, fused: values.fused === "true" };
  return timed(name, network, threadStepper(network, firstValues(network), own));
}

function ofTensorflow(name: string, engine: neural.Engine): Promise<Took> {
  const network = benchNetworks[name]!.make();
  return timed(name, network, neural.plainStepper(engine, network, firstValues(network), { parts: 1, seed: 1 }));
}

function firstValues({ forms, initial }: neural.Network): Float32Array {
  return Float32Array.from(forms.flatMap((form) => [...initial(form, 1)]));
}

async function timed(name: string, { stateSize }: neural.Network, stepper: neural.Stepper): Promise<Took> {
  const options: neural.StepOptions = {
    optimiser: { kind: "adamW", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 },
    ...{ rate: 1e-3, clip: 1 },
  };
  const step = (n: number) => stepper.learn(benchBatch(benchNetworks[name]!, stateSize, n), options);
  for (let n = 0; n < WARM_UP; n++) await step(n);
  const wall: number[] = [];
  const used = process.cpuUsage();
  for (let n = 0; n < steps; n++) {
    const started = performance.now();
    await step(WARM_UP + n);
    wall.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(used);
  await stepper.close();
  return { wall, processor: (user + system) / 1000 / steps };
}

function torch(name: string): Took | undefined {
  if (isMissing) return undefined;
  const script = fileURLToPath(new URL("../../bench/neural.py", import.meta.url));
  const args = [script, name, String(WARM_UP), String(steps)];
  const { status, stdout, stderr } = spawnSync(python, args, {
    encoding: "utf8",
    env: { ...process.env, OMP_WAIT_POLICY: "passive" }, // threads that spin would count as work
  });
  if (status === 0) return JSON.parse(stdout);
  isMissing = true;
  console.log(`PyTorch: ${python} must run bench/neural.py, left out: ${(stderr ?? "").trim().split("\n").at(-1)}\n`);
  return undefined;
}

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
