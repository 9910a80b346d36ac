import {
  boolean,
  epochNames,
  type Field,
  integer,
  number,
  oneOf,
  rateNames,
  threadNames,
  vectorTable,
} from "../../schemas/index.js";

/** How all networks learn, and on what. */
export const networkFields = {
  epochs: integer({ min: 1, default: 5, aliases: epochNames, description: "Passes over the text" }),
  optimizer: oneOf(["adamW", "sgd"], {
    default: "adamW",
    description: "adamW: each parameter has its own step size (Loshchilov and Hutter 2019); sgd: plain descent",
  }),
  learningRate: number({
    min: 0,
    aboveMin: true,
    default: 0.002,
    aliases: rateNames,
    tune: { from: 0.0001, to: 0.05, scale: "log" },
    description: "Step size at its highest",
  }),
  schedule: oneOf(["cosine", "constant", "linear", "plateau", "steps"], {
    default: "cosine",
    description:
      "How the step size falls: cosine or linear: over all passes to minLearningRate; plateau: by decayBy after each pass that makes the held-out loss hardly lower; steps: by decayBy after each pass behind decayAfter",
  }),
  minLearningRate: number({ min: 0, default: 0.0001, description: "Step size at the end" }),
  warmup: integer({ min: 0, default: 0, description: "Steps in which the step size rises from 0" }),
  decayAfter: integer({ min: 0, default: 4, description: "Passes at the full step size, for schedule steps" }),
  decayBy: number({ min: 0, aboveMin: true, max: 1, default: 0.5, description: "Factor of plateau and steps" }),
  weightDecay: number({ min: 0, default: 0.01, description: "Decay of matrices, for adamW" }),
  beta1: number({ min: 0, max: 0.9999, default: 0.9, description: "Share of the past in the mean gradient of adamW" }),
  beta2: number({ min: 0, max: 0.99999, default: 0.99, description: "Share of the past in its mean square" }),
  clip: number({
    min: 0,
    default: 1,
    description: "Longest gradient of the mean loss, of all parameters together; 0 for no bound",
  }),
  holdout: number({
    min: 0,
    max: 0.5,
    default: 0.02,
    description: "Share of the documents that is not learned from and tells the loss after each pass",
  }),
  patience: integer({
    min: 0,
    default: 0,
    description: "Passes without a lower held-out loss after which learning ends, with the best weights; 0 for never",
  }),
  seed: integer({
    min: 0,
    default: 1,
    description: "Seed of the first weights, of dropout and of the held-out documents",
  }),
  engine: oneOf(["auto", "wasm", "reference", "tensorflow"], {
    default: "auto",
    description:
      "What computes: wasm: compiled kernels on threads; tensorflow: TensorFlow.js, if it is installed; reference: TypeScript in double precision; auto: wasm, but for networks of 20 million parameters and more tensorflow, if it loads",
  }),
  deterministic: boolean({
    default: true,
    description: "The same bytes on every machine; false lets wasm fuse multiply and add, which is faster",
  }),
  workers: integer({
    min: 1,
    max: 64,
    optional: true,
    aliases: threadNames,
    description: "Threads of wasm; as many as there are processors if left out. The result is the same for any number",
  }),
  parts: integer({
    min: 1,
    max: 64,
    default: 2,
    description:
      "Parts of a batch whose gradients are made side by side and added in order: at most so many threads work",
  }),
};

/** Options that all models of sequences have. */
export const languageModelFields = {
  ...networkFields,
  maxSteps: integer({
    min: 1,
    optional: true,
    description:
      "Batches that are learned from at most, in all passes together; what comes behind them is read, and passed over",
  }),
};

/** Options of those among them that have a vector for each term that they read. */
export const termModelFields = {
  ...languageModelFields,
  initialVectors: vectorTable({
    optional: true,
    aliases: ["pretrainedVectors"],
    description:
      "Vectors learned before, such as word2vec's, to begin with, of the same length; terms without one begin at random",
  }),
};

/** The same options with other defaults. */
export function withDefaults<Fields extends Readonly<Record<string, Field>>>(
  fields: Fields,
  defaults: { readonly [Name in keyof Fields]?: NonNullable<Fields[Name]["default"]> },
): Fields {
  const changed = Object.entries(fields).map(([name, field]) => [
    name,
    { ...field, default: defaults[name] ?? field.default },
  ]);
  return Object.fromEntries(changed) as Fields;
}
