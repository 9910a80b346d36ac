/**
 * Whether memory grows while networks learn: resident memory and claimed memory of the kernels, behind step 200 and behind step 2000.
 *
 *     npm run bench:neural-memory -- [--networks nnlm,lstm,gpt] [--steps 200,2000] [--threads 2]
 *
 * Networks are those of bench/neural.ts, each in a process of its own. Memory of kernels is what is reserved for all threads: parameters, what the
 * optimiser keeps, and arenas, which hold what a step makes. Behind each of the steps garbage is collected first.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { threadStepper } from "../models/index.js";
import { benchBatch, benchNetworks } from "./neuralNetworks.js";

const { values: options } = parseArgs({
  options: {
    networks: { type: "string", default: "nnlm,lstm,gpt" },
    steps: { type: "string", default: "200,2000" },
    threads: { type: "string", default: "2" },
    alone: { type: "boolean", default: false },
  },
});
const marks = options.steps.split(",").map(Number);
const names = options.networks.split(",");

if (options.alone) await measure(names[0]!);
else {
  console.log(`| network | ${marks.map((step) => `step ${step}: resident, MB | kernels, MB`).join(" | ")} | growth |`);
  console.log(`| --- ${"| ---: ".repeat(2 * marks.length + 1)}|`);
  for (const name of names) {
    const script = fileURLToPath(import.meta.url);
    const own = ["--networks", name, "--steps", options.steps, "--threads", options.threads, "--alone"];
    const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", script, ...own], { encoding: "utf8" });
    process.stdout.write(stdout || stderr);
  }
}

async function measure(name: string): Promise<void> {
  const bench = benchNetworks[name]!;
  const network = bench.make();
  const script = new URL("./serveNeural.js", import.meta.url);
  const workers = Number(options.threads);
  const values = Float32Array.from(network.forms.flatMap((form) => [...network.initial(form, 1)]));
  const own = { who: "bench/neuralMemory", script, settings: name, seed: 1, parts: 2, workers, fused: false };
  const stepper = threadStepper(network, values, own);
  const optimiser = { kind: "adamW", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 } as const;
  const found: (readonly [resident: number, kernels: number])[] = [];
  for (let step = 0; step < Math.max(...marks); step++) {
    await stepper.learn(benchBatch(bench, network.stateSize, step), { optimiser, rate: 1e-3, clip: 1 });
    if (!marks.includes(step + 1)) continue;
    globalThis.gc?.();
    found.push([process.memoryUsage.rss() / 1e6, stepper.heldBytes / 1e6]);
  }
  await stepper.close();
  const growth = 100 * (found.at(-1)![0] / found[0]![0] - 1);
  const cells = found.flat().map((megabytes) => megabytes.toFixed(1));
  console.log(`| ${[name, ...cells, `${growth.toFixed(1)} %`].join(" | ")} |`);
}
