import { FoldIn } from "../../kernels/topics/foldIn.js";
import { HeldOutTokens } from "../../kernels/topics/heldOutTokens.js";
import { HeldOutDocuments } from "../../kernels/topics/perplexity.js";
import { BLOCK_DOCUMENTS, PlsaFitter, type PlsaLayout, plsaLayout } from "../../kernels/topics/plsaFitter.js";
import { requireTopics } from "../../kernels/topics/requireTopics.js";
import { requireValues } from "../../kernels/topics/requireValues.js";
import {
  byteSize,
  bytesOf,
  comparedVocabulary,
  type DocumentTermBatch,
  defineUnit,
  epochNames,
  type FinalDocumentTerms,
  type FittedModel,
  integer,
  type Model,
  number,
  type OptionsOf,
  parseOptions,
  passesWithin,
  type StageState,
  type StepStats,
  type Topics,
  text,
  type Vocabulary,
} from "../../schemas/index.js";
import { ScratchFolder } from "../../storage/files/scratchFolder.js";
import { loadKernel } from "../trainingKernel.js";
import { type RowStore, rowsInFile, rowsInMemory } from "./rowStore.js";

export const plsaSchema = defineUnit({
  name: "plsa",
  kind: "model",
  reads: "documentTermTable",
  makes: "topics",
  summary: "Learns topics from a finished table by probabilistic latent semantic analysis, tempered by held-out tokens",
  paper: "Hofmann 1999, SIGIR, 10.1145/312624.312649",
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      plsa: { topics: 20, iterations: passesWithin(text, 3_000_000, 30) },
    }),
  },
  upstream: { dropTerms: {} },
  fields: {
    topics: integer({
      min: 1,
      max: 65_536,
      default: 100,
      tune: { from: 10, to: 500, scale: "log" },
      description: "Number of topics (K)",
    }),
    iterations: integer({
      min: 1,
      default: 50,
      aliases: epochNames,
      tune: { from: 10, to: 200, scale: "log" },
      description: "Steps of expectation and maximisation at most; fewer where a lower temper helps no more",
    }),
    heldOut: number({
      min: 0,
      max: 0.9,
      default: 0.1,
      description:
        "Share of the tokens of each document that is not learned from; 0 learns from all, and is not tempered",
    }),
    cooling: number({
      min: 0.1,
      max: 0.99,
      default: 0.9,
      description: "By what the temper, at first 1, is multiplied when the likelihood of the held-out tokens falls",
    }),
    memory: byteSize({
      default: "2GB",
      description: "Memory for topics; those of the documents go to the scratch folder if they do not fit",
    }),
    scratch: text({
      optional: true,
      file: "output",
      description: "Folder for what does not fit in memory; the system's folder for temporary files if left out",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first topics and of what is held out" }),
  },
  cost({ topics, memory, iterations }, { sizes }) {
    const { documents, vocabulary } = sizes;
    const [layout, most] = [plsaLayout(vocabulary, topics), bytesOf(memory)];
    requireRoom(layout, Math.min(most, MOST_BYTES));
    const shares = 4 * documents * layout.width;
    const from = ["vocabulary", "topics"];
    return {
      memory: fitsShares(layout, documents, most)
        ? { bytes: layout.bytes + shares, from: [...from, "documents"] }
        : { bytes: layout.bytes, from },
      held: { bytes: 4 * vocabulary * topics, from },
      passes: iterations,
      ...(fitsShares(layout, documents, most) ? {} : { scratch: { bytes: shares, from: ["documents", "topics"] } }),
    };
  },
  create: (_, options): Model<"documentTermTable", "topics"> => plsa(options),
});

export type PlsaOptions = OptionsOf<typeof plsaSchema>;

/**
 * Probabilistic latent semantic analysis by expectation and maximisation, tempered.
 *
 * In:  FinalDocumentTerms, N documents, V terms, counts or, with `heldOut: 0`, weights above 0. Out: Topics (V, K): P(w | z)
 * times the tokens of z, with alpha 1 for each topic, a flat prior. One StepStats a step; its loss is -ln of the likelihood of what is learned from, in nats, and falls in
 * each step while the temper is 1. `score` folds documents in and tells how well they are completed. The same bytes for any batches.
 * State: 12 V K bytes and a block of documents, which must fit in `memory`; 4 N K bytes for the documents' topics, in a scratch file where both
 * do not, and in memory while a checkpoint is written. K is rounded up to a multiple of 4.
 * @throws RangeError at the call, if an option is out of range; from `fit`, if the table is empty, has other values, needs more memory,
 * or a saved state is that of another table; Error, if the disk is full
 * @see Hofmann 1999, "Probabilistic latent semantic indexing"; Gaussier and Goutte 2005; kernels/topics/plsa.ts
 * @example
 *   const model = plsa({ topics: 50 });
 *   for await (const { epoch, loss, examples } of model.fit(table)) console.log(epoch, loss / examples);
 *   const { weights } = await model.result();
 */
export function plsa(options?: PlsaOptions): FittedModel<"documentTermTable", "topics"> {
  const settings = parseOptions(plsaSchema, options);
  const { topics, iterations, heldOut, cooling, seed } = settings;
  let fitting: Fitting | undefined;
  let saved: StageState | undefined;

  async function* fit(table: FinalDocumentTerms): AsyncGenerator<StepStats> {
    if (table.length === 0) throw new RangeError("plsa: the documents must have terms of the vocabulary, got none");
    fitting?.close();
    fitting = prepare(table);
    if (saved) restoreInto(fitting, saved);
    saved = undefined;
    while (fitting.steps < iterations && !fitting.isSettled) {
      const { steps: epoch, temper }: Tempering = fitting;
      const { loss, held, tokens } = await step(table, fitting, temper);
      fitting = { ...fitting, ...next(fitting, held), steps: epoch + 1 };
      yield { taken: table.tokens, examples: tokens, loss, epoch };
    }
  }

  function prepare({ vocabulary, documents }: FinalDocumentTerms): Fitting {
    requireTopics("plsa", topics, documents);
    const layout = plsaLayout(vocabulary.terms.length, topics);
    const most = bytesOf(settings.memory);
    requireRoom(layout, Math.min(most, MOST_BYTES));
    const fits = fitsShares(layout, documents, most);
    const theta = fits
      ? rowsInMemory(documents, layout.width)
      : rowsInFile(layout.width, new ScratchFolder(settings.scratch));
    const fitter = new PlsaFitter(loadKernel("plsa", false), layout, seed);
    let isOpen = true;
    const close = () => {
      if (isOpen) theta.close();
      isOpen = false;
    };
    return { vocabulary, documents, layout, theta, fitter, close, ...nothing };
  }

  /** A step over all documents. Tells -ln of the likelihood of what is learned from, and of what is held out. */
  async function step(table: FinalDocumentTerms, { fitter, layout, theta, steps }: Fitting, temper: number) {
    const picker = new HeldOutTokens(heldOut, seed);
    let [loss, held, tokens, first] = [0, 0, 0, 0];
    fitter.beginStep(temper);
    for await (const batch of table.batches()) {
      if (steps === 0) requireValues("plsa", batch, heldOut > 0 ? "counts" : "weights");
      for (const [from, to] of blocksOf(batch, layout.cells)) {
        const rows = new Float32Array((to - from) * layout.width);
        if (steps === 0) fillEqual(rows, layout);
        else theta.read(first, rows);
        const parts = picker.split(batch, from, to);
        loss += fitter.step(parts.kept, rows);
        if (heldOut > 0) held += fitter.loss(parts.held, rows);
        for (let cell = 0; cell < parts.kept.values.length; cell++) tokens += parts.kept.values[cell]!;
        theta.write(first, rows);
        first += to - from;
      }
    }
    fitter.endStep();
    return { loss, held, tokens };
  }

  /** Lowers the temper where the held-out likelihood fell, and ends where a lower one did not help. */
  function next(
    { temper, held: before, helped }: Fitting,
    held: number,
  ): Pick<Tempering, "temper" | "held" | "helped" | "isSettled"> {
    if (heldOut === 0 || held < before) return { temper, held, helped: true, isSettled: false };
    return { temper: helped ? temper * cooling : temper, held, helped: false, isSettled: !helped };
  }

  function save(): StageState | undefined {
    if (!fitting || fitting.steps === 0) return undefined;
    const { steps, temper, held, helped, isSettled, layout, documents, fitter } = fitting;
    const theta = new Float32Array(documents * layout.width);
    fitting.theta.read(0, theta);
    return {
      facts: { steps, temper, held, helped, isSettled, size: sizeText(fitting) },
      arrays: { phi: fitter.phi, scale: fitter.scale, tokens: fitter.tokens, theta },
    };
  }

  function restoreInto(resumed: Fitting, { facts, arrays }: StageState): void {
    const { size, ...before } = facts;
    if (size !== sizeText(resumed))
      throw new RangeError(`plsa: the saved state must be of ${sizeText(resumed)}, got ${size}`);
    Object.assign(resumed, before);
    resumed.fitter.phi.set(arrays.phi as Float32Array);
    resumed.fitter.scale.set(arrays.scale as Float32Array);
    resumed.fitter.tokens.set(arrays.tokens as Float64Array);
    resumed.theta.write(0, arrays.theta as Float32Array);
  }

  function learned({ vocabulary, layout, fitter, steps }: Fitting): Topics {
    const { phi, tokens } = fitter;
    const weights = new Float32Array(layout.terms * topics);
    for (let i = 0; i < weights.length; i++) {
      const [term, topic] = [Math.floor(i / topics), i % topics];
      weights[i] = phi[term * layout.width + topic]! * tokens[topic]!;
    }
    const { memory, scratch, ...told } = settings; // what does not change the topics is left out
    const metadata = new Map([
      ["model", "plsa"],
      ["options", JSON.stringify({ ...told, iterations: steps })],
    ]);
    return { vocabulary, weights, alpha: new Float64Array(topics).fill(1), metadata };
  }

  function result(): Topics {
    if (!fitting) throw new TypeError("plsa: the result must be asked for after fit, got no table yet");
    return learned(fitting);
  }

  /** Documents of the same vocabulary that were not learned from: folds the even tokens of each in, and predicts the odd ones. */
  async function score(table: FinalDocumentTerms): Promise<StepStats> {
    const topics = result();
    const { terms } = topics.vocabulary;
    const found = table.vocabulary.terms;
    if (found.length !== terms.length || found.some((term, id) => term !== terms[id]))
      throw new TypeError("plsa: a table to be scored must have the vocabulary that was learned from, got another one");
    const completed = new HeldOutDocuments(new FoldIn(topics));
    for await (const batch of table.batches()) completed.addBatch(batch);
    const { loss, tokens } = completed.score;
    return { taken: table.tokens, examples: tokens, loss, epoch: fitting!.steps };
  }

  return {
    name: "plsa",
    reads: "documentTermTable",
    makes: "topics",
    epochs: iterations,
    fit,
    score,
    save,
    restore: (state) => {
      saved = state;
    },
    snapshot: () => (fitting && fitting.steps > 0 ? learned(fitting) : undefined),
    result,
    close: () => fitting?.close(),
  };
}

/** How far it is. */
interface Tempering {
  readonly steps: number;
  /** To what P(z | d) P(w | z) is raised. */
  readonly temper: number;
  /** -ln of the likelihood of the held-out tokens in the step before. */
  readonly held: number;
  /** It has fallen at this temper. */
  readonly helped: boolean;
  readonly isSettled: boolean;
}

const nothing: Tempering = { steps: 0, temper: 1, held: Number.POSITIVE_INFINITY, helped: true, isSettled: false };

/** A table that is being fitted. */
interface Fitting extends Tempering {
  readonly vocabulary: Vocabulary;
  readonly documents: number;
  readonly layout: PlsaLayout;
  readonly fitter: PlsaFitter;
  /** Topics of the documents, as they lie in a block. */
  readonly theta: RowStore;
  close(): void;
}

/** Rows of a batch that fit in a block, one range after the other. */
function* blocksOf({ offsets, lengths }: DocumentTermBatch, cells: number): Generator<[from: number, to: number]> {
  for (let from = 0, to = 0; from < lengths.length; from = to) {
    const fits = () => to < lengths.length && to - from < BLOCK_DOCUMENTS && offsets[to + 1]! - offsets[from]! <= cells;
    while (fits()) to++;
    yield [from, to];
  }
}

function fillEqual(rows: Float32Array, { width, topics }: PlsaLayout): void {
  for (let row = 0; row < rows.length; row += width) rows.fill(1 / topics, row, row + topics);
}

const MOST_BYTES = 2 ** 32;

function requireRoom({ terms, topics, bytes }: PlsaLayout, most: number): void {
  if (bytes <= most) return;
  const needed = `${bytes} bytes for ${terms} terms in ${topics} topics`;
  const advice = most < MOST_BYTES ? "raise memory, or take fewer topics or terms" : "take fewer topics or terms";
  throw new RangeError(`plsa: the topics must fit in ${most} bytes of memory, got ${needed}; ${advice}`);
}

/** Whether the topics of the documents have room beside those of the terms. */
const fitsShares = ({ bytes, width }: PlsaLayout, documents: number, most: number): boolean =>
  bytes + 4 * documents * width <= most;

const sizeText = ({ documents, layout }: Fitting) =>
  `${documents} documents, ${layout.terms} terms, ${layout.topics} topics`;
