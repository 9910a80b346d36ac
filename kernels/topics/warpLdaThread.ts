/** One of the threads that sample topics in shared memory, by the kernel in WebAssembly or the plain one. */
import { ln } from "../numbers/logarithm.js";
import { upperHalf } from "../numbers/random.js";
import { startKernel, type WasmMemory, type WasmModule } from "../numbers/webAssembly.js";
import {
  type Phase,
  type PhaseSettings,
  type PhaseWork,
  phaseStreams,
  type WarpLdaArrays,
  type WarpLdaScratch,
  type WarpLdaSizes,
  warpLdaPhase,
} from "./warpLda.js";

/** Where things lie in the memory that the threads share, in bytes. */
export interface WarpLdaLayout extends WarpLdaSizes {
  /** Tokens of the term that has the most. */
  readonly longest: number;
  readonly at: Readonly<Record<keyof WarpLdaArrays, number>>;
  /** Where the scratch of each thread begins. */
  readonly scratch: readonly number[];
  readonly bytes: number;
}

/** The compiler may keep constants of its own below. */
const FIRST_BYTE = 1024;
export const MOST_BYTES = 2 ** 32;
const LINE = 64;

/** 6 bytes a token and 2 for each of its proposals, 4 a document, 4 (K + 1) a term, and what is small beside them. */
export function warpLdaLayout(sizes: WarpLdaSizes, longest: number, threads: number): WarpLdaLayout {
  const { documents, terms, tokens, topics, proposals } = sizes;
  let end = FIRST_BYTE;
  const place = (bytes: number): number => {
    const at = end;
    end = LINE * Math.ceil((at + bytes) / LINE);
    return at;
  };
  const at = {
    documentStarts: place(4 * (documents + 1)),
    termStarts: place(4 * (terms + 1)),
    order: place(4 * tokens),
    assigned: place(2 * tokens),
    proposed: place(2 * tokens * proposals),
    alpha: place(8 * topics),
    alphaEnds: place(8 * topics),
    totals: place(8 * topics),
    shares: place(8 * topics),
    sums: place(4 * terms * topics),
  };
  const scratch = Array.from({ length: threads }, () => place(8 * topics + 2 * longest));
  return { ...sizes, longest, at, scratch, bytes: end };
}

export function warpLdaArrays(buffer: ArrayBufferLike, layout: WarpLdaLayout): WarpLdaArrays {
  const { at, documents, terms, tokens, topics, proposals } = layout;
  return {
    documentStarts: new Uint32Array(buffer, at.documentStarts, documents + 1),
    termStarts: new Uint32Array(buffer, at.termStarts, terms + 1),
    order: new Uint32Array(buffer, at.order, tokens),
    assigned: new Uint16Array(buffer, at.assigned, tokens),
    proposed: new Uint16Array(buffer, at.proposed, tokens * proposals),
    alpha: new Float64Array(buffer, at.alpha, topics),
    alphaEnds: new Float64Array(buffer, at.alphaEnds, topics),
    totals: new Float64Array(buffer, at.totals, topics),
    shares: new Float64Array(buffer, at.shares, topics),
    sums: new Uint32Array(buffer, at.sums, terms * topics),
  };
}

export function warpLdaScratch(buffer: ArrayBufferLike, layout: WarpLdaLayout, thread: number): WarpLdaScratch {
  const { topics, longest } = layout;
  const first = layout.scratch[thread]!;
  return {
    counts: new Uint32Array(buffer, first, topics),
    histogram: new Uint32Array(buffer, first + 4 * topics, topics),
    local: new Uint16Array(buffer, first + 8 * topics, longest),
  };
}

/** What all threads know. The arrays of which it consists are shared. */
export interface WarpLdaJob {
  readonly layout: WarpLdaLayout;
  /** The next share of each phase that no thread has taken (2,). */
  readonly next: Int32Array;
  /** Where each share of the documents begins, and at last where the last ends; and of the terms. */
  readonly shares: Readonly<Record<Phase, Uint32Array>>;
  /** The loss of each share (as many as each has). */
  readonly losses: Readonly<Record<Phase, Float64Array>>;
}

/** Tokens of a share at least, but for the last: enough that taking the next one costs nothing beside it. */
const SHARE = 16_384;

export function warpLdaJob(layout: WarpLdaLayout, { documentStarts, termStarts }: WarpLdaArrays): WarpLdaJob {
  const shares = { documents: sharesOf(documentStarts), terms: sharesOf(termStarts) };
  const zeros = (count: number) => new Float64Array(new SharedArrayBuffer(8 * count));
  return {
    ...{ layout, shares },
    next: new Int32Array(new SharedArrayBuffer(8)),
    losses: { documents: zeros(shares.documents.length - 1), terms: zeros(shares.terms.length - 1) },
  };
}

function sharesOf(starts: Uint32Array): Uint32Array {
  const found = [0];
  for (let row = 1, from = 0; row < starts.length; row++) {
    const isLast = row === starts.length - 1;
    if (starts[row]! - from < SHARE && !isLast) continue;
    found.push(row);
    from = starts[row]!;
  }
  return Uint32Array.from(found);
}

/** How a thread is told to do its part of a phase. */
export interface PhaseTask extends PhaseSettings {
  readonly phase: Phase;
}

const LN_SCALING = 500 * Math.LN2;

/** A thread: what does its part of the phases that it is told. */
export function warpLdaThread(
  job: WarpLdaJob,
  memory: WasmMemory,
  thread: number,
  module: WasmModule | undefined,
): (task: PhaseTask) => void {
  const { layout } = job;
  const scratch = warpLdaScratch(memory.buffer, layout, thread);
  const arrays = warpLdaArrays(memory.buffer, layout);
  const begin = module
    ? assembledPhases(startKernel<WarpLdaKernel>(module, memory), layout, thread, arrays)
    : ({ phase, ...settings }: PhaseTask) => warpLdaPhase(phase, layout, arrays, scratch, settings);
  return (task) => {
    const { phase } = task;
    const work = begin(task);
    const shares = job.shares[phase];
    scratch.histogram.fill(0);
    for (;;) {
      const share = Atomics.add(job.next, phase === "documents" ? 0 : 1, 1);
      if (share >= shares.length - 1) return;
      const [product, scalings] = work(shares[share]!, shares[share + 1]!);
      job.losses[phase][share] = scalings * LN_SCALING - ln(product);
    }
  };
}

type Variable = { value: number };

/** What `kernels/assembly/warpLda.ts` exports. */
type WarpLdaKernel = Readonly<
  Record<
    | keyof WarpLdaArrays
    | keyof WarpLdaScratch
    | "topics"
    | "proposals"
    | "beta"
    | "alphaSum"
    | "isSymmetric"
    | "acceptKey"
    | "acceptHigh"
    | "proposeKey"
    | "proposeHigh"
    | "likelihood"
    | "scalings",
    Variable
  >
> & {
  documents(first: number, last: number): void;
  terms(first: number, last: number, isSampled: number): void;
};

function assembledPhases(kernel: WarpLdaKernel, layout: WarpLdaLayout, thread: number, { alphaEnds }: WarpLdaArrays) {
  const { topics, proposals, at } = layout;
  const first = layout.scratch[thread]!;
  const own = { counts: first, histogram: first + 4 * topics, local: first + 8 * topics };
  setAll(kernel, { ...at, ...own, topics, proposals });
  return ({ phase, seed, iteration, beta, isSymmetric, isSampled }: PhaseTask): PhaseWork => {
    const { accept, propose } = phaseStreams(seed, phase, iteration);
    setAll(kernel, {
      ...{ beta, alphaSum: alphaEnds[topics - 1]!, isSymmetric: Number(isSymmetric) },
      ...{ acceptKey: accept.key0, acceptHigh: upperHalf(accept, 0) },
      ...{ proposeKey: propose.key0, proposeHigh: upperHalf(propose, 0) },
    });
    return (from, to) => {
      if (phase === "documents") kernel.documents(from, to);
      else kernel.terms(from, to, Number(isSampled));
      return [kernel.likelihood.value, kernel.scalings.value];
    };
  };
}

function setAll(kernel: WarpLdaKernel, values: Readonly<Partial<Record<keyof WarpLdaKernel, number>>>): void {
  for (const [name, value] of Object.entries(values)) (kernel[name as keyof WarpLdaKernel] as Variable).value = value;
}
