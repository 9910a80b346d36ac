import { drawBelow, randomStream } from "../../kernels/numbers/random.js";
import { sharedMemory, type WasmMemory } from "../../kernels/numbers/webAssembly.js";
import { requireTopics } from "../../kernels/topics/requireTopics.js";
import { countsAbove, fittedAlpha } from "../../kernels/topics/sampledPrior.js";
import type { Phase, WarpLdaArrays } from "../../kernels/topics/warpLda.js";
import {
  MOST_BYTES,
  type WarpLdaJob,
  type WarpLdaLayout,
  warpLdaArrays,
  warpLdaJob,
  warpLdaLayout,
  warpLdaScratch,
} from "../../kernels/topics/warpLdaThread.js";
import { countTokens, placeTokens } from "../../kernels/topics/warpLdaTokens.js";
import {
  boolean,
  byteSize,
  bytesOf,
  defineUnit,
  epochNames,
  type FinalDocumentTerms,
  type FittedModel,
  integer,
  type Model,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  type StageState,
  type StepStats,
  type Topics,
  threadNames,
  type Vocabulary,
} from "../../schemas/index.js";
import { workersBeside } from "../trainingKernel.js";
import { type LdaSamplerThreads, startThreads } from "./ldaSamplerThreads.js";

export const ldaSamplerSchema = defineUnit({
  name: "ldaSampler",
  kind: "model",
  reads: "documentTermTable",
  makes: "topics",
  summary: "Learns topics from a finished table by sampling: latent Dirichlet allocation, as WarpLDA does it",
  paper: "Chen et al. 2016, arXiv:1510.08628",
  upstream: { dropTerms: {} },
  fields: {
    topics: integer({
      min: 1,
      max: 65_536,
      default: 100,
      tune: { from: 10, to: 1000, scale: "log" },
      description: "Number of topics (K); it costs memory, and hardly any time",
    }),
    alpha: number({
      min: 0,
      aboveMin: true,
      default: 0.1,
      tune: { from: 0.01, to: 1, scale: "log" },
      description: "How much each topic counts in a document before it is read, in tokens",
    }),
    asymmetric: boolean({
      default: false,
      description: "Learns an alpha of its own for each topic, beginning with `alpha`, every ten iterations",
    }),
    beta: number({
      min: 0,
      aboveMin: true,
      default: 0.1,
      tune: { from: 0.01, to: 1, scale: "log" },
      description: "How much each term counts in a topic before a text is read, in tokens; it matters most",
    }),
    iterations: integer({
      min: 1,
      default: 200,
      aliases: epochNames,
      tune: { from: 50, to: 500, scale: "log" },
      description: "Passes over the tokens, each first by documents, then by terms",
    }),
    samples: integer({
      min: 1,
      default: 10,
      description: "Of how many of the last iterations the result is the mean",
    }),
    proposals: integer({
      min: 1,
      max: 64,
      default: 1,
      description: "Topics proposed for each token in each phase (the paper's M)",
    }),
    workers: integer({
      min: 1,
      max: 256,
      optional: true,
      aliases: threadNames,
      description: "Threads that sample, which change nothing in the result; one less than processors if left out",
    }),
    memory: byteSize({
      default: "2GB",
      description:
        "Most memory that the tokens and counts may take; a table that needs more is refused before it is sampled",
    }),
    kernel: oneOf(["auto", "reference"], {
      default: "auto",
      description: "auto: WebAssembly; reference: plain TypeScript, with the same result",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of every draw" }),
  },
  cost({ topics, proposals, memory, workers = workersBeside(true) }, { sizes }) {
    const { documents, vocabulary: terms, tokens, commonest } = sizes;
    const layout = warpLdaLayout({ documents, terms, tokens, topics, proposals }, commonest, workers);
    requireRoom(layout, Math.min(bytesOf(memory), MOST_BYTES));
    const result = { bytes: 4 * terms * topics, from: ["vocabulary", "topics"] };
    return {
      memory: {
        bytes: layout.bytes + result.bytes,
        from: ["tokens", "documents", "vocabulary", "topics", "proposals"],
      },
      held: result,
      threads: workers,
      passes: 2, // one counts, one takes the tokens
    };
  },
  create: (_, options): Model<"documentTermTable", "topics"> => ldaSampler(options),
});

export type LdaSamplerOptions = OptionsOf<typeof ldaSamplerSchema>;

/** Iterations before alpha is learned, and between. */
const ALPHA_EVERY = 10;

/**
 * Latent Dirichlet allocation by Metropolis-Hastings sampling: every token has a topic, and in each iteration two are proposed for it, one
 * by its term and one by its document. Time does not grow with the number of topics.
 *
 * In:  FinalDocumentTerms of counts, T tokens of N documents over V terms. Out: Topics (V, K): counts + beta, the mean of the last `samples`
 * iterations. One StepStats an iteration; its loss is -ln of the probability of the tokens' topics in their documents and of the terms in their
 * topics, in nats. Documents without a term take no part.
 * State: 6 bytes a token and 2 for each of its proposals, 4 N, and 4 V (K + 1) bytes of counts, shared by the threads; at most `memory`,
 * and at most 4 GiB. The result takes 4 V K bytes. Frozen counts and draws by place make the same bytes with any number of threads.
 * @throws RangeError at the call, if an option is out of range; from `fit`, if the table is empty, has other values than counts or needs
 * more memory, or a saved state is that of another table
 * @see Chen et al. 2016, https://arxiv.org/abs/1510.08628; Minka 2000; Wallach, Mimno and McCallum 2009
 * @example
 *   const model = ldaSampler({ topics: 50 });
 *   for await (const { epoch, loss, examples } of model.fit(table)) console.log(epoch, loss / examples);
 *   const { weights, alpha } = await model.result();
 */
export function ldaSampler(options?: LdaSamplerOptions): FittedModel<"documentTermTable", "topics"> {
  const settings = parseOptions(ldaSamplerSchema, options);
  const { topics, beta, iterations, samples, proposals, seed } = settings;
  const workers = settings.workers ?? workersBeside(true);
  const firstSample = Math.max(0, iterations - samples);
  let sampling: Sampling | undefined;
  let saved: StageState | undefined;
  let threads: LdaSamplerThreads | undefined;

  async function* fit(table: FinalDocumentTerms): AsyncGenerator<StepStats> {
    sampling = await prepare(table);
    const { job, memory, arrays } = sampling;
    if (saved) restoreInto(sampling, saved);
    else begin(sampling);
    saved = undefined;
    threads = startThreads(memory, job, settings.kernel === "reference");
    try {
      while (sampling.done < iterations) {
        const iteration = sampling.done;
        const isSampled = iteration >= firstSample;
        const isSymmetric = arrays.alpha.every((each) => each === arrays.alpha[0]);
        const phase = async (phase: Phase) => {
          await threads!.sample({ phase, seed, iteration, beta, isSymmetric, isSampled });
          takeTotals(sampling!);
          return job.losses[phase].reduce((sum, each) => sum + each, 0);
        };
        const loss = (await phase("documents")) + (await phase("terms"));
        sampling.done++;
        if (settings.asymmetric && sampling.done % ALPHA_EVERY === 0 && sampling.done < iterations)
          setAlpha(arrays, fittedAlpha(arrays.alpha, countsAbove(arrays.documentStarts, arrays.assigned, topics)));
        yield { taken: table.tokens, examples: job.layout.tokens, loss, epoch: iteration };
      }
    } finally {
      await threads.close();
    }
  }

  /** Room for the tokens of a table, and the tokens in it. */
  async function prepare(table: FinalDocumentTerms): Promise<Sampling> {
    const { tokens, longest } = await countTokens("ldaSampler", table);
    if (tokens === 0) throw new RangeError("ldaSampler: the documents must have terms of the vocabulary, got none");
    requireTopics("ldaSampler", topics, table.documents);
    const sizes = { documents: table.documents, terms: table.vocabulary.terms.length, tokens, topics, proposals };
    const layout = warpLdaLayout(sizes, longest, workers);
    requireRoom(layout, Math.min(bytesOf(settings.memory), MOST_BYTES));
    const memory = sharedMemory(layout.bytes);
    const arrays = warpLdaArrays(memory.buffer, layout);
    await placeTokens(table, arrays);
    return { vocabulary: table.vocabulary, memory, arrays, job: warpLdaJob(layout, arrays), done: 0 };
  }

  /** A topic at random for each token, which is also its first proposal. */
  function begin(begun: Sampling): void {
    const { assigned, proposed } = begun.arrays;
    const first = randomStream(seed, "ldaSampler first topics");
    for (let i = 0; i < assigned.length; i++) {
      assigned[i] = drawBelow(first, i, topics);
      proposed.fill(assigned[i]!, i * proposals, (i + 1) * proposals);
    }
    setAlpha(begun.arrays, new Float64Array(topics).fill(settings.alpha));
    setTotals(begun, countOf(assigned));
  }

  const countOf = (assigned: Uint16Array): Uint32Array => {
    const counts = new Uint32Array(topics);
    for (const topic of assigned) counts[topic]!++;
    return counts;
  };

  /** The totals after a phase, from what each thread has counted. */
  function takeTotals(after: Sampling): void {
    const counts = new Uint32Array(topics);
    for (let thread = 0; thread < workers; thread++) {
      const { histogram } = warpLdaScratch(after.memory.buffer, after.job.layout, thread);
      for (let k = 0; k < topics; k++) counts[k]! += histogram[k]!;
    }
    setTotals(after, counts);
  }

  function setTotals({ arrays: { totals, shares }, job }: Sampling, counts: Uint32Array): void {
    for (let k = 0; k < topics; k++) {
      totals[k] = counts[k]! + job.layout.terms * beta;
      shares[k] = 1 / totals[k]!;
    }
  }

  function restoreInto(resumed: Sampling, { facts, arrays: kept }: StageState): void {
    const { arrays, job } = resumed;
    const { documents, terms, tokens } = job.layout;
    const wanted = sizeText({ documents, terms, tokens, topics, proposals });
    if (facts.size !== wanted)
      throw new RangeError(`ldaSampler: the saved state must be of ${wanted}, got ${facts.size}`);
    bytesOfArray(arrays.assigned).set(kept.assigned as Uint8Array);
    bytesOfArray(arrays.proposed).set(kept.proposed as Uint8Array);
    if (kept.sums) arrays.sums.set(kept.sums as never);
    setAlpha(arrays, kept.alpha as Float64Array);
    setTotals(resumed, countOf(arrays.assigned));
    resumed.done = facts.done as number;
  }

  function save(): StageState | undefined {
    if (!sampling || sampling.done === 0) return undefined;
    const { job, done, arrays } = sampling;
    const { documents, terms, tokens } = job.layout;
    const { alpha, sums } = arrays;
    const [assigned, proposed] = [bytesOfArray(arrays.assigned), bytesOfArray(arrays.proposed)];
    return {
      facts: { done, size: sizeText({ documents, terms, tokens, topics, proposals }) },
      arrays: { alpha, assigned, proposed, ...(done > firstSample ? { sums } : {}) },
    };
  }

  /** The topics by the iterations that count, or before them, by the last one. */
  function learned(from: Sampling): Topics {
    const { vocabulary, arrays, done } = from;
    const sampled = Math.max(1, done - firstSample);
    const counts = done > firstSample ? arrays.sums : termCounts(arrays, topics);
    const { workers: _, kernel, memory, ...told } = settings; // what does not change the topics is left out
    const metadata = new Map([
      ["model", "ldaSampler"],
      ["options", JSON.stringify({ ...told, iterations: done })],
    ]);
    const weights = new Float32Array(counts.length); // `from` would make a list of all numbers first
    for (let cell = 0; cell < counts.length; cell++) weights[cell] = counts[cell]! / sampled + beta;
    return { vocabulary, weights, alpha: Float64Array.from(arrays.alpha), metadata };
  }

  return {
    name: "ldaSampler",
    reads: "documentTermTable",
    makes: "topics",
    epochs: iterations,
    fit,
    save,
    restore: (state) => {
      saved = state;
    },
    snapshot: () => (sampling && sampling.done > 0 ? learned(sampling) : undefined),
    result: () => {
      if (!sampling) throw new TypeError("ldaSampler: the result must be asked for after fit, got no table yet");
      return learned(sampling);
    },
    close: () => threads?.close(),
  };
}

/** A table that is being sampled. */
interface Sampling {
  readonly vocabulary: Vocabulary;
  readonly memory: WasmMemory;
  readonly arrays: WarpLdaArrays;
  readonly job: WarpLdaJob;
  /** Iterations. */
  done: number;
}

function setAlpha({ alpha, alphaEnds }: WarpLdaArrays, values: Float64Array): void {
  alpha.set(values);
  let end = 0;
  values.forEach((each, k) => {
    end += each;
    alphaEnds[k] = end;
  });
}

/** Topics as they are saved: a state has no arrays of 16 bits. */
const bytesOfArray = ({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** How many tokens of each term have each topic now (V, K). */
function termCounts({ termStarts, order, assigned }: WarpLdaArrays, topics: number): Uint32Array {
  const counts = new Uint32Array((termStarts.length - 1) * topics);
  for (let term = 0; term + 1 < termStarts.length; term++)
    for (let j = termStarts[term]!; j < termStarts[term + 1]!; j++) counts[term * topics + assigned[order[j]!]!]!++;
  return counts;
}

function requireRoom({ tokens, terms, topics, bytes }: WarpLdaLayout, most: number): void {
  if (bytes <= most) return;
  const needed = `${bytes} bytes for ${tokens} tokens and ${terms} terms in ${topics} topics`;
  const advice = most < MOST_BYTES ? "raise memory, or take fewer topics or terms" : "take fewer topics or terms";
  throw new RangeError(`ldaSampler: the table must fit in ${most} bytes of memory, got ${needed}; ${advice}`);
}

const sizeText = (sizes: Readonly<Record<"documents" | "terms" | "tokens" | "topics" | "proposals", number>>) =>
  Object.entries(sizes)
    .map(([name, size]) => `${size} ${name}`)
    .join(", ");
