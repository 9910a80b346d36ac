import type { SubwordForm } from "../../schemas/subwords.js";

/**
 * Hashes of subwords and of word n-grams, equal to those of fastText (`dictionary.cc`, version 0.9.2), so that its files can be read and
 * written: FNV-1a in 32 bits, in which a byte of 0x80 and above is taken as a negative number before the exclusive or.
 */
const OFFSET_BASIS = 2166136261;
const PRIME = 16777619;
const WORD_FACTOR = 116049371;

const encoder = new TextEncoder();

/** A 32-bit hash of the bytes `from` .. `to` - 1. */
export function hashBytes(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let hash = OFFSET_BASIS;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ ((bytes[i]! << 24) >> 24), PRIME);
  return hash >>> 0;
}

export const hashTerm = (term: string): number => hashBytes(encoder.encode(term));

/**
 * Calls `visit` with the hash of each n-gram of `<term>`, by start and then by length, and where its bytes lie; repeats are kept. The two
 * brackets alone are no n-grams.
 */
export function forEachNgram(
  term: string,
  { minLength, maxLength }: Pick<SubwordForm, "minLength" | "maxLength">,
  visit: (hash: number, bytes: Uint8Array, from: number, to: number) => void,
): void {
  const bytes = encoder.encode(`<${term}>`);
  for (let from = 0; from < bytes.length; from++) {
    if (isContinuation(bytes[from]!)) continue;
    let hash = OFFSET_BASIS;
    for (let to = from, length = 1; to < bytes.length && length <= maxLength; length++) {
      do hash = Math.imul(hash ^ ((bytes[to]! << 24) >> 24), PRIME);
      while (++to < bytes.length && isContinuation(bytes[to]!));
      const isBracket = length === 1 && (from === 0 || to === bytes.length);
      if (length >= minLength && !isBracket) visit(hash >>> 0, bytes, from, to);
    }
  }
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** The bucket of each character n-gram of a term, in fastText's order. */
export function characterBuckets(term: string, form: SubwordForm): number[] {
  const found: number[] = [];
  forEachNgram(term, form, (hash) => found.push(hash % form.buckets));
  return found;
}

/**
 * Calls `visit` with the bucket of each n-gram of 2 .. `longest` words of a text, by start and then by length, from the hashes of its words:
 * h = h x 116049371 + next, modulo 2^64, each hash taken as a signed number.
 */
export function forEachWordNgram(
  hashes: ArrayLike<number>,
  longest: number,
  buckets: number,
  visit: (bucket: number, from: number, to: number) => void,
): void {
  const inverse = 1 / buckets;
  for (let from = 0; from < hashes.length; from++) {
    let low = hashes[from]! | 0;
    let high = low >> 31;
    for (let to = from + 1; to < hashes.length && to < from + longest; to++) {
      const next = hashes[to]! | 0;
      // What the low half times the factor carries into the high one, by two products below 2^53.
      const bottom = (low & 0xffff) * WORD_FACTOR;
      const top = (low >>> 16) * WORD_FACTOR + Math.floor(bottom / 0x10000);
      const sum = (Math.imul(low, WORD_FACTOR) >>> 0) + (next >>> 0);
      const carry = Math.floor(top / 0x10000) + (sum > 0xffffffff ? 1 : 0);
      high = (Math.imul(high, WORD_FACTOR) + carry + (next >> 31)) | 0;
      low = sum | 0;
      visit(remainder(high >>> 0, low >>> 0, buckets, inverse), from, to + 1);
    }
  }
}

/** (high 2^32 + low) modulo a number below 2^32. */
function remainder(high: number, low: number, divisor: number, inverse: number): number {
  const first = modulo(high, divisor, inverse);
  if (divisor < 2 ** 21) return modulo(first * 2 ** 32 + low, divisor, inverse);
  const middle = modulo(first * 0x10000 + (low >>> 16), divisor, inverse);
  return modulo(middle * 0x10000 + (low & 0xffff), divisor, inverse);
}

/** x % divisor below 2^53 - divisor, by the divisor's inverse: `%` of numbers beyond 31 bits is a call that takes some ten times as long. */
function modulo(x: number, divisor: number, inverse: number): number {
  const rest = x - Math.floor(x * inverse) * divisor; // exact, and by one divisor at most beside the remainder
  if (rest < 0) return rest + divisor;
  return rest < divisor ? rest : rest - divisor;
}

/** How many n-grams a term of so many characters has, its two ends among the characters; NaN where nobody knows the length. */
export function ngramsIn(characters: number, shortest: number, longest: number): number {
  let count = 0;
  for (let n = shortest; n <= longest; n++) count += Math.max(0, characters + 2 - n + 1);
  return count;
}
