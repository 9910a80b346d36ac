import { ownMemory, startKernel, type WasmModule } from "../numbers/webAssembly.js";
import type { GrowingLexicon, TermCache } from "../vocabulary/lexicon.js";
import { DIGIT, OTHER } from "./characterClasses.js";
import type { TextStarts } from "./textStarts.js";
import type { TokenBatcher } from "./tokenBatcher.js";
import { asciiClasses } from "./tokenScanner.js";
import type { WordTrie } from "./wordTrie.js";

export interface TokenKernelParts {
  /** The compiled `kernels/assembly/tokens.ts`, asked for when text comes. */
  readonly module: () => WasmModule;
  /** The class of every code point. */
  readonly classes: Uint8Array;
  readonly automaton: Uint8Array;
  readonly lexicon: GrowingLexicon;
  readonly batcher: TokenBatcher;
  /** Most ids in a batch. */
  readonly batchSize: number;
  /** In bytes; longer tokens are counted and left out. */
  readonly maxTokenLength: number;
  /** Cuts runs of Han characters; needed where a code point is of class HAN. */
  readonly words?: WordTrie | undefined;
  /** Terms that its table holds. */
  readonly mostTerms?: number;
}

/** What kernels/assembly/tokens.ts exports. */
interface Exports extends Readonly<Record<Setting, { value: number }>> {
  scan(from: number, limit: number, behind: number): number;
  add(from: number, to: number, behind: number): number;
  admit(id: number): number;
  takeCounts(to: number): number;
  useTrie(...trie: [slots: number, slotCount: number, filter: number, filterWords: number, firstNodes: number]): void;
  useProbabilities(logTotal: number, room: number): void;
}

type Setting =
  | Exclude<keyof Places, "text" | "token" | "pairs" | "trie" | "filter" | "firstNodes" | "run" | "end">
  | "capacity"
  | "maxTokenLength"
  | "lastSlot"
  | "terms"
  | "mostTerms"
  | "arenaEnd"
  | "isComplete"
  | "nextId"
  | "idEnd"
  | "freshLimit"
  | "origin"
  | "startCount"
  | "passed";

/** What `scan` and `add` return. */
const DONE = 0;
const UNKNOWN = 1; // else there is no room

/** Where the kernel tells the rest. */
const AT = 0;
const LENGTH = 1;
const READ = 2;
const REJECTED = 3;
const FRESH_TERMS = 4;
const START = 5;
const END = 6;
const PASSED = 7;
const FRESH_WORDS = 8;

/** The classes of which a word is not made. */
const OTHERS = Array.from({ length: OTHER - DIGIT }, (_, i) => DIGIT + 1 + i);
/** The last byte that a code point begins with. */
const LAST_LEAD = 0xf4;
const SLOT = 4;
const RECORD = 32;
const FEWEST_SLOTS = 2 ** 12;
/** Terms that the table holds; fewer than 2 ** 20. */
const MOST_TERMS = 2 ** 19;
/** The longest stretch of text in bytes, the longest token that does not come with one, and what may be loaded with their ends in a vector. */
const STRETCH = 2 ** 19;
const LONGEST_TOKEN = 2 ** 16;
const BEHIND = 128;
const ARENA = 2 ** 22;
/** For new terms: more than a stretch, of which each may be one. */
const FRESH = 2 ** 20;
/** Of the lexicon, in bytes. */
const LEAST_RECORD = 24;
/** For the longest run of Han characters. */
const RUN = 20 * (4096 + 1);
/** Sentences that a scan can pass. */
const MOST_STARTS = 2 ** 14;

/** How much memory each part takes. */
const sizesOf = (mostTerms: number, ids: number, words: WordTrie | undefined) => ({
  told: 64,
  hashes: 4 * 33,
  starts: 4 * MOST_STARTS,
  ofByte: 256,
  sets: 48,
  automaton: 256,
  classes: 0x11_0000,
  text: STRETCH + BEHIND,
  token: LONGEST_TOKEN + BEHIND,
  arena: ARENA,
  pairs: 8 * mostTerms,
  fresh: FRESH,
  freshStarts: 4 * Math.ceil(FRESH / LEAST_RECORD),
  records: RECORD * mostTerms,
  slots: 2 * SLOT * Math.max(FEWEST_SLOTS, 4 * mostTerms), // at most as many, with the tables that the largest grew out of
  ids: 4 * ids,
  trie: words?.table.byteLength ?? 0,
  filter: words?.filter.byteLength ?? 0,
  firstNodes: words?.firstNodes.byteLength ?? 0,
  run: words ? RUN : 0,
  end: 0,
});
type Places = Readonly<Record<keyof ReturnType<typeof sizesOf>, number>>;

/** Where each part begins, and the last ends. */
function layOut(sizes: Places): Places {
  let at = 1024;
  const starts = Object.entries(sizes).map(([name, size]) => {
    const start = at;
    at += Math.ceil(size / 64) * 64;
    return [name, start] as const;
  });
  return Object.fromEntries(starts) as unknown as Places;
}

/**
 * The kernel of `kernels/assembly/tokens.ts` with its memory, and the lexicon's cache in it. As long as it holds every term, what it lacks is new,
 * and the lexicon is told of new terms later; beyond that, it asks the lexicon for each that it lacks.
 *
 * State: 1.7 MB for text and classes; 4 bytes for each token of a batch; of the first 524,288 terms 50 to 80 bytes each, and up to 4 MB for what
 * is longer than 16 bytes; a copy of the words that cut runs of Han characters.
 */
export class TokenKernel implements TermCache {
  readonly #parts: TokenKernelParts;
  readonly #places: Places;
  readonly #exports: Exports;
  readonly #bytes: Uint8Array;
  readonly #told: Uint32Array;
  readonly #pairs: Uint32Array;
  readonly #fresh: Int32Array;
  readonly #freshStarts: Uint32Array;
  readonly #ids: Uint32Array;
  readonly #starts: Uint32Array;
  /** 1 for each byte that is ASCII and belongs to no token (256,). */
  readonly #ends: Uint8Array;
  /** What lies in the memory: bytes[loadedFrom, loadedTo). */
  #loaded: Uint8Array | undefined;
  #loadedFrom = 0;
  #loadedTo = 0;
  /** Whether the table holds every term. */
  #isComplete = false;
  /** Tokens since the table's counts were handed over. */
  #uncounted = 0;
  #read = 0;
  #rejected = 0;

  constructor(parts: TokenKernelParts) {
    const { batchSize, classes, automaton, maxTokenLength, lexicon, batcher, words } = parts;
    const { mostTerms = MOST_TERMS } = parts;
    const places = layOut(sizesOf(mostTerms, batchSize + 1, words));
    this.#parts = parts;
    this.#places = places;
    const memory = ownMemory(places.end);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#told = new Uint32Array(memory.buffer, places.told, 9);
    this.#starts = new Uint32Array(memory.buffer, places.starts, MOST_STARTS);
    this.#pairs = new Uint32Array(memory.buffer, places.pairs, 2 * mostTerms);
    this.#fresh = new Int32Array(memory.buffer, places.fresh, FRESH / 4);
    this.#freshStarts = new Uint32Array(memory.buffer, places.freshStarts);
    const ofByte = asciiClasses(classes);
    this.#ends = ofByte.map((characterClass) => Number(characterClass === OTHER));
    this.#bytes.set(ofByte, places.ofByte);
    this.#bytes.set(byteSets(classes), places.sets);
    this.#bytes.set(automaton, places.automaton);
    this.#bytes.set(classes, places.classes);
    this.#exports = startKernel<Exports>(parts.module(), memory);
    if (words) this.#useWords(words);
    const { text, token, pairs, trie, filter, firstNodes, run, end, ...known } = places;
    this.#set({ ...known, capacity: batchSize, maxTokenLength, mostTerms });
    this.#set({ lastSlot: FEWEST_SLOTS - 1, arenaEnd: places.arena + ARENA, freshLimit: places.fresh + FRESH });
    this.#ids = new Uint32Array(memory.buffer, places.ids, batchSize + 1);
    batcher.gatherIn(this.#ids);
    const { from, to } = lexicon.nextIds;
    this.#set({ nextId: from, idEnd: to });
    this.#setComplete(this.#takesOver());
    lexicon.countWith(this);
  }

  /** Tokens found so far. */
  get read(): number {
    return this.#read;
  }

  /** Those among them that were too long. */
  get rejected(): number {
    return this.#rejected;
  }

  /** The furthest place up to which a stretch can go: where a sentence begins, or behind a character that belongs to no token; `from` if there is none. */
  endBetween(bytes: Uint8Array, from: number, starts: TextStarts): number {
    let end = Math.min(bytes.length, from + STRETCH);
    const least = starts.upTo(end).at(-1) ?? from;
    while (end > least && this.#ends[bytes[end - 1]!] === 0) end--;
    return end;
  }

  /** The next place behind a character that belongs to no token; `to` if there is none. */
  nextEnd(bytes: Uint8Array, from: number, to: number): number {
    let end = from;
    while (end < to && this.#ends[bytes[end]!] === 0) end++;
    return Math.min(end + 1, to);
  }

  /** Scans bytes[from, to), which begin and end between tokens, and passes the sentences that begin up to there. */
  scan(bytes: Uint8Array, from: number, to: number, starts: TextStarts): void {
    this.#set({ origin: this.#places.text - this.#load(bytes, from, to) });
    let at = from;
    for (let next = starts.upTo(to); next.length > MOST_STARTS; next = starts.upTo(to)) {
      const end = next[MOST_STARTS - 1]!;
      this.#scan(bytes, at, end, next.subarray(0, MOST_STARTS), starts);
      at = end;
    }
    this.#scan(bytes, at, to, starts.upTo(to), starts);
  }

  #scan(bytes: Uint8Array, from: number, to: number, places: Uint32Array, starts: TextStarts): void {
    const { batcher, lexicon } = this.#parts;
    const told = this.#told;
    const origin = this.#exports.origin.value;
    this.#starts.set(places);
    this.#set({ startCount: places.length, passed: 0 });
    let passed = 0;
    for (let at = from + origin; ; at = told[AT]!) {
      const found = this.#exports.scan(at, to + origin, batcher.length);
      batcher.length = told[LENGTH]!;
      this.#read += told[READ]!;
      this.#rejected += told[REJECTED]!;
      this.#takeFreshTerms();
      starts.pass(this.#starts.subarray(passed, told[PASSED]!));
      passed = told[PASSED]!;
      if (found === UNKNOWN) {
        if (this.#isComplete) this.#setComplete(false);
        const id = lexicon.add(bytes, told[START]! - origin, told[END]! - origin);
        batcher.push(id, 0, 0);
        this.#exports.admit(id);
      } else if (found === DONE) return;
      else if (batcher.length === this.#parts.batchSize) batcher.seal();
    }
  }

  /** Leaves everything to the lexicon and the batcher, so that nobody holds the memory. */
  close(): void {
    this.#parts.lexicon.countWith(undefined);
    this.#parts.batcher.gatherIn(new Uint32Array(this.#parts.batchSize));
  }

  /** The bytes of the next scan are others, in the same array or not. */
  forgetBytes(): void {
    this.#loaded = undefined;
  }

  add(bytes: Uint8Array, start: number, end: number): number | undefined {
    if (!this.#isComplete) return undefined;
    const found = end - start > LONGEST_TOKEN ? UNKNOWN : this.#addToken(bytes, start, end);
    if (found === DONE) return this.#ids[this.#told[LENGTH]! - 1]!;
    this.#setComplete(false);
    return undefined;
  }

  flush(): void {
    if (this.#uncounted === 0) return;
    this.#uncounted = 0;
    const length = 2 * this.#exports.takeCounts(this.#places.pairs);
    for (let i = 0; i < length; i += 2) this.#parts.lexicon.addTimes(this.#pairs[i]!, this.#pairs[i + 1]!);
  }

  clear(): void {
    const { slots, lastSlot } = this.#exports;
    this.#bytes.fill(0, slots.value, slots.value + SLOT * (lastSlot.value + 1));
    this.#set({ terms: 0, arena: this.#places.arena });
    this.#setComplete(false);
  }

  #useWords({ table, filter, firstNodes, logTotal }: WordTrie): void {
    const { buffer } = this.#bytes;
    const places = this.#places;
    new Int32Array(buffer, places.trie).set(table);
    new Int32Array(buffer, places.filter).set(filter);
    new Int32Array(buffer, places.firstNodes).set(firstNodes);
    const arrays = [places.trie, table.length / 4, places.filter, filter.length, places.firstNodes] as const;
    this.#exports.useTrie(...arrays);
    this.#exports.useProbabilities(logTotal, places.run);
  }

  /** Holds all the lexicon's terms from now on, if there is room. */
  #takesOver(): boolean {
    let takesAll = true;
    this.#parts.lexicon.forEachLive((id, bytes, start, end) => {
      takesAll &&= end - start <= LONGEST_TOKEN;
      if (!takesAll) return;
      this.#addToken(bytes, start, end);
      takesAll = this.#exports.admit(id) === 1;
    });
    return takesAll;
  }

  #addToken(bytes: Uint8Array, start: number, end: number): number {
    const to = this.#places.token + end - start;
    this.#bytes.set(bytes.subarray(start, end), this.#places.token);
    const found = this.#exports.add(this.#places.token, to, this.#parts.batcher.length);
    this.#takeFreshTerms();
    return found;
  }

  /** Tells the lexicon of new terms. */
  #takeFreshTerms(): void {
    const terms = this.#told[FRESH_TERMS]!;
    const records = this.#fresh.subarray(0, this.#told[FRESH_WORDS]);
    if (terms > 0) this.#parts.lexicon.appendAll(records, this.#freshStarts.subarray(0, terms));
    this.#uncounted += this.#told[READ]!;
    if (this.#uncounted >= 2 ** 31) this.flush();
  }

  /** Where the loaded bytes begin, with [from, to) among them. */
  #load(bytes: Uint8Array, from: number, to: number): number {
    if (bytes !== this.#loaded || from < this.#loadedFrom || to > this.#loadedTo) {
      this.#loaded = bytes;
      this.#loadedFrom = from;
      this.#loadedTo = Math.min(bytes.length, from + STRETCH);
      this.#bytes.set(bytes.subarray(from, this.#loadedTo), this.#places.text);
    }
    return this.#loadedFrom;
  }

  #setComplete(isComplete: boolean): void {
    this.#isComplete = isComplete;
    this.#set({ isComplete: Number(isComplete) });
  }

  #set(settings: Partial<Record<Setting, number>>): void {
    for (const [name, value] of Object.entries(settings)) this.#exports[name as Setting].value = value;
  }
}

const byteSetsOf = new WeakMap<Uint8Array, Uint8Array>();

/**
 * Bit h of byte l is set if the byte 16 h + l stands for letters and digits alone; then the same for 16 (h + 8) + l; then if the byte 16 h + l is a
 * character that belongs to no token (3, 16).
 */
function byteSets(classes: Uint8Array): Uint8Array {
  const known = byteSetsOf.get(classes);
  if (known) return known;
  const set = new Uint8Array(48);
  const put = (row: number, byte: number) => {
    set[row * 16 + (byte & 15)]! |= 1 << ((byte >> 4) & 7);
  };
  for (let byte = 0; byte <= LAST_LEAD; byte++) {
    const [from, to] = codePointsOf(byte);
    if (isOfWords(classes, from, Math.min(to, classes.length))) put(byte >> 7, byte);
    if (byte < 0x80 && classes[byte] === OTHER) put(2, byte);
  }
  byteSetsOf.set(classes, set);
  return set;
}

/** The code points that begin with a byte; none for a byte that goes on with one, which says nothing by itself. */
function codePointsOf(byte: number): [from: number, to: number] {
  if (byte < 0x80) return [byte, byte + 1];
  if (byte < 0xc0) return [0, 0];
  const bits = byte < 0xe0 ? 6 : byte < 0xf0 ? 12 : 18;
  const from = (byte & (byte < 0xe0 ? 0x1f : byte < 0xf0 ? 0x0f : 0x07)) << bits;
  return [from, from + (1 << bits)];
}

function isOfWords(classes: Uint8Array, from: number, to: number): boolean {
  const range = classes.subarray(from, to);
  return OTHERS.every((other) => !range.includes(other)); // a million code points in no time, whereas a loop would be compiled for them
}
