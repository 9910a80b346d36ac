/**
 * Tokens by the rules of `kernels/text/tokenScanner.ts`, each looked up in a table of terms as it is found. A word of ASCII of at most 15 bytes
 * is loaded once: its bytes are classified, cut off behind the word, hashed and compared as one vector. Everything else goes through the
 * automaton, a code point at a time.
 *
 * The table: open addressing with linear probing over slots of 32 bytes: the first 16 bytes of the text, filled up with zeros; the id, u32;
 * the length in bytes, u32, 0 in a free slot; occurrences that the table has counted, u32; where the bytes from the 17th on lie.
 */

export let classes: usize = 0; // u8 (0x110000,): the class of every code point
export let ofByte: usize = 0; // u8 (256,): the class of ASCII; MULTIBYTE
export let plain: usize = 0; // u8 (16,): bit h of byte l is set if the code point 16 h + l is ASCII and a letter or digit
export let automaton: usize = 0; // u8 (16 * 9,)
export let ids: usize = 0; // u32 (capacity,)
export let capacity: u32 = 0;
export let maxTokenLength: u32 = 0;

export let slots: usize = 0;
/** A power of 2, less 1, now and at most. */
export let lastSlot: u32 = 0;
export let lastSlotAtMost: u32 = 0;
/** Where the slot of each term lies, in the order in which they came, u32. */
export let order: usize = 0;
export let terms: u32 = 0;
export let mostTerms: u32 = 0;
/** Where the next text is kept from its 17th byte on, and how far there is room. */
export let arena: usize = 0;
export let arenaEnd: usize = 0;

/** Whether terms that the table lacks are new: they get the ids from `nextId` on, below `idEnd`, and are listed. */
export let isComplete: u32 = 0;
export let nextId: u32 = 0;
export let idEnd: u32 = 0;
/** Where each new term begins and ends, u32 (freshCapacity, 2). */
export let fresh: usize = 0;
export let freshCapacity: u32 = 0;

/** What the last call has told, u32 (7,): `at`, `length`, `read`, `rejected`, `freshTerms`, `start`, `end`. */
export let told: usize = 0;

/** Where scanning goes on, or stopped. */
let at: usize = 0;
/** How many ids there are. */
let length: u32 = 0;
/** Tokens found by this call, and those among them that were too long. */
let read: u32 = 0;
let rejected: u32 = 0;
let freshTerms: u32 = 0;
/** The token that was looked for in vain. */
let start: usize = 0;
let end: usize = 0;
/** The slot in which it would stand; 0 if there is none near. */
let vacant: usize = 0;

// What `scan` returns.
const DONE: u32 = 0;
/** The table lacks the token [start, end), and nothing was written for it. */
const UNKNOWN: u32 = 1;
/** There is no room for an id, or for a new term. */
const FULL: u32 = 2;
/** A run of Han characters begins. */
const HAN: u32 = 3;

const SLOT: usize = 32;
const ID: usize = 16;
const LENGTH: usize = 20;
const COUNT: usize = 24;
const REST: usize = 28;
const SHOWN: u32 = 16;
/** Slots looked at for one term. */
const PROBES: u32 = 64;

// As in `tokenAutomaton` and `characterClasses`.
const WORD_JOINT: u32 = 2;
const NUMBER_JOINT: u32 = 3;
const HAN_RUN: u32 = 6;
const IDLE: u32 = 8;
const ENDS: u32 = 16;
const BEGINS: u32 = 32;
const JOINS: u32 = 64;
const STATE_BITS: u32 = 15;
const OTHER: u32 = 8;
const MULTIBYTE: u32 = 9;

/** Scans [from, limit), which begins and ends between tokens, behind so many ids; 16 bytes behind it can be read. */
export function scan(from: usize, limit: usize, behind: u32): u32 {
  begin(behind);
  const found = scanTokens(from, limit);
  tell();
  return found;
}

/** Counts one occurrence of the term [from, to), without a scan: its id is written behind so many. */
export function add(from: usize, to: usize, behind: u32): u32 {
  begin(behind);
  const found = take(from, to, to);
  tell();
  return found;
}

function begin(behind: u32): void {
  length = behind;
  read = 0;
  rejected = 0;
  freshTerms = 0;
}

function tell(): void {
  store<u32>(told, <u32>at);
  store<u32>(told, length, 4);
  store<u32>(told, read, 8);
  store<u32>(told, rejected, 12);
  store<u32>(told, freshTerms, 16);
  store<u32>(told, <u32>start, 20);
  store<u32>(told, <u32>end, 24);
}

// @ts-ignore: decorator
@inline
function scanTokens(from: usize, limit: usize): u32 {
  const low = v128.load(plain);
  const high = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
  const kinds = ofByte;
  const longest = min<u32>(maxTokenLength, SHOWN - 1);
  let here = from;
  while (here < limit) {
    const bytes = v128.load(here);
    const sets = v128.and(
      i8x16.swizzle(low, v128.and(bytes, i8x16.splat(15))),
      i8x16.swizzle(high, i8x16.shr_u(bytes, 4)),
    );
    const size = ctz<u32>(i8x16.bitmask(i8x16.eq(sets, i8x16.splat(0))) | 0x10000);
    const behind = here + size;
    const isEnded = size <= longest && behind < limit && <u32>load<u8>(kinds + <usize>load<u8>(behind)) === OTHER;
    if (isEnded && size === 0) {
      here++;
      continue;
    }
    const found = isEnded ? count(cutOff(bytes, size), here, behind, behind + 1) : scanToken(here, limit);
    if (found !== DONE) return found;
    here = at;
  }
  at = here;
  return DONE;
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
      const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      kind = <u32>load<u8>(classes + codePointAt(here, lead));
      next = here + size;
    }
    const step = <u32>load<u8>(automaton + state * 16 + kind);
    if (step & ENDS) return take(first, state === WORD_JOINT || state === NUMBER_JOINT ? joint : here, here);
    if (step & BEGINS) first = here;
    else if (step & JOINS) joint = here;
    state = step & STATE_BITS;
    if (state === HAN_RUN) {
      at = here;
      return HAN;
    }
    if (state === IDLE) {
      at = next;
      return DONE;
    }
  }
  return take(first, state === WORD_JOINT || state === NUMBER_JOINT ? joint : limit, limit);
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
  if (size <= maxTokenLength) return count(cutOff(v128.load(first), size), first, last, next);
  read++;
  rejected++;
  at = next;
  return DONE;
}

/** The first `size` bytes, and zeros. */
// @ts-ignore: decorator
@inline
function cutOff(bytes: v128, size: u32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(bytes, i8x16.lt_u(places, i8x16.splat(<i8>min(size, SHOWN))));
}

/** Counts one occurrence of the term [first, last), whose beginning is `text`, and writes its id; scanning goes on at `next`. */
// @ts-ignore: decorator
@inline
function count(text: v128, first: usize, last: usize, next: usize): u32 {
  if (length === capacity) {
    at = first;
    return FULL;
  }
  const size = <u32>(last - first);
  const bound = lastSlot;
  let place = hashOf(text) & bound;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const slot = slots + <usize>place * SLOT;
    const kept = load<u32>(slot, LENGTH);
    if (
      kept === size &&
      !v128.any_true(v128.xor(v128.load(slot), text)) &&
      (size <= SHOWN || hasRest(slot, first, size))
    ) {
      store<u32>(slot, load<u32>(slot, COUNT) + 1, COUNT);
      write(load<u32>(slot, ID));
      at = next;
      return DONE;
    }
    if (kept === 0) return missed(slot, first, last, next);
    place = (place + 1) & bound;
  }
  return missed(0, first, last, next);
}

// @ts-ignore: decorator
@inline
function write(id: u32): void {
  store<u32>(ids + (<usize>length << 2), id);
  length++;
  read++;
}

/** The table lacks a term, which would stand in `slot`. */
function missed(slot: usize, first: usize, last: usize, next: usize): u32 {
  vacant = slot;
  start = first;
  end = last;
  const isNew = isComplete && hasRoom() && nextId < idEnd;
  if (isNew && freshTerms === freshCapacity) {
    at = first;
    return FULL;
  }
  at = next;
  if (!isNew) {
    read++;
    return UNKNOWN;
  }
  store<u32>(fresh + (<usize>freshTerms << 3), <u32>first);
  store<u32>(fresh + (<usize>freshTerms << 3), <u32>last, 4);
  freshTerms++;
  keep(nextId, 1);
  write(nextId++);
  return DONE;
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
function hasRest(slot: usize, from: usize, size: u32): bool {
  const kept = <usize>load<u32>(slot, REST);
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
  memory.copy(vacant, start, min(size, SHOWN));
  if (size > SHOWN) {
    store<u32>(vacant, <u32>arena, REST);
    memory.copy(arena, start + SHOWN, size - SHOWN);
    arena += size - SHOWN;
  }
  store<u32>(vacant, id, ID);
  store<u32>(vacant, size, LENGTH);
  store<u32>(vacant, times, COUNT);
  store<u32>(order + (<usize>terms << 2), <u32>vacant);
  terms++;
  if (terms > lastSlot >> 1 && lastSlot < lastSlotAtMost) grow();
}

/** Moves all terms behind the table into one of twice the size: those that came first, which are frequent, first. */
function grow(): void {
  const larger = slots + (<usize>lastSlot + 1) * SLOT;
  lastSlot = 2 * lastSlot + 1;
  for (let k: u32 = 0; k < terms; k++) {
    const slot = <usize>load<u32>(order + (<usize>k << 2));
    let place = hashOf(v128.load(slot)) & lastSlot;
    while (load<u32>(larger + <usize>place * SLOT, LENGTH) !== 0) place = (place + 1) & lastSlot;
    const moved = larger + <usize>place * SLOT;
    memory.copy(moved, slot, SLOT);
    store<u32>(order + (<usize>k << 2), <u32>moved);
  }
  slots = larger;
}

/** Moves the counts since the last call out of the table: pairs of an id and its count, u32, at `to`; returns how many. */
export function takeCounts(to: usize): u32 {
  let out = to;
  for (let k: u32 = 0; k < terms; k++) {
    const slot = <usize>load<u32>(order + (<usize>k << 2));
    const times = load<u32>(slot, COUNT);
    if (times === 0) continue;
    store<u32>(slot, 0, COUNT);
    store<u32>(out, load<u32>(slot, ID));
    store<u32>(out, times, 4);
    out += 8;
  }
  return <u32>((out - to) >> 3);
}
