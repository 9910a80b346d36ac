import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { drawUniform, randomStream } from "../../kernels/numbers/random.js";
import { improvePrior } from "../../kernels/topics/dirichletPrior.js";
import { DocumentQueue } from "../../kernels/topics/documentQueue.js";
import { TopicInference } from "../../kernels/topics/inference.js";
import { HeldOutDocuments, type HeldOutScore } from "../../kernels/topics/perplexity.js";
import { requireTopics } from "../../kernels/topics/requireTopics.js";
import { variationalBytes } from "../../kernels/topics/variationalMemory.js";
import { type VariationalEngine, VariationalTrainer } from "../../kernels/topics/variationalTrainer.js";
import { makeVocabulary, requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { byCount, snapshotOf } from "../../kernels/vocabulary/vocabularyChange.js";
import {
  boolean,
  comparedVocabulary,
  type DocumentTermBatch,
  defineUnit,
  epochNames,
  integer,
  type Model,
  type ModelContext,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  passesWithin,
  type StageState,
  type StepStats,
  type Topics,
  threadNames,
  type UpdatedModel,
  type Vocabulary,
} from "../../schemas/index.js";
import { workersBeside } from "../trainingKernel.js";
import { LdaThreads } from "./ldaThreads.js";

export const ldaSchema = defineUnit({
  name: "lda",
  kind: "model",
  reads: "documentTerms",
  makes: "topics",
  resumable: true,
  summary: "Learns topics while documents flow: latent Dirichlet allocation by online variational Bayes",
  paper: "Blei, Ng and Jordan 2003, JMLR 3; Hoffman, Blei and Bach 2010, NIPS 23",
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      lda: { topics: 20, epochs: passesWithin(text, 300_000, 10) },
    }),
  },
  upstream: { dropTerms: {} },
  fields: {
    topics: integer({
      min: 1,
      max: 10_000,
      default: 50,
      aliases: ["numTopics", "nComponents"],
      description: "How many topics (K)",
    }),
    topicPrior: number({
      min: 0,
      aboveMin: true,
      optional: true,
      aliases: ["alpha", "docTopicPrior"],
      description:
        "How much of each topic every document has beforehand, in tokens (alpha): the smaller, the fewer topics a document has; 1 / topics if left out",
    }),
    termPrior: number({
      min: 0,
      aboveMin: true,
      optional: true,
      aliases: ["eta", "beta", "topicWordPrior"],
      description:
        "How much of each term every topic has beforehand, in tokens (eta): the smaller, the fewer terms a topic has; 1 / topics if left out",
    }),
    asymmetric: boolean({
      default: false,
      description: "Learn from the documents how common each topic is, beginning with topicPrior for all",
    }),
    epochs: integer({
      min: 1,
      optional: true,
      aliases: [...epochNames, "passes"],
      description: "Passes over the documents; 10 if left out, and with online 1",
    }),
    batchSize: integer({
      min: 1,
      default: 500,
      aliases: ["chunksize"],
      description: "Documents of a step, whatever batches they come in",
    }),
    learningDecay: number({
      min: 0.5,
      max: 1,
      default: 0.7,
      aliases: ["kappa", "decay"],
      description: "A step counts (learningOffset + its number) to the power -learningDecay (kappa)",
    }),
    learningOffset: number({
      min: 0,
      aboveMin: true,
      default: 10,
      aliases: ["tau0", "offset"],
      description: "The larger, the less the first steps count (tau0)",
    }),
    documents: integer({
      min: 1,
      optional: true,
      description:
        "Documents of the whole corpus, for which each step's stand; if left out, what the vocabulary's counts tell, and with online those that have come so far",
    }),
    iterations: integer({
      min: 1,
      max: 10_000,
      default: 20,
      description: "Steps towards the topics of a document, at most",
    }),
    tolerance: number({
      min: 0,
      default: 0.01,
      description: "A document's topics are done once a step moves them by less, in tokens a topic on the mean",
    }),
    holdout: number({
      min: 0,
      max: 0.5,
      default: 0,
      description: "Share of the documents that is not learned from and tells the perplexity after each pass",
    }),
    online: boolean({
      default: false,
      description: "Follow a vocabulary that changes with the stream, such as growVocab's, in one pass without end",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first weights and of the documents kept aside" }),
    workers: integer({
      min: 1,
      max: 64,
      optional: true,
      aliases: threadNames,
      description: "Threads that learn, the same bytes at any number; as many as there are processors if left out",
    }),
    kernel: oneOf(["auto", "plain", "reference"], {
      default: "auto",
      description:
        "How steps are computed: auto: compiled, with fused multiply-add where the processor has it; plain: compiled, the same bytes on every machine; reference: TypeScript",
    }),
  },
  cost({ topics, batchSize, workers }, { sizes }) {
    const { vocabulary, cells, documents } = sizes;
    const batch = Math.ceil((24 * batchSize * cells) / documents);
    return {
      memory: {
        bytes: variationalBytes(topics, vocabulary, batchSize) + batch,
        from: ["vocabulary", "topics", "batchSize", "cells", "documents"],
      },
      held: { bytes: 4 * vocabulary * topics, from: ["vocabulary", "topics"] },
      threads: workers ?? workersBeside(false),
    };
  },
  create: (_, options): Model<"documentTerms", "topics"> => lda(options),
});

export type LdaOptions = OptionsOf<typeof ldaSchema>;

const MAX_BYTES = 3.75 * 2 ** 30;
/** Weights above the prior begin uniform in 1 -+ this: mean and variance of the Gamma(100, 1/100) of the paper's program. */
const SPREAD = 0.1 * Math.sqrt(3);

/**
 * Latent Dirichlet allocation by online variational Bayes.
 *
 * In:  DocumentTermBatch, N documents in order, `epochs` passes; values may be weights. Out: Topics (V, K). Loss: see `VariationalSettings`; nats, summed over
 * tokens. Steps are made of `batchSize` documents, and what is left at the end of a pass, so that the same documents in any batches give the same bytes, at any
 * number of workers.
 * With `online`, V is the most terms that the vocabulary can have at a time; a row that another term was given begins at the prior, and cells of documents that
 * wait for their step are left out with the term that they had.
 * State: 4 V K bytes (K rounded up to 4) and 12 V; of a step 4 K a distinct term, 8 K a document, 24 a cell; documents kept aside; threads.
 * @throws RangeError at the call, if an option is out of range; from `update`, if the weights exceed 3.75 GiB, a value is negative or not finite, or held-out
 * documents have values that are no counts; from `result`, if there were no terms, or more topics than documents; TypeError if the vocabulary changes and it is
 * not to be followed; Error if a thread is lost
 * @see Hoffman, Blei and Bach 2010, Online Learning for Latent Dirichlet Allocation
 * @example
 *   const model = lda({ topics: 20 });
 *   for (const batch of batches) await model.update(batch);
 *   const topics = await model.result();
 */
export function lda(options?: LdaOptions): UpdatedModel<"documentTerms", "topics"> {
  const { workers: given, kernel, ...parsed } = parseOptions(ldaSchema, options);
  const { online, topics, batchSize, seed } = parsed;
  const epochs = parsed.epochs ?? (online ? 1 : 10);
  const settings = {
    ...parsed,
    epochs,
    topicPrior: parsed.topicPrior ?? 1 / topics,
    termPrior: parsed.termPrior ?? 1 / topics,
  };
  requireOnline(settings);
  const workers = given ?? workersBeside(false);
  const queue = new DocumentQueue();
  const held = new DocumentQueue();
  let alpha: Float64Array = new Float64Array(topics).fill(settings.topicPrior);
  let vocabulary: Vocabulary | undefined;
  let engine: VariationalEngine | undefined;
  let hasBegun = false;
  let generation = -1;
  let passes = 0;
  /** Steps; documents and tokens of the first pass that came; those of them that steps have taken; cells that were left out with their term. */
  let [steps, documents, tokens, learnedDocuments, learnedTokens, replacedCells] = [0, 0, 0, 0, 0, 0];
  /** Of the pass so far, which is open until what is left at its end has been learned from. */
  let [passTokens, isOpen] = [0, false];
  /** Perplexity of the documents kept aside after each pass. */
  let perplexities: number[] = [];

  function start(from: Vocabulary): VariationalEngine {
    if (!online) requireFixed("lda without online", from);
    const { maxSize: rows } = snapshotOf(from);
    if (!online && rows === 0) throw new RangeError("lda: the vocabulary must have terms, got none");
    const bytes = variationalBytes(topics, rows, batchSize);
    if (bytes > MAX_BYTES)
      throw new RangeError(
        `lda: topics must fit into 3.75 GiB, got ${rows} terms x ${topics} topics = ${(bytes / 2 ** 30).toFixed(1)} GiB; lower topics or ${online ? "the vocabulary's maxSize" : "raise minCount"}`,
      );
    const { termPrior, iterations, tolerance } = settings;
    const shape = { topics, rows, termPrior, iterations, tolerance };
    return kernel === "reference"
      ? new VariationalTrainer(shape)
      : new LdaThreads(shape, { workers, fused: kernel === "auto" });
  }

  async function update(batch: DocumentTermBatch): Promise<StepStats> {
    engine ??= start(batch.vocabulary);
    follow(batch.vocabulary);
    let told = { loss: 0, examples: 0 };
    if (batch.epoch + 1 !== passes) told = await endOfPass();
    passes = batch.epoch + 1;
    isOpen = true;
    for (let row = 0; row < batch.rowDocuments.length; row++) {
      takeIn(batch, row);
      if (isStep()) told = added(told, await step());
    }
    return { taken: batch.lengths.reduce((sum, length) => sum + length, 0), ...told, epoch: batch.epoch };
  }

  /** Lets a document wait, or keeps it aside. */
  function takeIn({ offsets, terms, values, lengths, rowDocuments }: DocumentTermBatch, row: number): void {
    const document = rowDocuments[row]!;
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    const [ids, cells, length] = [terms.subarray(from, to), values.subarray(from, to), lengths[row]!];
    requireValues(cells, document);
    passTokens += length;
    if (passes === 1) {
      documents++;
      tokens += length;
    }
    const isHeld = settings.holdout > 0 && drawUniform(randomStream(seed, "holdout"), document) < settings.holdout;
    if (!isHeld) queue.push(ids, cells, length);
    else if (passes === 1) held.push(ids, cells, length);
  }

  /** Whether enough documents wait, or all tokens of the corpus have come, so that the pass ends with a step of its own loss. */
  function isStep(): boolean {
    return queue.documents >= batchSize || (!online && passTokens === vocabulary!.tokens && queue.tokens > 0);
  }

  function requireValues(cells: Float64Array, document: number): void {
    const odd = cells.find((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
    if (odd !== undefined)
      throw new RangeError(`lda: values of terms must be finite and not below 0, got ${odd} in document ${document}`);
  }

  /** A step with the documents that have waited longest. */
  async function step(): Promise<{ readonly loss: number; readonly examples: number }> {
    const batch = queue.take(batchSize);
    const count = batch.offsets.length - 1;
    const examples = batch.counts.reduce((sum, value) => sum + value, 0);
    if (!hasBegun) begin();
    if (passes === 1) {
      learnedDocuments += count;
      learnedTokens += batch.lengths.reduce((sum, length) => sum + length, 0);
    }
    const rate = (settings.learningOffset + ++steps) ** -settings.learningDecay;
    const outcome = await engine!.learn(batch, {
      rate,
      scale: corpusSize() / count,
      alpha,
      terms: vocabulary!.terms.length,
      wantsShares: settings.asymmetric,
    });
    if (!Number.isFinite(outcome.loss))
      throw new RangeError(`lda: the loss must stay finite, got ${outcome.loss} in step ${steps}`);
    if (outcome.logShares) alpha = improvePrior(alpha, outcome.logShares, count, rate);
    return { loss: outcome.loss, examples };
  }

  /** The weights with which topics begin to differ. */
  function begin(): void {
    const draws = randomStream(seed, "weights");
    const above = new Float32Array(vocabulary!.terms.length * topics);
    for (let at = 0; at < above.length; at++) above[at] = 1 + SPREAD * (2 * drawUniform(draws, at) - 1);
    engine!.begin(above);
    hasBegun = true;
  }

  /** Documents to learn from that the corpus has: told, or found in the first pass, in which tokens tell how many are still to come. */
  function corpusSize(): number {
    if (settings.documents !== undefined) return settings.documents;
    if (passes > 1 || online || learnedTokens === 0) return learnedDocuments;
    const share = ((1 - settings.holdout) * vocabulary!.tokens) / learnedTokens;
    return learnedDocuments * Math.max(1, share);
  }

  async function endOfPass() {
    if (!isOpen) return { loss: 0, examples: 0 };
    if (passes === 1) requireEnough();
    const told = queue.tokens > 0 ? await step() : { loss: 0, examples: 0 };
    if (!hasBegun)
      throw new RangeError("lda: there must be documents to learn from besides those kept aside, got none");
    queue.take(queue.documents); // documents without terms
    [passTokens, isOpen] = [0, false];
    if (held.documents > 0) perplexities.push(heldOut().perplexity);
    return told;
  }

  const endStream = async (): Promise<StepStats> => ({
    taken: 0,
    ...(await endOfPass()),
    epoch: Math.max(0, passes - 1),
  });

  function heldOut(): HeldOutScore {
    const scored = new HeldOutDocuments(new TopicInference({ weights: weights(), alpha }));
    const { offsets, terms, counts } = held.all();
    for (let d = 0; d < held.documents; d++)
      scored.add(terms.subarray(offsets[d], offsets[d + 1]), counts.subarray(offsets[d], offsets[d + 1]));
    return scored.score;
  }

  function requireEnough(): void {
    if (tokens === 0)
      throw new RangeError(`lda: documents must have terms of the vocabulary, got ${documents} without`);
    if (!online) requireTopics("lda", topics, documents);
  }

  /** Takes in what has changed in the vocabulary. */
  function follow(next: Vocabulary): void {
    if (next === vocabulary) return;
    if (vocabulary && !online) throw new TypeError("lda: every batch must have the same vocabulary, got another one");
    vocabulary = next;
    if (!online) return;
    const snapshot = snapshotOf(next);
    const known = generation;
    generation = snapshot.generation;
    if (known < 0) return;
    const isNew = (row: number) => snapshot.since[row]! > known;
    replacedCells += queue.leaveOut(isNew) + held.leaveOut(isNew);
    if (hasBegun) engine!.forget(Uint32Array.from(snapshot.since.keys()).filter(isNew));
  }

  const weights = () => engine!.weights(vocabulary!.terms.length);

  function topicsSoFar(): Topics {
    const values = weights();
    const { generation: _, ...known } = { generation, ...vocabulary! };
    const sorted = online ? byCount(vocabulary!, values, topics) : undefined;
    const counts = sorted && Float64Array.from(sorted.terms, (term) => vocabulary!.counts[vocabulary!.idOf(term)!]!);
    return {
      vocabulary: sorted ? makeVocabulary(sorted.terms, counts!) : known,
      weights: sorted ? sorted.values : values,
      alpha: alpha.slice(),
      metadata: new Map([
        ["model", "lda"],
        ["options", JSON.stringify(settings)],
        ["arithmetic", engine!.arithmetic],
        ["steps", String(steps)],
        ...(replacedCells > 0 ? [["replacedCells", String(replacedCells)] as const] : []),
        ...(held.documents > 0 ? [["heldOutDocuments", String(held.documents)] as const] : []),
        ...(perplexities.length > 0 ? [["heldOutPerplexities", JSON.stringify(perplexities)] as const] : []),
      ]),
    };
  }

  function save(): StageState | undefined {
    if (!engine) return undefined;
    const own = {
      facts: {
        ...{
          hasBegun,
          generation,
          passes,
          steps,
          documents,
          tokens,
          learnedDocuments,
          learnedTokens,
          replacedCells,
          passTokens,
          isOpen,
        },
        arithmetic: engine.arithmetic,
        perplexities: JSON.stringify(perplexities),
      },
      arrays: { alpha },
    };
    return joinStates({ own, engine: engine.save(), queue: queue.save(), held: held.save() });
  }

  function restore(state: StageState, { vocabulary: next }: ModelContext): void {
    if (!next) throw new TypeError("lda: restore must be given the vocabulary of the batches to come, got none");
    const { own, engine: engineState, queue: waiting, held: aside } = splitState(state);
    const { facts, arrays } = own!;
    engine = start(next);
    if (facts.arithmetic !== engine.arithmetic)
      throw new RangeError(
        `lda: training must go on with the arithmetic that it began with, ${facts.arithmetic}, got ${engine.arithmetic} on this machine`,
      );
    vocabulary = next;
    alpha = Float64Array.from(arrays.alpha as Float64Array);
    engine.restore(engineState!);
    queue.restore(waiting!);
    held.restore(aside!);
    hasBegun = facts.hasBegun as boolean;
    [generation, passes, steps] = [facts.generation, facts.passes, facts.steps] as [number, number, number];
    [learnedDocuments, learnedTokens] = [facts.learnedDocuments, facts.learnedTokens] as [number, number];
    [documents, tokens, replacedCells] = [facts.documents, facts.tokens, facts.replacedCells] as [
      number,
      number,
      number,
    ];
    [passTokens, isOpen] = [facts.passTokens as number, facts.isOpen as boolean];
    perplexities = JSON.parse(facts.perplexities as string) as number[];
  }

  async function result(): Promise<Topics> {
    if (!engine || !vocabulary) throw new RangeError("lda: the stream must have documents, got none");
    await endOfPass();
    if (passes !== epochs)
      throw new RangeError(
        `lda: must be fed as many passes over the documents as its epochs, ${epochs}, got ${passes}`,
      );
    return topicsSoFar();
  }

  return {
    name: "lda",
    reads: "documentTerms",
    makes: "topics",
    epochs,
    update,
    endStream,
    save,
    restore,
    snapshot: () => (engine && hasBegun ? topicsSoFar() : undefined),
    result,
    close: () => engine?.close(),
  };
}

function added<Told extends { readonly loss: number; readonly examples: number }>(a: Told, b: Told) {
  return { loss: a.loss + b.loss, examples: a.examples + b.examples };
}

/** The length of a stream is not known beforehand. */
function requireOnline(settings: {
  readonly online: boolean;
  readonly epochs: number;
  readonly holdout: number;
}): void {
  const wanted = { epochs: 1, holdout: 0 } as const;
  for (const name of ["epochs", "holdout"] as const)
    if (settings.online && settings[name] !== wanted[name])
      throw new RangeError(`lda: ${name} must be ${wanted[name]} with online, got ${settings[name]}`);
}
