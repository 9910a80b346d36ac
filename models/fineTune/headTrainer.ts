import type { Engine, Floats } from "../../kernels/neural/engine.js";
import { batchOfTexts, type MarkedText } from "../../kernels/neural/markedTexts.js";
import type { Network } from "../../kernels/neural/network.js";
import { type HeadOptions, textHead } from "../../kernels/neural/networks/textHead.js";
import { plainStepper } from "../../kernels/neural/plainStepper.js";
import { PooledReader } from "../../kernels/neural/pooledReader.js";
import type { StepBatch, StepOptions, Stepper } from "../../kernels/neural/stepper.js";
import { joinFloats } from "../../kernels/numbers/joinFloats.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { drawBelow, randomStream } from "../../kernels/numbers/random.js";
import type { NamedTensor, StageState } from "../../schemas/index.js";
import { BestPass } from "../neural/bestPass.js";
import { LearningRates, type RateSettings } from "../neural/learningRates.js";
import { makeStepper } from "../neural/makeStepper.js";
import type { NetworkTraining } from "../neural/networkKind.js";
import { namedEngine, openEngine } from "../neural/openEngine.js";
import type { MadeLanguageModel } from "../neural/openNetwork.js";
import { requireArithmetic } from "../trainingKernel.js";

export interface HeadTraining extends RateSettings {
  /** The unit, for messages. */
  readonly who: string;
  readonly batchSize: number;
  readonly clip: number;
  readonly optimiser: StepOptions["optimiser"];
  readonly training: NetworkTraining;
}

/** A row that is learned from, or kept aside: one text, or two that are compared, and the numbers of its classes. */
export interface LabelledRow {
  readonly texts: readonly MarkedText[];
  readonly labels: readonly number[];
}

/**
 * Learns a head over a language model, and the model with it unless that stays as it is; then its layers are read once, and kept. Rows are shuffled
 * anew in each epoch; of a row with several classes one is drawn. Every draw is a function of the seed, the epoch and the row.
 * State: the parameters, two moments of each; of a model that stays as it is its own, and the layers of all rows.
 */
export class HeadTrainer {
  readonly heldOutLosses: number[] = [];
  readonly #made: MadeLanguageModel;
  readonly #head: HeadOptions;
  readonly #settings: HeadTraining;
  readonly #network: Network;
  readonly #rates: LearningRates;
  readonly #best: BestPass;
  readonly #features = new Map<LabelledRow, Float32Array>();
  #stepper: Stepper | undefined;
  #reader: PooledReader | undefined;
  #steps = 0;
  /** Epochs learned. */
  #epochs = 0;

  constructor(made: MadeLanguageModel, head: HeadOptions, settings: HeadTraining) {
    let from = 0;
    const known = new Map(
      made.network.forms.map(({ name, shape }) => {
        const size = shape.reduce((product, each) => product * each, 1);
        from += size;
        return [name, made.values.slice(from - size, from)] as const;
      }),
    );
    [this.#made, this.#head, this.#settings] = [made, head, settings];
    this.#network = textHead(made.network, head, known);
    this.#rates = new LearningRates(settings);
    this.#best = new BestPass(settings.training.patience);
  }

  get epochs(): number {
    return this.#epochs;
  }

  get isOver(): boolean {
    return this.#best.isOver;
  }

  /** What a result says of the best epoch. */
  get told() {
    return this.#best.told;
  }

  get engine(): string {
    return `${this.#stepper!.engine} ${this.#stepper!.arithmetic}`;
  }

  /** One epoch; the loss in nats summed over the rows. @throws RangeError if it is not finite */
  async learn(rows: readonly LabelledRow[]): Promise<number> {
    const { who, batchSize, clip, optimiser, training } = this.#settings;
    const stepper = await this.#begin(rows);
    const [epoch, { seed }] = [this.#epochs, training];
    const labelDraws = randomStream(seed, "fineTune.label", epoch);
    const order = shuffled(rows.length, seed, epoch);
    let loss = 0;
    for (let from = 0; from < rows.length; from += batchSize) {
      const chosen = order.slice(from, from + batchSize);
      const labels = chosen.map((row) => {
        const own = rows[row]!.labels;
        return own[own.length > 1 ? drawBelow(labelDraws, row, own.length) : 0]!;
      });
      const batch = await this.#batchOf(
        chosen.map((row) => rows[row]!),
        labels,
      );
      const rate = this.#rates.at({ epoch, tokensBefore: from, expectedTokens: rows.length }, this.#steps);
      const outcome = await stepper.learn(batch, { optimiser, clip, rate });
      if (!Number.isFinite(outcome.labelLoss!) || !Number.isFinite(outcome.gradientNorm))
        throw new RangeError(
          `${who}: the loss must stay finite, got ${outcome.labelLoss} in step ${this.#steps + 1}, epoch ${epoch + 1}; lower learningRate or clip`,
        );
      loss += outcome.labelLoss!;
      this.#steps++;
    }
    this.#epochs++;
    return loss;
  }

  /** The mean loss of rows that were kept aside, by which learning ends early. */
  async judge(held: readonly LabelledRow[]): Promise<void> {
    if (held.length === 0 || this.heldOutLosses.length >= this.#epochs) return;
    const { batchSize } = this.#settings;
    let loss = 0;
    for (let from = 0; from < held.length; from += batchSize) {
      const some = held.slice(from, from + batchSize);
      const batch = await this.#batchOf(
        some,
        some.map(({ labels }) => labels[0]!),
      );
      loss += (await this.#stepper!.evaluate(batch)).labelLoss!;
    }
    this.heldOutLosses.push(loss / held.length);
    this.#rates.see(loss / held.length);
    await this.#best.see(this.#epochs, loss / held.length, () => this.#stepper!.read("values"));
  }

  /** The parameters of the best epoch, or as they are. */
  async values(): Promise<Floats> {
    return this.#best.values ?? (await this.#stepper!.read("values"));
  }

  /** What rows are scored by some parameters (classes,). */
  async scores(rows: readonly LabelledRow[], values: Floats): Promise<Float64Array[]> {
    const engine = openEngine();
    const parameters = engine.parameters(this.#network.forms);
    parameters.write("values", values);
    const found: Float64Array[] = [];
    for (const row of rows) {
      const batch = { ...(await this.#batchOf([row], row.labels.slice(0, 1))), firstRow: 0 };
      const logits = engine.scope(() => engine.read(this.#network.predict(engine, parameters, batch).logits));
      found.push(Float64Array.from(await logits));
    }
    parameters.close();
    return found;
  }

  /** The tensors of the language model and those of the head, with some parameters. */
  tensors(values: Floats): { readonly model: readonly NamedTensor[]; readonly head: readonly NamedTensor[] } {
    let from = 0;
    const all = this.#network.forms.map(({ name, shape }): NamedTensor => {
      const size = shape.reduce((product, each) => product * each, 1);
      from += size;
      return { name, shape, values: Float32Array.from(values.subarray(from - size, from)) };
    });
    if (this.#head.freeze) return { model: this.#made.model.tensors, head: all };
    const own = this.#made.network.forms.length;
    return { model: all.slice(0, own), head: all.slice(own) };
  }

  async save(): Promise<StageState | undefined> {
    if (!this.#stepper) return undefined;
    const stepper = this.#stepper;
    const [values, first, second] = await Promise.all([
      stepper.read("values"),
      stepper.read("first"),
      stepper.read("second"),
    ]);
    const own: StageState = {
      facts: { steps: this.#steps, epochs: this.#epochs, engine: this.engine },
      arrays: { values, first, second, losses: Float64Array.from(this.heldOutLosses) },
    };
    return joinStates({ own, rates: this.#rates.save(), best: this.#best.save() });
  }

  /** @param rows what is learned from */
  async restore(state: StageState, rows: readonly LabelledRow[]): Promise<void> {
    const { own, rates, best } = splitState(state);
    const stepper = await this.#begin(rows);
    requireArithmetic(this.#settings.who, own!.facts.engine as string, this.engine);
    for (const which of ["values", "first", "second"] as const) stepper.write(which, own!.arrays[which] as Floats);
    this.heldOutLosses.push(...(own!.arrays.losses as Float64Array));
    [this.#steps, this.#epochs] = [own!.facts.steps as number, own!.facts.epochs as number];
    this.#rates.restore(rates!);
    this.#best.restore(best!);
  }

  async close(): Promise<void> {
    this.#reader?.close();
    await this.#stepper?.close();
  }

  async #begin(rows: readonly LabelledRow[]): Promise<Stepper> {
    if (this.#stepper) return this.#stepper;
    const { who, training, batchSize } = this.#settings;
    const { parts, seed } = training;
    if (!this.#head.freeze) {
      const { model, script } = this.#made;
      const kind = { settings: model.settings, script: script!, head: this.#head };
      const longest = Math.max(...rows.flatMap(({ texts }) => texts.map(({ ids }) => ids.length)));
      const size = { rows: batchSize, length: longest * this.#head.texts };
      const { terms, counts } = model;
      const { stepper } = await makeStepper(who, kind, this.#network, { terms, counts, ...size }, training);
      this.#stepper = stepper;
      return stepper;
    }
    const engine: Engine = await namedEngine(who, training);
    this.#reader = new PooledReader(this.#made.network, engine, this.#made.values);
    const values = joinFloats(this.#network.forms.map((form) => this.#network.initial(form, seed)));
    this.#stepper = plainStepper(engine, this.#network, values, { parts, seed });
    return this.#stepper;
  }

  async #batchOf(rows: readonly LabelledRow[], labels: readonly number[]): Promise<StepBatch> {
    const step = { step: this.#steps, labels: Int32Array.from(labels) };
    if (!this.#head.freeze) return { ...batchOfTexts(rows.map(({ texts }) => texts)), ...step };
    const unread = rows.filter((row) => !this.#features.has(row));
    const read = await this.#reader!.read(
      unread.map(({ texts }) => texts),
      this.#head,
    );
    unread.forEach((row, k) => {
      this.#features.set(row, read[k]!);
    });
    const none = { ids: new Uint32Array(0), targets: new Int32Array(0), length: 0 };
    return {
      ...{ ...none, ...step, rows: rows.length, lengths: new Uint32Array(rows.length) },
      features: joinFloats(rows.map((row) => this.#features.get(row)!)),
    };
  }
}

/** Numbers 0 to count - 1 in an order of the epoch's own. */
function shuffled(count: number, seed: number, epoch: number): number[] {
  const draws = randomStream(seed, "fineTune.order", epoch);
  const order = Array.from({ length: count }, (_, row) => row);
  for (let last = count - 1; last > 0; last--) {
    const other = drawBelow(draws, last, last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
