import { exp, ln } from "../numbers/logarithm.js";
import { sigmoid, softplus } from "../numbers/sigmoid.js";
import { type BagLists, listOf } from "./bagLists.js";
import { type RecordChunk, recordLength } from "./bagRecords.js";
import { KeptMeans } from "./keptMeans.js";

/**
 * A linear model over bags of features. With h the mean of an example's n input rows v_i, and u_j its output rows,
 *
 *     loss = sum over j of w_j (softplus(x_j) - t_j x_j), x_j = u_j . h        rows that the example names, or each label alone
 *     loss = -w sum over labels j of t_j ln softmax(x)_j                       softmax over all labels
 *     u_j += r w_j (t_j - p_j) h,   v_i += c s_i sum over j of r w_j (t_j - p_j) u_j
 *
 * with p_j the sigmoid or softmax of x_j, r the rate, s_i that of the row, and c = 1 for vectors or 1 / n for classifiers, as in fastText
 * (`model.cc`; Bojanowski et al. 2017, arXiv:1607.04606; Joulin et al. 2017, arXiv:1607.01759). Unlike there, examples are learned in groups:
 * the scores of a group come from the weights as they were at its start, or, with `keptMeans`, the rows of lists from before a few examples; targets may be fractions, and rows may have rates of their own.
 * The reference learns as fastText's program where it is asked to: see `order`.
 */
export interface BagSettings {
  readonly vectorSize: number;
  readonly scoredBy: "rows" | "softmax" | "eachLabel";
  /** Whether the gradient is divided by the number of input rows. */
  readonly divides: boolean;
  readonly groupSize: number;
  /**
   * Means of lists that are kept while a group is learned from, for records whose rows are the places in the text of their lists: places that
   * stand together in a record must be less than so many apart. See `KeptMeans`; without, every record reads its rows anew.
   */
  readonly keptMeans?: number;
  readonly inputRows: number;
  readonly outputRows: number;
  /** The most input and output rows of an example. */
  readonly maxInputs: number;
  readonly maxOutputs: number;
  /** Rows of lists, one behind the other. */
  readonly lists: BagLists;
  /**
   * Of the reference alone: `fastText` scores each output of an example after the one before it has been learned from, with the sigmoid of
   * fastText's table (`loss.cc`), so that what `writePairExamples` writes is learned from as by fastText's program on one thread.
   */
  readonly order?: "groups" | "fastText";
  /** By how much faster or slower than the others input rows learn; all the same if left out. */
  readonly rates?: BagRates;
}

export interface BagRates {
  /** Of the first rows. */
  readonly rows: Float32Array;
  /** Of all others. */
  readonly rest: number;
}

export interface BagStep {
  readonly loss: number;
  readonly examples: number;
}

/** What trains: this reference, or threads with compiled kernels. */
export interface BagEngine {
  /** Learns from records, in groups, in the order of the calls; some may be under way at once. */
  learn(chunk: RecordChunk): Promise<BagStep> | BagStep;
  /** Labels so far, for the losses that go over all of them. */
  labels: number;
  /** Both matrices, a row every `stride` numbers; may be written to where no example that is under way has its row. */
  readonly weights: { readonly input: Float32Array; readonly output: Float32Array };
  readonly stride: number;
  /** Where the settings have rates: those of the first rows, and of the rest; may be written to while nothing is under way. */
  readonly rates: Float32Array | undefined;
  restRate: number;
  readonly arithmetic: string;
  /** Resolves once nothing is under way. */
  idle(): Promise<void> | void;
  finish(): Promise<void> | void;
  close(): Promise<void> | void;
}

/**
 * The model in plain TypeScript: what faster kernels are tested against, and what scores with the weights of any. State: both matrices, and a
 * group.
 */
export class BagTrainer implements BagEngine {
  readonly #settings: BagSettings;
  readonly weights: { readonly input: Float32Array; readonly output: Float32Array };
  readonly stride: number;
  readonly rates: Float32Array | undefined;
  restRate: number;
  readonly arithmetic = "double";
  labels = 0;

  /** @param held weights that are there, in the place of zeros */
  constructor(settings: BagSettings, held?: Pick<BagEngine, "weights" | "stride">) {
    const { vectorSize, inputRows, outputRows } = settings;
    this.#settings = settings;
    this.rates = settings.rates?.rows;
    this.restRate = settings.rates?.rest ?? 1;
    this.stride = held?.stride ?? vectorSize;
    this.weights = held?.weights ?? {
      input: new Float32Array(inputRows * vectorSize),
      output: new Float32Array(outputRows * vectorSize),
    };
  }

  learn({ words, starts }: RecordChunk): BagStep {
    const { groupSize } = this.#settings;
    const examples = starts.length - 1;
    let loss = 0;
    for (let from = 0; from < examples; from += groupSize)
      loss += this.#learnGroup(words.subarray(starts[from], starts[Math.min(examples, from + groupSize)]));
    return { loss, examples };
  }

  /** The loss of records, with weights that stay as they are. */
  score({ words, starts }: RecordChunk): BagStep {
    const examples = starts.length - 1;
    let loss = 0;
    for (const start of starts.subarray(0, examples)) loss += this.#score(words, start, this.#means()).loss;
    return { loss, examples };
  }

  idle(): void {}
  finish(): void {}
  close(): void {}

  #learnGroup(words: Uint32Array): number {
    if (this.#settings.order === "fastText") return this.#learnInOrder(words);
    const means = this.#means();
    if (means) return this.#learnPlaces(words, means);
    const scored: Scored[] = [];
    for (let at = 0; at < words.length; at += recordLength(words, at)) scored.push(this.#score(words, at));
    let loss = 0;
    for (const each of scored) {
      this.#apply(each);
      loss += countable(each.loss);
    }
    return loss;
  }

  /** Each example is scored after the one before it was applied, since they share the means. */
  #learnPlaces(words: Uint32Array, means: KeptMeans): number {
    let loss = 0;
    for (let at = 0; at < words.length; at += recordLength(words, at)) {
      const scored = this.#score(words, at, means);
      this.#apply(scored);
      loss += countable(scored.loss);
    }
    means.leaveAll();
    return loss;
  }

  #means(): KeptMeans | undefined {
    const { keptMeans, lists, vectorSize } = this.#settings;
    if (!keptMeans) return undefined;
    return new KeptMeans(keptMeans, lists, { input: this.weights.input, stride: this.stride, vectorSize });
  }

  #learnInOrder(words: Uint32Array): number {
    let loss = 0;
    for (let at = 0; at < words.length; at += recordLength(words, at)) {
      const { rate, inputs, hidden, outputs } = this.#read(words, at);
      const change = new Float64Array(this.#settings.vectorSize);
      for (const output of outputs) {
        const x = this.#dot(hidden, output.row);
        this.#learnOutput(output.row, rate * output.weight * (output.target - tableSigmoid(x)), hidden, change);
        loss += output.weight * (softplus(x) - output.target * x);
      }
      this.#moveInputs(inputs, change);
    }
    return loss;
  }

  #read(words: Uint32Array, at: number, means?: KeptMeans): Example {
    const { vectorSize } = this.#settings;
    const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
    const [lengthOfLists, rows, named] = words.subarray(at + 1, at + 4) as unknown as [number, number, number];
    const listed = at + 4 + lengthOfLists;
    const lists = words.subarray(at + 4, listed);
    const others = words.subarray(listed, listed + rows);
    const inputs = means
      ? Array.from(lists, (list, k): Input => ({ ...means.at(others[k]!, list), step: 1 }))
      : this.#inputsOf(lists, others);
    const outputs = Array.from({ length: named }, (_, j): Output => {
      const place = listed + rows + 3 * j;
      return { row: words[place]!, target: floats[place + 1]!, weight: floats[place + 2]! };
    });
    const hidden = new Float64Array(vectorSize);
    const all = inputs.reduce((sum, { count }) => sum + count, 0);
    for (const { values, count } of inputs)
      for (let d = 0; d < vectorSize; d++) hidden[d]! += (count * values[d]!) / all;
    return { rate: floats[at]!, inputs, outputs, hidden };
  }

  #inputsOf(lists: Uint32Array, others: Uint32Array): Input[] {
    const { vectorSize, lists: all } = this.#settings;
    return [...Array.from(lists, (list) => listOf(all, list)), others].flatMap((rows) =>
      Array.from(
        rows,
        (row): Input => ({
          values: this.weights.input.subarray(row * this.stride, row * this.stride + vectorSize),
          count: 1,
          step: this.rates?.[row] ?? this.restRate,
        }),
      ),
    );
  }

  #score(words: Uint32Array, at: number, means?: KeptMeans): Scored {
    const { scoredBy } = this.#settings;
    const { rate, inputs, outputs, hidden } = this.#read(words, at, means);
    const all = scoredBy === "rows" ? outputs : overLabels(outputs, this.labels, scoredBy);
    const scores = all.map(({ row }) => this.#dot(hidden, row));
    const { loss, gradients } = scoredBy === "softmax" ? softmaxGradients(scores, all) : sigmoidGradients(scores, all);
    return { inputs, outputs: all, hidden, loss, gradients: gradients.map((gradient) => rate * gradient) };
  }

  #dot(hidden: Float64Array, row: number): number {
    const { vectorSize } = this.#settings;
    let sum = 0;
    for (let d = 0; d < vectorSize; d++) sum += hidden[d]! * this.weights.output[row * this.stride + d]!;
    return sum;
  }

  #apply({ inputs, outputs, hidden, gradients }: Scored): void {
    const change = new Float64Array(this.#settings.vectorSize);
    outputs.forEach(({ row }, j) => {
      this.#learnOutput(row, gradients[j]!, hidden, change);
    });
    this.#moveInputs(inputs, change);
  }

  /** Adds to the change of the inputs what an output row asks of them, and moves that row. */
  #learnOutput(row: number, gradient: number, hidden: Float64Array, change: Float64Array): void {
    const { output } = this.weights;
    for (let d = 0; d < hidden.length; d++) {
      const at = row * this.stride + d;
      change[d]! += gradient * output[at]!;
      output[at]! += gradient * hidden[d]!;
    }
  }

  #moveInputs(inputs: readonly Input[], change: Float64Array): void {
    const share = this.#settings.divides ? 1 / Math.max(1, inputs.length) : 1;
    for (const { values, step } of inputs)
      change.forEach((by, d) => {
        values[d]! += share * step * by;
      });
  }
}

/** An example's loss in units of 2^-24: sums of these are exact, and so do not depend on where batches end. */
const countable = (loss: number): number => Math.round(loss * 2 ** 24) / 2 ** 24;

interface Output {
  readonly row: number;
  readonly target: number;
  readonly weight: number;
}

/** A row, or the mean of `count` rows that is kept, as it lies in memory, and how much of a change it takes. */
interface Input {
  readonly values: Float32Array | Float64Array;
  readonly count: number;
  readonly step: number;
}

interface Example {
  readonly rate: number;
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  readonly hidden: Float64Array;
}

interface Scored extends Omit<Example, "rate"> {
  readonly loss: number;
  readonly gradients: readonly number[];
}

/** Of all labels the named ones are right; in the softmax their weights are the distribution aimed at. */
function overLabels(named: readonly Output[], labels: number, scoredBy: "softmax" | "eachLabel"): Output[] {
  const sum = named.reduce((total, { weight }) => total + weight, 0);
  const weight = scoredBy === "softmax" ? sum : sum / Math.max(1, named.length);
  const targets = new Float64Array(labels);
  for (const { row, weight } of named) targets[row] = scoredBy === "softmax" ? targets[row]! + weight / sum : 1;
  return Array.from(targets, (target, row) => ({ row, target, weight }));
}

function sigmoidGradients(scores: readonly number[], outputs: readonly Output[]) {
  const loss = scores.reduce((sum, x, j) => sum + outputs[j]!.weight * (softplus(x) - outputs[j]!.target * x), 0);
  return { loss, gradients: scores.map((x, j) => outputs[j]!.weight * (outputs[j]!.target - sigmoid(x))) };
}

const TABLE_SIZE = 512;
const TABLE_END = 8;

/** fastText looks the sigmoid up at the next of 512 places between -8 and 8 below x; beyond, it is 0 or 1. */
function tableSigmoid(x: number): number {
  if (x < -TABLE_END) return 0;
  if (x > TABLE_END) return 1;
  const place = Math.trunc((Math.fround(x + TABLE_END) * TABLE_SIZE) / TABLE_END / 2); // of float32, where -1e-8 + 8 is 8
  return Math.fround(sigmoid((place * 2 * TABLE_END) / TABLE_SIZE - TABLE_END));
}

function softmaxGradients(scores: readonly number[], outputs: readonly Output[]) {
  const largest = Math.max(...scores);
  const powers = scores.map((x) => exp(Math.max(-87, x - largest)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const weight = outputs[0]?.weight ?? 0;
  const right = scores.reduce((sum, x, j) => sum + outputs[j]!.target * (x - largest), 0);
  const gradients = powers.map((power, j) => weight * (outputs[j]!.target - power / total));
  return { loss: weight * (ln(total) - right), gradients };
}

/** Words of a record at most, so that a group of them fits into what is handed over at once. */
export const MAX_INPUTS = 60_000;
