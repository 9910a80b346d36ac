/**
 * Losses at equal steps, beside PyTorch: both begin with the same weights (safetensors) and step by the same batches.
 *
 *     PYTHON=python3 npm run bench:neural-losses -- TEXT [--networks nnlm,lstm,gpt,bert,elmo] [--steps 100,250,1000] [--characters]
 *
 * Terms are the 1000 most frequent words of the text, or with `--characters` its 3000 most frequent characters; the others are one unknown
 * term, and a line ends with a term of its own. 8 lanes of 20 places; nnlm and lstm go on where the batch before ended. AdamW without dropout, 0.002.
 * Shown are the mean losses of the last 50 batches before each of the steps, in nats (in bits with `--characters`), and how far they lie apart.
 *
 *     nnlm  4 terms before, D 32, H 32            gpt, bert  2 layers, 2 heads, D 32; bert hides each seventh term
 *     lstm  one layer of 64                       elmo       2 layers, P 16, H 32, 28 filters over characters
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { neural } from "../kernels/index.js";
import { loadKernel } from "../models/trainingKernel.js";
import { DurableFile } from "../storage/files/durableFile.js";
import { writeSafetensors } from "../storage/models/safetensors.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: "string", default: "nnlm,lstm,gpt,bert,elmo" },
    steps: { type: "string", default: "100,250,1000" },
    characters: { type: "boolean", default: false },
  },
});
const ROWS = 8;
const LENGTH = 20;
const LAST = 50;
const HIDDEN_EACH = 7;
const steps = options.steps.split(",").map(Number);
const { terms, ids } = readText(positionals[0]!, options.characters);
const MASK = terms.length - 1;

const initialRange = 0.1;
const block = { positions: LENGTH, layers: 2, heads: 2, vectorSize: 32, innerSize: 128, dropout: 0 };
const networks: Readonly<Record<string, () => neural.Network>> = {
  nnlm: () =>
    neural.nnlm({
      ...{ terms: terms.length, contextSize: 4, vectorSize: 32, hiddenSize: 32, direct: false, dropout: 0 },
      initialRange,
    }),
  lstm: () =>
    neural.rnnlm({
      ...{ terms: terms.length, vectorSize: 64, hiddenSize: 64, layers: 1, cell: "lstm", dropout: 0, tied: false },
      initialRange,
    }),
  gpt: () => neural.gpt({ terms: terms.length, ...block, activation: "geluTanh", epsilon: 1e-5 }),
  bert: () =>
    neural.bert({
      terms: terms.length,
      ...block,
      segments: 2,
      nextSentence: false,
      activation: "gelu",
      epsilon: 1e-12,
    }),
  elmo: () =>
    neural.elmo({
      ...{ terms, maxCharacters: 12, characterSize: 8, highways: 1, vectorSize: 16, hiddenSize: 32, layers: 2 },
      ...{ filters: [8, 8, 12].map((count, k) => ({ width: k + 1, count })), dropout: 0 },
    }),
};
const optimiser = { kind: "adamW", beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.01 } as const;

printRow(["network", "step", "lexstream", "PyTorch", "apart"]);
printRow(["---", "---:", "---:", "---:", "---:"]);
for (const name of options.networks.split(",")) await compare(name);

async function compare(name: string): Promise<void> {
  const network = networks[name]!();
  const values = Float32Array.from(network.forms.flatMap((form) => [...network.initial(form, 1)]));
  const batches = Array.from({ length: Math.max(...steps) }, (_, step) => batchAt(step, name === "bert"));
  const folder = mkdtempSync(join(tmpdir(), "lexstream-bench-"));
  try {
    writeInputs(folder, name, network, values, batches);
    const python = process.env.PYTHON ?? "python3";
    const script = fileURLToPath(new URL("../../bench/neuralLosses.py", import.meta.url));
    const ours = await learned(network, values, batches);
    const { status, stdout, stderr } = spawnSync(python, [script, folder], { encoding: "utf8", maxBuffer: 1e8 });
    const theirs: number[] = status === 0 ? JSON.parse(stdout) : [];
    if (status !== 0) console.error(`${name}: ${python} must run bench/neuralLosses.py, got ${stderr}`);
    for (const step of steps) {
      const [a, b] = [ours, theirs].map((losses) => meanOf(losses.slice(Math.max(0, step - LAST), step)));
      printRow([name, String(step), ...[a!, b!, Math.abs(a! - b!)].map((loss) => loss.toFixed(4))]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Batch = Pick<neural.StepBatch, "ids" | "targets">;

/** The mean loss of each batch before its step. */
async function learned(network: neural.Network, values: Float32Array, batches: readonly Batch[]): Promise<number[]> {
  const engine = new neural.WasmEngine(loadKernel("neural", false));
  const stepper = neural.plainStepper(engine, network, values, { parts: 1, seed: 1 });
  const { stateSize } = network;
  let state = new Float32Array(ROWS * stateSize);
  const losses: number[] = [];
  for (const [step, batch] of batches.entries()) {
    const own = { ...batch, rows: ROWS, length: LENGTH, lengths: new Uint32Array(ROWS).fill(LENGTH), step };
    const outcome = await stepper.learn(stateSize > 0 ? { ...own, state } : own, { optimiser, rate: 0.002, clip: 1 });
    if (outcome.state) state = Float32Array.from(outcome.state);
    losses.push(outcome.loss / outcome.predicted);
  }
  await stepper.close();
  return losses;
}

/** What is written for the other program. */
function writeInputs(
  folder: string,
  name: string,
  { forms }: neural.Network,
  values: Float32Array,
  batches: readonly Batch[],
): void {
  let from = 0;
  const tensors = forms.map(({ name: tensor, shape }) => {
    const size = shape.reduce((product, each) => product * each, 1);
    from += size;
    return { name: tensor, shape, values: values.slice(from - size, from) };
  });
  const file = new DurableFile(join(folder, "weights.safetensors"));
  writeSafetensors(file, tensors, new Map([["format", "pt"]]));
  file.commit();
  const numbers = batches.flatMap(({ ids, targets }) => [...ids, ...targets]);
  writeFileSync(join(folder, "batches.int32"), Int32Array.from(numbers));
  const decayed = forms.filter(({ decays }) => decays).map((form) => form.name);
  const spelled = neural.termSpellings(terms, 12, 3);
  const spellings = { length: spelled.length, characters: [...spelled.characters] };
  const meta = { network: name, rows: ROWS, length: LENGTH, steps: batches.length, decayed, spellings };
  writeFileSync(join(folder, "meta.json"), JSON.stringify(meta));
}

/** Each row goes on where that of the batch before ended. */
function batchAt(step: number, isMasked: boolean): Batch {
  const lane = Math.floor((ids.length - 1) / ROWS);
  const at = (place: number, ahead: number) =>
    ids[Math.floor(place / LENGTH) * lane + ((step * LENGTH + (place % LENGTH)) % (lane - 1)) + ahead]!;
  const places = Array.from({ length: ROWS * LENGTH }, (_, place) => place);
  const isHidden = (place: number) => isMasked && (place + step) % HIDDEN_EACH === 0;
  return {
    ids: Uint32Array.from(places, (place) => (isHidden(place) ? MASK : at(place, 0))),
    targets: Int32Array.from(places, (place) => (isMasked ? (isHidden(place) ? at(place, 0) : -1) : at(place, 1))),
  };
}

/** Ids by frequency; what is not frequent is the first term. */
function readText(path: string, areCharacters: boolean) {
  const lines = readFileSync(path, "utf8").split("\n");
  const tokens = lines.flatMap((line) => [...(areCharacters ? line : line.split(/\s+/).filter(Boolean)), "</s>"]);
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const frequent = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, areCharacters ? 3000 : 1000);
  const terms = ["<unk>", ...frequent.map(([token]) => token), "[MASK]"];
  const idOf = new Map(terms.map((term, id) => [term, id]));
  return { terms, ids: Uint32Array.from(tokens, (token) => idOf.get(token) ?? 0) };
}

function meanOf(losses: readonly number[]): number {
  const nats = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return options.characters ? nats / Math.LN2 : nats;
}

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
