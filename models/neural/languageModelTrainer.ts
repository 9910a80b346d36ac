import { initialTerms } from "../../kernels/embedding/knownRows.js";
import { carriedStates } from "../../kernels/neural/carriedStates.js";
import type { Floats } from "../../kernels/neural/engine.js";
import type { Network } from "../../kernels/neural/network.js";
import type { StepBatch, StepOptions } from "../../kernels/neural/stepper.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { idOfTerm } from "../../kernels/vocabulary/idOfTerm.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import {
  isSubwordVocabulary,
  type LanguageModel,
  type ModelContext,
  type NamedTensor,
  type NetworkSettings,
  type SequenceBatch,
  type StageState,
  type StepStats,
  type UpdatedModel,
  type VectorTable,
  type Vocabulary,
} from "../../schemas/index.js";
import { requireArithmetic } from "../trainingKernel.js";
import { BestPass } from "./bestPass.js";
import { HeldSequences } from "./heldSequences.js";
import { LearningRates, type RateSettings } from "./learningRates.js";
import type { ChosenStepper } from "./makeStepper.js";

export interface TrainerSettings extends RateSettings {
  /** The unit, for messages, and as the architecture of what it makes. */
  readonly who: string;
  readonly epochs: number;
  readonly holdout: number;
  readonly patience: number;
  readonly seed: number;
  readonly optimiser: StepOptions["optimiser"];
  readonly clip: number;
  /** What the model says of how it was made. */
  readonly options: string;
  /** What its term vectors begin with, which it tells. */
  readonly initialVectors: VectorTable | undefined;
}

export interface MadeNetwork extends ChosenStepper {
  readonly network: Network;
  /** What it can be made from again. */
  readonly settings: NetworkSettings;
}

/** The network for a vocabulary, its parameters at their first values, on the engine of choice. */
export type NetworkMaker = (vocabulary: Vocabulary, size: BatchSize) => Promise<MadeNetwork>;

export interface BatchSize {
  readonly rows: number;
  readonly length: number;
}

/** Counted since the start; ends are those of sentences, as they were predicted, and as something was predicted behind them. */
const nothingYet = { passes: 0, steps: 0, tokens: 0, predicted: 0, endsPredicted: 0, endsRead: 0 };

/**
 * Learns a network over sequences by its mean loss, step by step. In: SequenceBatch, `epochs` passes. Out: LanguageModel. Loss in nats,
 * summed over the predicted places of documents that are not held out. Rows that go on have the state of the row before them.
 *
 * State: the parameters, two moments of each for adamW, the recurrent state of each row, the held-out rows, and with `patience` the
 * parameters of the best pass.
 * @throws RangeError from `update`, if rows are longer than the network reads, it does not fit into memory, or the loss is not finite; from `result`, if there was nothing to learn from or another number of passes
 */
export function languageModelTrainer(
  settings: TrainerSettings,
  make: NetworkMaker,
): UpdatedModel<"sequences", "languageModel"> {
  const { who, epochs, seed, maxSteps = Number.POSITIVE_INFINITY } = settings;
  const held = new HeldSequences(settings.holdout, seed);
  const rates = new LearningRates(settings);
  const best = new BestPass(settings.patience);
  const counted = { ...nothingYet };
  let vocabulary: Vocabulary | undefined;
  let endId: number | undefined;
  let made: MadeNetwork | undefined;
  /** Of each row of the last batch (B x stateSize). */
  let states = new Float32Array(0);
  let rowsAtOnce = 1;
  /** Passes whose held-out loss is known. */
  let scored = 0;
  const losses: number[] = [];
  const labelLosses: number[] = [];
  const labelAccuracies: number[] = [];

  async function start(from: Vocabulary, size: BatchSize): Promise<MadeNetwork> {
    requireFixed(who, from);
    vocabulary = from;
    const end = firstKnown(ends, from);
    endId = idOfTerm(from, end);
    made = await make(from, size);
    return made;
  }

  async function update(batch: SequenceBatch): Promise<StepStats> {
    if (vocabulary && batch.vocabulary !== vocabulary)
      throw new TypeError(`${who}: every batch must have the same vocabulary, got another one`);
    const [rows, length] = [batch.lengths.length, batch.sequenceLength];
    const { network, stepper } = made ?? (await start(batch.vocabulary, { rows, length }));
    if (length > (network.longest ?? Number.POSITIVE_INFINITY))
      throw new RangeError(
        `${who}: rows must have at most ${network.longest} places, as many as positions, got ${length}; length of packSequences says how many`,
      );
    counted.passes = batch.epoch + 1;
    const tokens = batch.lengths.reduce((sum, length) => sum + length, 0);
    if (isOver()) return { taken: tokens, examples: 0, loss: 0, epoch: batch.epoch };
    rowsAtOnce = Math.max(rowsAtOnce, rows);
    const taken = held.taken(batch);
    const state = network.stateSize > 0 ? carriedStates(batch.continues, states, network.stateSize) : undefined;
    const step: StepBatch = {
      ...{ rows, length, ids: batch.ids, lengths: batch.lengths, step: counted.steps, ...taken },
      ...(batch.segments ? { segments: batch.segments } : {}),
      ...(state ? { state } : {}),
    };
    const { optimiser, clip } = settings;
    const outcome = await stepper.learn(step, { optimiser, clip, rate: rates.at(batch, counted.steps) });
    if (!Number.isFinite(outcome.loss + (outcome.labelLoss ?? 0)) || !Number.isFinite(outcome.gradientNorm))
      throw new RangeError(
        `${who}: the loss must stay finite, got ${outcome.loss} in step ${counted.steps + 1}, epoch ${counted.passes}; lower learningRate or clip`,
      );
    if (outcome.state) states = outcome.state as Float32Array<ArrayBuffer>;
    counted.steps++;
    counted.tokens += tokens;
    counted.predicted += outcome.predicted;
    counted.endsRead += endsIn(batch.ids);
    counted.endsPredicted += endsIn(batch.targets);
    return { taken: tokens, examples: outcome.predicted, loss: outcome.loss, epoch: batch.epoch };
  }

  const isOver = () => best.isOver || counted.steps >= maxSteps;

  function endsIn(ids: ArrayLike<number>): number {
    let count = 0;
    for (let place = 0; place < ids.length; place++) if (ids[place] === endId) count++;
    return count;
  }

  async function endPass(): Promise<boolean> {
    if (!made || scored >= counted.passes) return isOver();
    scored = counted.passes;
    if (held.tokens === 0) return isOver();
    const { network, stepper } = made;
    const score = await held.score(rowsAtOnce, network.stateSize, (batch) => stepper.evaluate(batch));
    const { loss, predicted, labelLoss, labelRight, labelled } = score;
    if (predicted === 0) return isOver();
    losses.push(loss / predicted);
    if (labelled > 0) labelLosses.push(labelLoss / labelled);
    if (labelled > 0) labelAccuracies.push(labelRight / labelled);
    rates.see(loss / predicted);
    await best.see(scored, loss / predicted, () => stepper.read("values"));
    return isOver();
  }

  async function save(): Promise<StageState | undefined> {
    if (!made) return undefined;
    const { stepper } = made;
    const [values, first, second] = await Promise.all([
      stepper.read("values"),
      stepper.read("first"),
      stepper.read("second"),
    ]);
    const own: StageState = {
      facts: { ...counted, scored, rowsAtOnce, engine: stepper.engine, arithmetic: stepper.arithmetic },
      arrays: {
        values,
        first,
        second,
        states,
        losses: Float64Array.from(losses),
        labelLosses: Float64Array.from(labelLosses),
        labelAccuracies: Float64Array.from(labelAccuracies),
      },
    };
    return joinStates({ own, held: held.save(), rates: rates.save(), best: best.save() });
  }

  async function restore(state: StageState, { vocabulary: from }: ModelContext): Promise<void> {
    if (!from) throw new TypeError(`${who}: restore must be given the vocabulary of the batches to come, got none`);
    const { own, held: heldState, rates: rateState, best: bestState } = splitState(state);
    const { arithmetic, scored: passesScored, rowsAtOnce: rows, engine, ...facts } = own!.facts;
    const { stepper } = await start(from, { rows: rows as number, length: 0 });
    requireArithmetic(who, `${engine} ${arithmetic}`, `${stepper.engine} ${stepper.arithmetic}`);
    const { values, first, second, states: rowStates, losses: passLosses } = own!.arrays;
    stepper.write("values", values as Floats);
    stepper.write("first", first as Floats);
    stepper.write("second", second as Floats);
    states = Float32Array.from(rowStates as Float32Array);
    losses.push(...(passLosses as Float64Array));
    labelLosses.push(...(own!.arrays.labelLosses as Float64Array));
    labelAccuracies.push(...(own!.arrays.labelAccuracies as Float64Array));
    Object.assign(counted, facts);
    scored = passesScored as number;
    rowsAtOnce = rows as number;
    held.restore(heldState!);
    rates.restore(rateState!);
    best.restore(bestState!);
  }

  function modelWith(values: Floats, { network, settings: sizes, stepper, choice }: MadeNetwork): LanguageModel {
    return {
      ...{ architecture: who, settings: sizes, vectors: network.vectors },
      ...{ terms: vocabulary!.terms, counts: vocabulary!.counts, ...specialTerms(vocabulary!, counted) },
      ...(isSubwordVocabulary(vocabulary!) ? { tokenizer: vocabulary.tokenizer } : {}),
      tensors: tensorsOf(network, values),
      metadata: new Map([
        ["model", who],
        ["options", settings.options],
        ...initialTerms(vocabulary!.terms, settings.initialVectors),
        ["engine", stepper.engine],
        ["arithmetic", stepper.arithmetic],
        ["engineChoice", choice],
        ["learned", JSON.stringify({ ...counted, heldOutTokens: held.tokens, ...heldOut(), ...best.told })],
      ]),
    };
  }

  /** The held-out losses after each pass, and where rows have classes those of them, and the share that is told right. */
  function heldOut(): Readonly<Record<string, readonly number[]>> {
    const ofLabels = { heldOutLabelLosses: labelLosses, heldOutLabelAccuracies: labelAccuracies };
    return { heldOutLosses: losses, ...(labelLosses.length > 0 ? ofLabels : {}) };
  }

  async function result(): Promise<LanguageModel> {
    if (!made) throw new RangeError(`${who}: there must be sequences to learn from before a result, got none`);
    if (counted.predicted === 0)
      throw new RangeError(
        `${who}: there must be places where a term is to be predicted, got ${counted.tokens} tokens without any; documents of one token have none`,
      );
    if (counted.passes !== epochs && !isOver())
      throw new RangeError(
        `${who}: must be fed as many passes over the text as its epochs, ${epochs}, got ${counted.passes}`,
      );
    await endPass();
    return modelWith(best.values ?? (await made.stepper.read("values")), made);
  }

  return {
    name: who,
    reads: "sequences",
    makes: "languageModel",
    epochs,
    update,
    endPass,
    heldOutLosses: losses,
    heldOutScores: { nextSentenceLoss: labelLosses, nextSentenceAccuracy: labelAccuracies },
    notice: () => made && `engine ${made.stepper.engine}, ${made.stepper.arithmetic} (${made.choice})`,
    save,
    restore,
    snapshot: async () => made && modelWith(await made.stepper.read("values"), made),
    result,
    close: () => made?.stepper.close(),
  };
}

/** What stands for unknown terms, and what ends a sentence, by the names that tokenizers and language models give them. */
const unknowns = ["<unk>", "[UNK]"];
const ends = ["</s>", "<eos>", "<|endoftext|>"];

const firstKnown = (names: readonly string[], { idOf }: Vocabulary) => names.find((name) => idOf(name) !== undefined);

function specialTerms(
  vocabulary: Vocabulary,
  { endsRead, endsPredicted }: Readonly<typeof nothingYet>,
): Pick<LanguageModel, "unknown" | "sentenceEnd" | "beginning"> {
  const [unknown, end] = [firstKnown(unknowns, vocabulary), firstKnown(ends, vocabulary)];
  return {
    ...(unknown === undefined ? {} : { unknown }),
    ...(end === undefined || endsPredicted === 0 ? {} : { sentenceEnd: end }),
    ...(end === undefined || endsRead === 0 ? {} : { beginning: end }),
  };
}

function tensorsOf({ forms }: Network, values: Floats): NamedTensor[] {
  let from = 0;
  return forms.map(({ name, shape }) => {
    const size = shape.reduce((product, each) => product * each, 1);
    from += size;
    return { name, shape, values: Float32Array.from(values.subarray(from - size, from)) };
  });
}
