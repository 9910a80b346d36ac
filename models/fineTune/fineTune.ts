import type { Network } from "../../kernels/neural/network.js";
import { softmaxTemperature } from "../../kernels/neural/softmaxTemperature.js";
import { TextIds } from "../../kernels/neural/textIds.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import {
  type AnyClassifier,
  boolean,
  defineUnit,
  epochNames,
  integer,
  type LanguageModel,
  languageModelOption,
  type Model,
  type Networks,
  number,
  type OptionsOf,
  oneOf,
  type Pooling,
  parseOptions,
  poolings,
  rateNames,
  requireSameTextSteps,
  type StageState,
  type StepStats,
  type TokenBatch,
  type UpdatedModel,
} from "../../schemas/index.js";
import { networkFields, withDefaults } from "../neural/languageModelFields.js";
import { headTraining, openBelowHead, requireUsableRates, withChoices } from "./headChoices.js";
import { HeadTrainer } from "./headTrainer.js";
import { type LabelledRows, LabelledTexts } from "./labelledTexts.js";

const WHO = "fineTune";

/** In code the model is given; in a run a step above may make it. */
const modelField = {
  description: "Folder, tensors or run of the language model; if left out, a step above makes it",
} as const;

export const fineTuneSchema = defineUnit({
  name: WHO,
  kind: "model",
  reads: "tokens",
  needs: { model: "languageModel" },
  needsInFiles: { model: "model" },
  readsAgain: true,
  makes: "classifier",
  summary: "Learns to tell the labels of texts by what a language model makes of them",
  paper: "Devlin et al. 2019, arXiv:1810.04805, section 4.1; Peters et al. 2018, arXiv:1802.05365, section 3.2",
  fields: {
    model: languageModelOption({ optional: true, ...modelField }),
    freeze: boolean({
      default: false,
      description: "Keep the language model as it is and learn only what reads it, which is fast: texts are read once",
    }),
    pooling: oneOf(poolings, {
      optional: true,
      description:
        "How the places of a text become one vector: the first one, the mean of all words, or the last one; if left out, cls for a model that reads both sides and is not kept as it is, last for one that looks back alone and is not, else mean",
    }),
    layers: oneOf(["last", "mix"], {
      optional: true,
      description:
        "What is pooled: the last layer, or the sum of all by shares that are learned, times a factor; mix with freeze, else last, if left out",
    }),
    length: integer({
      min: 4,
      max: 65_536,
      default: 128,
      description:
        "Places of a text that are read at most, as many as the model reads at the most; the rest is left out",
    }),
    batchSize: integer({ min: 1, max: 4096, default: 16, description: "Texts in a step" }),
    dropout: number({
      min: 0,
      max: 0.95,
      optional: true,
      description: "Share of a text's vector that is dropped in learning; 0 with freeze, else 0.1, if left out",
    }),
    ...withDefaults(networkFields, {
      ...{ schedule: "linear", minLearningRate: 0, beta2: 0.999, holdout: 0.1 },
    }),
    epochs: integer({
      min: 1,
      optional: true,
      aliases: epochNames,
      tune: { from: 1, to: 40, scale: "log" },
      description: "Passes over the texts; 30 with freeze, else 4, if left out",
    }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      optional: true,
      aliases: rateNames,
      tune: { from: 0.00003, to: 0.01, scale: "log" },
      description: "Step size at its highest; 0.01 with freeze, else 0.0003, if left out",
    }),
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of the texts that the language model learned from; any: whatever steps",
    }),
  },
  create: ({ model }, options, { networks, textSteps }): Model<"tokens", "classifier"> => {
    const chosen = options.model ?? model;
    if (options.textSteps !== "any" && textSteps)
      requireSameTextSteps(WHO, "the language model learned from", chosen.metadata, textSteps);
    return fineTune({ ...options, model: chosen }, networks ?? new Map());
  },
});

export type FineTuneOptions = Omit<OptionsOf<typeof fineTuneSchema>, "model"> & { readonly model: LanguageModel };

/**
 * Learns a classifier of texts over a language model of any network that tells its layers: a linear softmax layer over the pooled places of a
 * text, and the language model with it; with `freeze` that layer alone, and the shares of the layers.
 *
 * In: TokenBatch, whose documents have labels, `epochs` passes; the tokens are made as those that the language model learned from. Out:
 * NetworkClassifier. Loss in nats, summed over the texts. The texts are kept from the first pass on and shuffled anew in each; learning begins
 * at the end of a pass. The same bytes for any batches and any number of workers. `holdout` of the labelled texts, drawn by their numbers, are not
 * learned from: they tell the loss after each pass, by which `patience` ends, and the temperature. Texts without labels or words are passed
 * over; the metadata say how many, and of how many the end was left out. Documents with weights are refused.
 * State: 5 bytes a place of each text; 4 bytes a parameter, thrice, and once for each of `parts`; with `freeze` the language model once, and
 * 4 D bytes a text and layer.
 * @param networks by the names of the units that bring them
 * @throws TypeError, RangeError at the call, if an option is out of range, or the language model's network is not known or tells no layers;
 *   TypeError from `update`, if documents have weights; RangeError from `endStream`, if there are fewer than two labels or the loss is not finite; from `result`, if there was nothing to learn from
 */
export function fineTune(options: FineTuneOptions, networks: Networks): UpdatedModel<"tokens", "classifier"> {
  const { model, textSteps: _, ...parsed } = parseOptions(fineTuneSchema, options);
  if (!model) throw new TypeError(`${WHO}: there must be a language model, got none`);
  const made = openBelowHead(WHO, model, networks);
  const { network } = made;
  const { freeze, batchSize, dropout, ...training } = withPooling(withChoices(parsed), network);
  const { pooling, layers, length: wanted, ...rates } = training;
  requireUsableRates(WHO, rates);
  const length = Math.min(wanted, network.longest ?? wanted);
  const { epochs, seed } = rates;
  const { workers: __, ...told } = { ...parsed, ...training };
  const texts = new TextIds(made.vocabulary, network, model);
  const kept = new LabelledTexts({ texts, pooling, length, holdout: rates.holdout, seed });
  let passes = 0;
  let isFed = false;
  let teaching: LabelledRows | undefined;
  let trainer: HeadTrainer | undefined;

  function update(batch: TokenBatch): StepStats {
    if (batch.documents?.weights)
      throw new TypeError(`${WHO}: documents must count alike, got weights; leave out the option weight of the source`);
    isFed = true;
    if (passes === 0) kept.add(batch);
    return { taken: batch.ids.length, examples: 0, loss: 0, epoch: passes };
  }

  function teach(): HeadTrainer {
    teaching = kept.rows(WHO);
    const head = { classes: teaching.labels.names.length, layers, texts: 1, dropout, freeze } as const;
    trainer = new HeadTrainer(made, head, headTraining(WHO, batchSize, rates));
    return trainer;
  }

  async function endStream(): Promise<StepStats> {
    const epoch = passes;
    const nothing = { taken: 0, examples: 0, loss: 0, epoch: Math.max(0, epoch - 1) };
    if (!isFed) return nothing;
    isFed = false;
    if (epoch === 0) kept.finish();
    passes++;
    const own = trainer ?? teach();
    const loss = await own.learn(teaching!.learned);
    await own.judge(teaching!.aside);
    return { taken: 0, examples: teaching!.learned.length, loss, epoch };
  }

  async function save(): Promise<StageState | undefined> {
    const parts = await trainer?.save();
    return joinStates({
      own: { facts: { passes, isFed }, arrays: {} },
      texts: kept.save(),
      ...(parts ? { trainer: parts } : {}),
    });
  }

  async function restore(state: StageState): Promise<void> {
    const parts = splitState(state);
    passes = parts.own!.facts.passes as number;
    isFed = parts.own!.facts.isFed as boolean;
    kept.restore(parts.texts!);
    if (parts.trainer) await teach().restore(parts.trainer, teaching!.learned);
  }

  async function classifierWith(isLast: boolean): Promise<AnyClassifier> {
    const values = await trainer!.values();
    const { model: tensors, head } = trainer!.tensors(values);
    const scores = isLast ? await trainer!.scores(teaching!.aside, values) : [];
    const scored = scores.map((each, row) => ({ scores: each, labels: teaching!.aside[row]!.labels }));
    const { names, counts } = teaching!.labels;
    return {
      ...{ labels: names, labelCounts: counts, loss: "softmax", temperature: softmaxTemperature(scored) },
      model: { ...model!, tensors },
      head: { pooling, layers, length, tensors: head },
      metadata: new Map([
        ["model", WHO],
        ["options", JSON.stringify(told)],
        ["arithmetic", trainer!.engine],
        ["documents", JSON.stringify(kept.told)],
        ["learned", JSON.stringify({ heldOutLosses: trainer!.heldOutLosses, ...trainer!.told })],
      ]),
    };
  }

  async function result(): Promise<AnyClassifier> {
    if (!trainer) throw new RangeError(`${WHO}: there must be texts to learn from before a result, got none`);
    if (passes !== epochs && !trainer.isOver)
      throw new RangeError(`${WHO}: must be fed as many passes over the texts as its epochs, ${epochs}, got ${passes}`);
    return classifierWith(true);
  }

  return {
    name: WHO,
    reads: "tokens",
    makes: "classifier",
    epochs,
    update,
    endStream,
    endPass: () => trainer?.isOver ?? false,
    get heldOutLosses() {
      return trainer?.heldOutLosses ?? [];
    },
    save,
    restore,
    snapshot: async () => (trainer ? classifierWith(false) : undefined),
    result,
    close: () => trainer?.close(),
  };
}

/** How places are pooled where nothing is said, by what the network sees. */
function withPooling<C extends { readonly freeze: boolean; readonly pooling: Pooling | undefined }>(
  chosen: C,
  { readsBothSides, looksAhead }: Network,
) {
  const whole = readsBothSides ? "cls" : looksAhead ? "mean" : "last";
  return { ...chosen, pooling: chosen.pooling ?? (chosen.freeze ? "mean" : whole) } as const;
}
