/**
 * XXH64 with seed 0, the checksum of Zstandard frames, in 32-bit halves: JavaScript's integers of 64 bits are ten times slower.
 *
 * Each of four lanes takes 8 bytes in turn: lane = rotateLeft(lane + input * P2, 31) * P1, all modulo 2^64.
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const STRIPE = 32; // bytes that the four lanes take together

const mod64 = (value: bigint) => BigInt.asUintN(64, value);
const rotateLeft = (value: bigint, bits: bigint) => mod64((value << bits) | (value >> (64n - bits)));
const round = (lane: bigint, input: bigint) => mod64(rotateLeft(mod64(lane + input * P2), 31n) * P1);

/** The hash of bytes that arrive in parts. State: the four lanes and less than one stripe. */
export class Xxh64 {
  /** Low and high half of each lane. */
  readonly #low = new Uint32Array(4);
  readonly #high = new Uint32Array(4);
  readonly #held = new Uint8Array(STRIPE);
  #heldLength = 0;
  #total = 0;

  constructor() {
    [P1 + P2, P2, 0n, -P1].forEach((start, lane) => {
      this.#low[lane] = Number(BigInt.asUintN(32, start));
      this.#high[lane] = Number(mod64(start) >> 32n);
    });
  }

  update(bytes: Uint8Array): void {
    this.#total += bytes.length;
    let at = 0;
    if (this.#heldLength > 0) {
      at = Math.min(STRIPE - this.#heldLength, bytes.length);
      this.#held.set(bytes.subarray(0, at), this.#heldLength);
      this.#heldLength += at;
      if (this.#heldLength < STRIPE) return;
      this.#stripes(this.#held, 0, STRIPE);
    }
    const end = bytes.length - ((bytes.length - at) % STRIPE);
    this.#stripes(bytes, at, end);
    this.#held.set(bytes.subarray(end));
    this.#heldLength = bytes.length - end;
  }

  #stripes(bytes: Uint8Array, from: number, end: number): void {
    const low = this.#low;
    const high = this.#high;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = from; at < end; at += 8) {
      const lane = ((at - from) >> 3) & 3;
      const product = multiply(view.getUint32(at, true), view.getUint32(at + 4, true), 0x27d4eb4f, 0xc2b2ae3d);
      const sum = low[lane]! + product;
      const sumHigh = high[lane]! + productHigh + (sum > 0xffffffff ? 1 : 0);
      const rotated = ((sum >>> 1) | (sumHigh << 31)) >>> 0; // left by 31 is right by 33: halves swapped, then right by 1
      const rotatedLow = ((sumHigh >>> 1) | (sum << 31)) >>> 0;
      low[lane] = multiply(rotatedLow, rotated, 0x85ebca87, 0x9e3779b1);
      high[lane] = productHigh;
    }
  }

  digest(): bigint {
    const lanes = Array.from(this.#low, (low, lane) => (BigInt(this.#high[lane]!) << 32n) | BigInt(low));
    let hash = P5; // what the third lane's start, the seed, leads to where no stripe was full
    if (this.#total >= STRIPE) {
      const turns = [1n, 7n, 12n, 18n];
      hash = mod64(lanes.reduce((sum, lane, i) => sum + rotateLeft(lane, turns[i]!), 0n));
      for (const lane of lanes) hash = mod64((hash ^ round(0n, lane)) * P1 + P4);
    }
    return this.#finish(mod64(hash + BigInt(this.#total)));
  }

  #finish(start: bigint): bigint {
    const rest = new DataView(this.#held.buffer, 0, this.#heldLength);
    let hash = start;
    let at = 0;
    for (; at + 8 <= rest.byteLength; at += 8)
      hash = mod64(rotateLeft(hash ^ round(0n, rest.getBigUint64(at, true)), 27n) * P1 + P4);
    for (; at + 4 <= rest.byteLength; at += 4)
      hash = mod64(rotateLeft(hash ^ mod64(BigInt(rest.getUint32(at, true)) * P1), 23n) * P2 + P3);
    for (; at < rest.byteLength; at++) hash = mod64(rotateLeft(hash ^ mod64(BigInt(rest.getUint8(at)) * P5), 11n) * P1);
    hash = mod64((hash ^ (hash >> 33n)) * P2);
    hash = mod64((hash ^ (hash >> 29n)) * P3);
    return hash ^ (hash >> 32n);
  }
}

let productHigh = 0; // the upper half of the last product: returning a pair would cost an object for every 8 bytes

/** The lower 64 bits of a product of halves; returns the lower half of it. */
function multiply(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const p00 = Math.imul(a0, b0) >>> 0;
  const p01 = Math.imul(a0, b1) >>> 0;
  const p10 = Math.imul(a1, b0) >>> 0;
  const middle = (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
  const carried = (Math.imul(a1, b1) >>> 0) + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
  productHigh = (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) >>> 0;
  return ((middle << 16) | (p00 & 0xffff)) >>> 0;
}
