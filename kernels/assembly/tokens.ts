/**
 * Tokens by the rules of `kernels/text/tokenScanner.ts`, each looked up in a table of terms as it is found. 64 bytes are classified at a time,
 * as sets of bits; a word of at most 15 bytes that ASCII ends is hashed and compared as one vector. That is for words whose
 * bytes are letters and digits whatever the bytes around them: of ASCII, and where all code points that begin alike are letters, as Chinese
 * between white space and most Cyrillic. Everything else goes through the automaton, a code point at a time; a run of Han characters is cut into
 * words as a dictionary says.
 *
 * The table: open addressing with linear probing over slots of 4 bytes: 12 bits of a term's hash, and which record is its own, from 1, in 20; 0 in
 * a free slot.
 * A record has 32 bytes: the first 16 bytes of the text, filled up with zeros; the id, the length in bytes, the occurrences that the table has
 * counted, and where the bytes from the 17th on lie, u32 each. Records stand in the order in which terms came, so that what is frequent lies
 * together.
 */
import { findWords, LONGEST_RUN, noteCharacter, placeOf, wordBehind } from "./tokens/hanSegmenter";

export { useProbabilities, useTrie } from "./tokens/hanSegmenter";

export let classes: usize = 0; // u8 (0x110000,): the class of every code point
export let ofByte: usize = 0; // u8 (256,): the class of ASCII; MULTIBYTE
/** Bit h of byte l is set if 16 h + l, or 16 (h + 8) + l, is a byte of letters and digits alone, or 16 h + l a character that belongs to no token. */
export let sets: usize = 0; // u8 (3, 16)
export let automaton: usize = 0; // u8 (16 * 9,)
export let hashes: usize = 0; // u32 (33,)
export let ids: usize = 0; // u32 (capacity,)
export let capacity: u32 = 0;
export let maxTokenLength: u32 = 0;

export let slots: usize = 0;
/** A power of 2, less 1; more than twice as many as there may be terms in the end. */
export let lastSlot: u32 = 0;
export let records: usize = 0;
export let terms: u32 = 0;
export let mostTerms: u32 = 0;
/** Where the next text is kept from its 17th byte on, and how far there is room. */
export let arena: usize = 0;
export let arenaEnd: usize = 0;

/** Whether terms that the table lacks are new: they get the ids from `nextId` on, below `idEnd`, and are listed. */
export let isComplete: u32 = 0;
export let nextId: u32 = 0;
export let idEnd: u32 = 0;
/** The new terms as the lexicon records them, one behind the other up to `freshLimit`, and where each begins, in words, u32. */
export let fresh: usize = 0;
export let freshLimit: usize = 0;
export let freshStarts: usize = 0;

/** Where the batch of text begins of which a stretch is scanned, or would if all of it lay in the memory. */
export let origin: usize = 0;
/**
 * Where sentences begin in that batch, ascending, u32 (startCount,), in place of which stands how many ids come before, once scanning has come
 * so far. No token goes on over such a place.
 */
export let starts: usize = 0;
export let startCount: u32 = 0;
/** How many of them scanning has passed. */
export let passed: u32 = 0;

/** What the last call has told, u32 (9,): `at`, `length`, tokens found, `rejected`, `freshTerms`, `start`, `end`, `passed`, words at `fresh`. */
export let told: usize = 0;

/** Where scanning goes on, or stopped. */
let at: usize = 0;
/** How many ids there are. */
let length: u32 = 0;
/** Tokens found by this call that were too long. */
let rejected: u32 = 0;
let freshTerms: u32 = 0;
/** Where the next of them is recorded. */
let freshEnd: usize = 0;
/** The token that was looked for in vain. */
let start: usize = 0;
let end: usize = 0;
/** Its hash, and the slot in which it would stand; 0 if there is none near. */
let wanted: u32 = 0;
let vacant: usize = 0;

/** The run of Han characters whose words are being taken: which character begins the next word, how many there are, and the end with its marks. */
let nextWord: u32 = 0;
let runLength: u32 = 0;
let runEnd: usize = 0;

// What `scan` returns.
const DONE: u32 = 0;
/** The table lacks the token [start, end), and nothing was written for it. */
const UNKNOWN: u32 = 1;
/** There is no room for an id, or for a new term. */
const FULL: u32 = 2;

/** Of a slot: the upper bits of the term's hash, and which record is its own, from 1. */
const TAG: u32 = 0xfff00000;
const NUMBER: u32 = 0x000fffff;
const RECORD: usize = 32;
const ID: usize = 16;
const LENGTH: usize = 20;
const COUNT: usize = 24;
const REST: usize = 28;
const SHOWN: u32 = 16;
/** Where a record of the lexicon has its text. */
const TEXT: usize = 16;
/** Slots looked at for one term. */
const PROBES: u32 = 64;
/** Words among 64 bytes, in bytes of their hashes. */
const SHOWN_SLOTS: usize = 4 * 32;

// As in `tokenAutomaton` and `characterClasses`.
const WORD_JOINT: u32 = 2;
const NUMBER_JOINT: u32 = 3;
const HAN_RUN: u32 = 6;
const IDLE: u32 = 8;
const ENDS: u32 = 16;
const BEGINS: u32 = 32;
const JOINS: u32 = 64;
const STATE_BITS: u32 = 15;
const MARK: u32 = 2;
const HAN: u32 = 7;
const OTHER: u32 = 8;
const MULTIBYTE: u32 = 9;

/**
 * Scans [from, limit), which begins and ends between tokens, behind so many ids; 80 bytes behind it can be read. After anything but DONE it is
 * to go on at `at`.
 */
export function scan(from: usize, limit: usize, behind: u32): u32 {
  begin(behind);
  let found = takeWords(from);
  while (found === DONE) {
    const next = passStarts(at, limit);
    if (at === limit) break;
    found = scanTokens(at, next);
  }
  return tell(found, behind);
}

/** Notes how many ids come before what begins up to a place; returns the next place at which something begins, `limit` at most. */
function passStarts(here: usize, limit: usize): usize {
  for (; passed < startCount; passed++) {
    const place = starts + (<usize>passed << 2);
    const next = origin + <usize>load<u32>(place);
    if (next > here) return min<usize>(next, limit);
    store<u32>(place, length);
  }
  return limit;
}

/** Counts one occurrence of the term [from, to), without a scan: its id is written behind so many. */
export function add(from: usize, to: usize, behind: u32): u32 {
  begin(behind);
  return tell(take(from, to, to), behind);
}

function begin(behind: u32): void {
  length = behind;
  rejected = 0;
  freshTerms = 0;
  freshEnd = fresh;
}

function tell(found: u32, behind: u32): u32 {
  store<u32>(told, <u32>at);
  store<u32>(told, length, 4);
  store<u32>(told, length - behind + rejected + <u32>(found === UNKNOWN), 8); // tokens
  store<u32>(told, rejected, 12);
  store<u32>(told, freshTerms, 16);
  store<u32>(told, <u32>start, 20);
  store<u32>(told, <u32>end, 24);
  store<u32>(told, passed, 28);
  store<u32>(told, <u32>((freshEnd - fresh) >> 2), 32);
  return found;
}

/** Takes words out of 64 bytes at a time as far as vectors show them whole, and by the automaton what comes then. */
function scanTokens(from: usize, limit: usize): u32 {
  const longest = min<u32>(maxTokenLength, SHOWN - 1);
  for (at = from; at < limit; ) {
    const here = at;
    const words = wordBytes(here);
    const gaps = gapBytes(here);
    const seen = min<u32>(<u32>ctz<u64>(~(words | gaps)), <u32>min<usize>(limit - here, 64));
    const known = seen === 64 ? ~<u64>0 : (<u64>1 << seen) - 1;
    let begins = words & ~(words << 1) & known;
    let ends = gaps & (words << 1) & known;
    noteHashes(here, begins, ends);
    const room = idPlace(capacity);
    let out = idPlace(length);
    let hash = hashes;
    let isFound = true;
    while (ends !== 0 && out !== room) {
      const first = here + <usize>ctz<u64>(begins);
      const size = <u32>(ctz<u64>(ends) - ctz<u64>(begins));
      if (size > longest) break;
      const record = find(cutOff(v128.load(first), size), load<u32>(hash), first, size);
      isFound = record !== 0;
      if (!isFound) break;
      store<u32>(out, counted(record));
      out += 4;
      hash += 4;
      begins &= begins - 1;
      ends &= ends - 1;
    }
    length = <u32>((out - ids) >> 2);
    at = here + <usize>(begins === 0 ? seen : <u32>ctz<u64>(begins));
    let found = DONE;
    if (!isFound) found = missed(at, here + <usize>ctz<u64>(ends), here + <usize>ctz<u64>(ends) + 1);
    else if (at < limit && (ends !== 0 || seen < 64 || at === here)) found = scanToken(at, limit);
    if (found !== DONE) return found;
  }
  return DONE;
}

/**
 * The hash of each word that begins and ends among 64 bytes, u32 at `hashes`. Their slots are loaded for nothing but to have them near: many
 * at a time, whereas the loop that compares records waits for each.
 */
// @ts-ignore: decorator
@inline
function noteHashes(here: usize, begins: u64, ends: u64): void {
  let place = hashes;
  let shown: u32 = 0;
  while (ends !== 0) {
    const first = here + <usize>ctz<u64>(begins);
    const hash = hashOf(cutOff(v128.load(first), <u32>(ctz<u64>(ends) - ctz<u64>(begins))));
    store<u32>(place, hash);
    shown ^= load<u32>(slotPlace(slots, hash & lastSlot));
    place += 4;
    begins &= begins - 1;
    ends &= ends - 1;
  }
  store<u32>(hashes, shown, SHOWN_SLOTS);
}

/** Of 64 bytes, those of letters and digits alone. */
// @ts-ignore: decorator
@inline
function wordBytes(here: usize): u64 {
  return (
    wordBytesOf(v128.load(here)) |
    (wordBytesOf(v128.load(here, 16)) << 16) |
    (wordBytesOf(v128.load(here, 32)) << 32) |
    (wordBytesOf(v128.load(here, 48)) << 48)
  );
}

// @ts-ignore: decorator
@inline
function wordBytesOf(bytes: v128): u64 {
  const low = v128.and(bytes, i8x16.splat(15));
  const high = i8x16.shr_u(bytes, 4);
  const isWord = v128.or(
    v128.and(i8x16.swizzle(v128.load(sets), low), i8x16.swizzle(lowBits(), high)),
    v128.and(i8x16.swizzle(v128.load(sets, 16), low), i8x16.swizzle(highBits(), high)),
  );
  return <u64>(<u32>i8x16.bitmask(i8x16.ne(isWord, i8x16.splat(0))));
}

/** Of 64 bytes, the characters that belong to no token. */
// @ts-ignore: decorator
@inline
function gapBytes(here: usize): u64 {
  return (
    gapBytesOf(v128.load(here)) |
    (gapBytesOf(v128.load(here, 16)) << 16) |
    (gapBytesOf(v128.load(here, 32)) << 32) |
    (gapBytesOf(v128.load(here, 48)) << 48)
  );
}

// @ts-ignore: decorator
@inline
function gapBytesOf(bytes: v128): u64 {
  const set = i8x16.swizzle(v128.load(sets, 32), v128.and(bytes, i8x16.splat(15)));
  const bit = i8x16.swizzle(lowBits(), i8x16.shr_u(bytes, 4));
  return <u64>(<u32>i8x16.bitmask(i8x16.ne(v128.and(set, bit), i8x16.splat(0))));
}

/** Of bytes below 128, by their upper half: which bit of a set is theirs. */
// @ts-ignore: decorator
@inline
function lowBits(): v128 {
  return i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
}

/** The same of bytes from 128 on. */
// @ts-ignore: decorator
@inline
function highBits(): v128 {
  return i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128);
}

// @ts-ignore: decorator
@inline
function idPlace(count: u32): usize {
  return ids + (<usize>count << 2);
}

/** Goes on from `from` to behind the next token by the automaton. */
function scanToken(from: usize, limit: usize): u32 {
  let state = IDLE;
  let first = from;
  let joint = from;
  let next = from;
  while (next < limit) {
    const here = next;
    const lead = <u32>load<u8>(here);
    let kind = <u32>load<u8>(ofByte + lead);
    next = here + 1;
    if (kind === MULTIBYTE) {
      kind = classOf(codePointAt(here, lead));
      next = here + sizeOf(lead);
    }
    const step = <u32>load<u8>(automaton + state * 16 + kind);
    if (step & ENDS) return take(first, state === WORD_JOINT || state === NUMBER_JOINT ? joint : here, here);
    if (step & BEGINS) first = here;
    else if (step & JOINS) joint = here;
    state = step & STATE_BITS;
    if (state === HAN_RUN) return takeRun(here, limit);
    if (state === IDLE) {
      at = next;
      return DONE;
    }
  }
  return take(first, state === WORD_JOINT || state === NUMBER_JOINT ? joint : limit, limit);
}

// @ts-ignore: decorator
@inline
function classOf(codePoint: usize): u32 {
  return <u32>load<u8>(classes + codePoint);
}

/** How many bytes a character has that begins with a byte beyond ASCII. */
// @ts-ignore: decorator
@inline
function sizeOf(lead: u32): usize {
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The code point at a place before `limit`, if it is beyond ASCII; 0 otherwise, which belongs to no token. */
// @ts-ignore: decorator
@inline
function multibyteAt(here: usize, limit: usize): usize {
  if (here >= limit) return 0;
  const lead = <u32>load<u8>(here);
  return lead < 0x80 ? 0 : codePointAt(here, lead);
}

// @ts-ignore: decorator
@inline
function codePointAt(here: usize, lead: u32): usize {
  const second = <u32>load<u8>(here, 1) & 0x3f;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
  const third = <u32>load<u8>(here, 2) & 0x3f;
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | (second << 6) | third;
  return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | (<u32>load<u8>(here, 3) & 0x3f);
}

/** The token [first, last); scanning goes on at `next`. */
function take(first: usize, last: usize, next: usize): u32 {
  const size = <u32>(last - first);
  if (size > maxTokenLength) {
    rejected++;
    at = next;
    return DONE;
  }
  if (length === capacity) {
    at = first;
    return FULL;
  }
  const text = cutOff(v128.load(first), size);
  const record = find(text, hashOf(text), first, size);
  if (record === 0) return missed(first, last, next);
  write(counted(record));
  at = next;
  return DONE;
}

/** The run of Han characters that begins at `from`, and the marks behind it, which belong to its last word. */
function takeRun(from: usize, limit: usize): u32 {
  runLength = 0;
  runEnd = from;
  let codePoint = multibyteAt(runEnd, limit);
  for (; runLength < LONGEST_RUN && classOf(codePoint) === HAN; codePoint = multibyteAt(runEnd, limit)) {
    noteCharacter(runLength++, <u32>codePoint, runEnd);
    runEnd += sizeOf(<u32>load<u8>(runEnd));
  }
  findWords(runLength, runEnd);
  for (; classOf(codePoint) === MARK; codePoint = multibyteAt(runEnd, limit)) runEnd += sizeOf(<u32>load<u8>(runEnd));
  nextWord = 0;
  return takeWords(from);
}

/** What is left of a run's words; where nothing is, scanning goes on at `from`. */
function takeWords(from: usize): u32 {
  at = from;
  while (nextWord < runLength) {
    const behind = wordBehind(nextWord);
    const last = behind === runLength ? runEnd : placeOf(behind);
    const found = take(placeOf(nextWord), last, last);
    if (found !== FULL) nextWord = behind;
    if (found !== DONE) return found;
  }
  return DONE;
}

/** The first `size` bytes, and zeros. */
// @ts-ignore: decorator
@inline
function cutOff(bytes: v128, size: u32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(bytes, i8x16.lt_u(places, i8x16.splat(<i8>min(size, SHOWN))));
}

/** The record of the term at `first` with so many bytes, of which `text` has the first; 0 if there is none, and where it would stand. */
// @ts-ignore: decorator
@inline
function find(text: v128, hash: u32, first: usize, size: u32): usize {
  const bound = lastSlot;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const slot = slotPlace(slots, (hash + probe) & bound);
    const entry = load<u32>(slot);
    if (entry === 0) return absent(hash, slot);
    if (((entry ^ hash) & TAG) !== 0) continue;
    const record = recordPlace((entry & NUMBER) - 1);
    if (
      load<u32>(record, LENGTH) === size &&
      !v128.any_true(v128.xor(v128.load(record), text)) &&
      (size <= SHOWN || hasRest(record, first, size))
    )
      return record;
  }
  return absent(hash, 0);
}

// @ts-ignore: decorator
@inline
function slotPlace(table: usize, index: u32): usize {
  return table + (<usize>index << 2);
}

// @ts-ignore: decorator
@inline
function recordPlace(index: u32): usize {
  return records + <usize>index * RECORD;
}

function absent(hash: u32, slot: usize): usize {
  wanted = hash;
  vacant = slot;
  return 0;
}

/** Counts one occurrence of a record's term; returns its id. */
// @ts-ignore: decorator
@inline
function counted(record: usize): u32 {
  store<u32>(record, load<u32>(record, COUNT) + 1, COUNT);
  return load<u32>(record, ID);
}

// @ts-ignore: decorator
@inline
function write(id: u32): void {
  store<u32>(idPlace(length), id);
  length++;
}

/** The token [first, last) is not in the table; scanning goes on at `next`. */
function missed(first: usize, last: usize, next: usize): u32 {
  start = first;
  end = last;
  const isNew = isComplete && hasRoom() && nextId < idEnd;
  if (isNew && freshEnd + TEXT + (last - first) + SHOWN > freshLimit) {
    at = first;
    return FULL;
  }
  at = next;
  if (!isNew) return UNKNOWN;
  noteFresh(first, <u32>(last - first));
  keep(nextId, 1);
  write(nextId++);
  return DONE;
}

/** Records a new term as the lexicon does: its id, no occurrence so far, its length, its text in two words at least. */
function noteFresh(first: usize, size: u32): void {
  const record = freshEnd;
  store<u32>(freshStarts + (<usize>freshTerms << 2), <u32>((record - fresh) >> 2));
  store<u32>(record, nextId);
  store<u64>(record, 0, 4);
  store<u32>(record, size, 12);
  for (let i: u32 = 0; i < size; i += SHOWN) v128.store(record + TEXT + i, cutOff(v128.load(first + i), size - i));
  freshEnd = record + TEXT + <usize>max<u32>(8, (size + 3) & ~3);
  freshTerms++;
}

/** Mixes 16 bytes into 32 bits, by multiplications as in xxHash. */
// @ts-ignore: decorator
@inline
function hashOf(text: v128): u32 {
  const mixed =
    (i64x2.extract_lane(text, 0) * <i64>0x9e3779b185ebca87) ^
    rotl<i64>(i64x2.extract_lane(text, 1) * <i64>0xc2b2ae3d27d4eb4f, 31);
  return <u32>(((mixed ^ (<u64>mixed >> 32)) * <i64>0x9fb21c651e98df25) >> 32);
}

/** Whether a term's text goes on as the token at `from` does after 16 bytes. */
function hasRest(record: usize, from: usize, size: u32): bool {
  const kept = <usize>load<u32>(record, REST);
  for (let i: usize = SHOWN; i < size; i++) if (load<u8>(kept + i - SHOWN) !== load<u8>(from + i)) return false;
  return true;
}

/** Whether the token [start, end) can be kept. */
function hasRoom(): bool {
  const size = <u32>(end - start);
  return vacant !== 0 && terms < mostTerms && (size <= SHOWN || arena + size <= arenaEnd);
}

/** Keeps the id of the token [start, end), which was counted elsewhere, if there is room; tells whether there was. */
export function admit(id: u32): u32 {
  if (!hasRoom()) return 0;
  keep(id, 0);
  return 1;
}

function keep(id: u32, times: u32): void {
  const size = <u32>(end - start);
  const record = records + <usize>terms * RECORD;
  v128.store(record, cutOff(v128.load(start), size));
  if (size > SHOWN) {
    store<u32>(record, <u32>arena, REST);
    for (let i: usize = SHOWN; i < size; i += SHOWN, arena += SHOWN) v128.store(arena, v128.load(start + i));
  }
  store<u32>(record, id, ID);
  store<u32>(record, size, LENGTH);
  store<u32>(record, times, COUNT);
  terms++;
  store<u32>(vacant, (wanted & TAG) | terms);
  if (terms > (lastSlot + 1) >> 1) grow();
}

/** Makes a table of twice the size behind the table: terms that came first, which are frequent, come first. */
function grow(): void {
  slots = slotPlace(slots, lastSlot + 1);
  lastSlot = 2 * lastSlot + 1;
  for (let k: u32 = 0; k < terms; k++) {
    const hash = hashOf(v128.load(recordPlace(k)));
    let place = hash & lastSlot;
    while (load<u32>(slotPlace(slots, place)) !== 0) place = (place + 1) & lastSlot;
    store<u32>(slotPlace(slots, place), (hash & TAG) | (k + 1));
  }
}

/** Moves the counts since the last call out of the table: pairs of an id and its count, u32, at `to`; returns how many. */
export function takeCounts(to: usize): u32 {
  let out = to;
  for (let k: u32 = 0; k < terms; k++) {
    const record = records + <usize>k * RECORD;
    const times = load<u32>(record, COUNT);
    if (times === 0) continue;
    store<u32>(record, 0, COUNT);
    store<u32>(out, load<u32>(record, ID));
    store<u32>(out, times, 4);
    out += 8;
  }
  return <u32>((out - to) >> 3);
}
