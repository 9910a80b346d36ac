/**
 * Analogy questions by the thousand. Every question is a sum (3CosAdd) or quotient (3CosMul) of three cosines, so the cosines of
 * the U distinct question words to all V terms are computed once, a block of terms at a time, and each question only combines
 * three of their rows: U V D + 3 Q V operations instead of Q V D.
 */

import type { Vectors } from "../embedding/vectors.js";
import { EPSILON_3COSMUL } from "./cosines.js";
import { type AnalogySection, type EvaluateOptions, firstRows, fold, namesIn } from "./evaluate.js";

export interface AnalogyEvaluateOptions extends EvaluateOptions {
  /** Look for answers among the first rows only, as word2vec's `compute-accuracy` does; all rows by default. */
  readonly restrict?: number;
  readonly method?: "3CosAdd" | "3CosMul";
}

export interface AnalogyScore {
  readonly correct: number;
  readonly asked: number;
  /** Questions with a term that has no vector, or lies beyond `restrict`. */
  readonly skipped: number;
}

export interface AnalogyResult {
  readonly sections: readonly (AnalogyScore & { readonly name: string })[];
  readonly total: AnalogyScore;
  /** Of vectors with subwords: the same with the questions whose first three terms have a vector made of subwords. */
  readonly withSubwords?: AnalogyResult;
}

/** Whether each question is answered right; undefined where one of its terms has no vector, or lies beyond `restrict`. */
export interface AnalogyAnswers {
  readonly known: readonly (boolean | undefined)[];
  /** The same, but the first three terms may have a vector made of subwords. The answer is sought in the table alone. */
  readonly withSubwords: readonly (boolean | undefined)[];
}

/** Rows; those behind the last one stand for terms whose vectors are made of subwords. */
interface Question {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Terms a block: U x 512 cosines stay in the cache. */
const BLOCK = 512;

/**
 * The share of questions whose best term, the three of the question left out, is the answer. Of equal terms the first row wins.
 * State: 8 U (D + 512) bytes for U distinct words in the questions.
 */
export function evaluateAnalogies(
  vectors: Vectors,
  sections: readonly AnalogySection[],
  options?: AnalogyEvaluateOptions,
): AnalogyResult {
  const questions = sections.flatMap((section) => section.questions);
  const { known, withSubwords } = answersRight(vectors, questions, options);
  const scores = scoresOf(sections, known);
  return vectors.subwords ? { ...scores, withSubwords: scoresOf(sections, withSubwords) } : scores;
}

function scoresOf(sections: readonly AnalogySection[], all: AnalogyAnswers["known"]): AnalogyResult {
  let next = 0;
  const scored = sections.map(({ name, questions }) => {
    const asked = all.slice(next, next + questions.length).filter((isRight) => isRight !== undefined);
    next += questions.length;
    const skipped = questions.length - asked.length;
    return { name, correct: asked.filter(Boolean).length, asked: asked.length, skipped };
  });
  const total = (key: keyof AnalogyScore) => scored.reduce((count, section) => count + section[key], 0);
  return { sections: scored, total: { correct: total("correct"), asked: total("asked"), skipped: total("skipped") } };
}

/** All answers, at the cost of the questions that can be asked with subwords. */
export function answersRight(
  vectors: Vectors,
  questions: AnalogySection["questions"],
  { lowerCase = true, restrict = vectors.terms.length, method = "3CosAdd" }: AnalogyEvaluateOptions = {},
): AnalogyAnswers {
  const rowOf = firstRows(vectors.terms.slice(0, restrict), lowerCase);
  const rows = new QuestionRows(vectors, lowerCase);
  const all = questions.map((words): Question | undefined => {
    const [a, b, c] = words.slice(0, 3).map((word) => rowOf.get(fold(word, lowerCase)) ?? rows.madeRowOf(word));
    const d = rowOf.get(fold(words[3], lowerCase));
    return a === undefined || b === undefined || c === undefined || d === undefined ? undefined : { a, b, c, d };
  });
  const asked = all.filter((question) => question !== undefined);
  const answers = bestRows(rows, Uint32Array.from(rowOf.values()), asked, method);
  let next = 0;
  const withSubwords = all.map((question) => question && answers[next++] === question.d);
  const isKnown = all.map((question) => question && Math.max(question.a, question.b, question.c) < rows.firstMade);
  return { known: withSubwords.map((isRight, k) => (isKnown[k] ? isRight : undefined)), withSubwords };
}

/** Rows of vectors, and behind them those of terms whose vectors are made of subwords, as they are asked for. */
class QuestionRows {
  readonly firstMade: number;
  readonly #vectors: Vectors;
  readonly #nameOf: (term: string) => string | undefined;
  readonly #rows = new Map<string, number>();
  readonly #names: string[] = [];

  constructor(vectors: Vectors, lowerCase: boolean) {
    this.firstMade = vectors.terms.length;
    this.#vectors = vectors;
    this.#nameOf = vectors.subwords ? namesIn(vectors, { lowerCase, unseen: true }) : () => undefined;
  }

  get vectorSize(): number {
    return this.#vectors.vectorSize;
  }

  /** The row of a term that is not in the table and has subwords that are known. */
  madeRowOf(term: string): number | undefined {
    const name = this.#nameOf(term);
    if (name === undefined || this.#vectors.idOf(name) !== undefined) return undefined; // it lies beyond `restrict`
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const row = this.firstMade + this.#names.push(name) - 1;
    this.#rows.set(name, row);
    return row;
  }

  unit(row: number): Float32Array {
    const { unit, vectorSize } = this.#vectors;
    const name = this.#names[row - this.firstMade];
    return name === undefined ? unit.subarray(row * vectorSize, (row + 1) * vectorSize) : this.#vectors.unitOf(name);
  }
}

/** The best row for each question. */
function bestRows(
  vectors: QuestionRows,
  rows: Uint32Array,
  questions: readonly Question[],
  method: string,
): Int32Array {
  const words = [...new Set(questions.flatMap(({ a, b, c }) => [a, b, c]))];
  const slot = new Map(words.map((row, i) => [row, i * BLOCK]));
  const wordRows = gather(vectors, Uint32Array.from(words), 4);
  const cosines = new Float64Array((wordRows.length / vectors.vectorSize) * BLOCK);
  const best = new Float64Array(questions.length).fill(Number.NEGATIVE_INFINITY);
  const answer = new Int32Array(questions.length).fill(-1);
  const score = method === "3CosMul" ? quotient : sum;
  for (let start = 0; start < rows.length; start += BLOCK) {
    const block = rows.subarray(start, start + BLOCK);
    multiply(wordRows, gather(vectors, block, 2), vectors.vectorSize, cosines);
    questions.forEach(({ a, b, c }, q) => {
      const [toA, toB, toC] = [slot.get(a)!, slot.get(b)!, slot.get(c)!];
      const isAsked = (row: number) => row === a || row === b || row === c;
      const j = bestInBlock(score, cosines, toA, toB, toC, block, best[q]!, isAsked);
      if (j < 0) return;
      best[q] = score(cosines[toA + j]!, cosines[toB + j]!, cosines[toC + j]!);
      answer[q] = block[j]!;
    });
  }
  return answer;
}

/** The first place in the block with the highest score above `best`, or -1. */
function bestInBlock(
  score: (a: number, b: number, c: number) => number,
  cosines: Float64Array,
  toA: number,
  toB: number,
  toC: number,
  block: Uint32Array,
  best: number,
  isAsked: (row: number) => boolean,
): number {
  let highest = best;
  let place = -1;
  for (let j = 0; j < block.length; j++) {
    const found = score(cosines[toA + j]!, cosines[toB + j]!, cosines[toC + j]!);
    if (found > highest && !isAsked(block[j]!)) {
      highest = found;
      place = j;
    }
  }
  return place;
}

const sum = (a: number, b: number, c: number): number => b - a + c;
const quotient = (a: number, b: number, c: number): number => ((1 + b) * (1 + c)) / ((1 + a) / 2 + EPSILON_3COSMUL);

/** Unit rows one after the other, in doubles, with rows of zeros up to a multiple of `multiple`. */
function gather(vectors: QuestionRows, rows: Uint32Array, multiple: number): Float64Array {
  const { vectorSize } = vectors;
  const gathered = new Float64Array(Math.ceil(rows.length / multiple) * multiple * vectorSize);
  rows.forEach((row, i) => {
    gathered.set(vectors.unit(row), i * vectorSize);
  });
  return gathered;
}

/** out[i, j] = x[i] . y[j], four rows by two at a time so that eight sums share six loads; `out` has rows of BLOCK. */
function multiply(x: Float64Array, y: Float64Array, size: number, out: Float64Array): void {
  for (let i = 0; i * size < x.length; i += 4) {
    for (let j = 0; j * size < y.length; j += 2) multiplyTile(x, i * size, y, j * size, size, out, i * BLOCK + j);
  }
}

// Plain numbers, not arrays of them: V8 keeps these in registers.
function multiplyTile(
  x: Float64Array,
  i: number,
  y: Float64Array,
  j: number,
  size: number,
  out: Float64Array,
  at: number,
): void {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let d = 0; d < size; d++) {
    const y0 = y[j + d]!;
    const y1 = y[j + size + d]!;
    const x0 = x[i + d]!;
    const x1 = x[i + size + d]!;
    const x2 = x[i + 2 * size + d]!;
    const x3 = x[i + 3 * size + d]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s30 += x3 * y0;
    s31 += x3 * y1;
  }
  out[at] = s00;
  out[at + 1] = s01;
  out[at + BLOCK] = s10;
  out[at + BLOCK + 1] = s11;
  out[at + 2 * BLOCK] = s20;
  out[at + 2 * BLOCK + 1] = s21;
  out[at + 3 * BLOCK] = s30;
  out[at + 3 * BLOCK + 1] = s31;
}
